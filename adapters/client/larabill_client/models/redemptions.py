"""What the API takes and answers: redemptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import Money

RedemptionStatus: TypeAlias = Literal["active", "removed", "returned"]


class RedeemCoupon(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code, for one agreement or, where none is named, for all of the customer's."""

    code: str
    subscription: str | None = None
    customer: str | None = None


class RedemptionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One use of a coupon: for an order, an agreement, or all of a customer's. `discount`: what it took off so
    far.
    """

    id: str
    status: RedemptionStatus
    coupon: str
    name: str
    customer: str
    order: str | None
    subscription: str | None
    percent: str | None
    amount: Money | None
    cycles_left: int | None
    discount: Money
    redeemed_at: str


class RedemptionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[RedemptionOut]
    next: str | None
