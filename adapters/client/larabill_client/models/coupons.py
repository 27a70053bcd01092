"""What the API takes and answers: coupons. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import Money

Applies: TypeAlias = Literal["both", "first_order", "renewals"]


class CodeResultOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one code has brought in one currency."""

    code: str
    redemptions: int
    discount: Money
    revenue: Money


class CouponDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon with its codes, as they were given out."""

    id: str
    name: str
    percent: str | None
    amounts: Mapping[str, Money]
    cycles: int | None
    scope: CouponScope
    applies: Applies
    minimum_spend: Mapping[str, Money]
    valid_from: str | None
    valid_until: str | None
    countries: Sequence[str]
    limit: int | None
    limit_per_customer: int | None
    exclusive: bool
    priority: int
    uses: int
    created_at: str
    ended_at: str | None
    codes: Sequence[str]


class CouponOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon. `cycles` is null for all that come. `uses` counts its redemptions."""

    id: str
    name: str
    percent: str | None
    amounts: Mapping[str, Money]
    cycles: int | None
    scope: CouponScope
    applies: Applies
    minimum_spend: Mapping[str, Money]
    valid_from: str | None
    valid_until: str | None
    countries: Sequence[str]
    limit: int | None
    limit_per_customer: int | None
    exclusive: bool
    priority: int
    uses: int
    created_at: str
    ended_at: str | None


class CouponPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[CouponOut]
    next: str | None


class CouponResults(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By code; those that nobody redeemed are left out."""

    items: Sequence[CodeResultOut]


class CouponScope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it takes something off: plans and products by code, add-ons, set-up fees; with nothing named
    everything.
    """

    plans: Sequence[str] = ()
    products: Sequence[str] = ()
    addons: bool = False
    setup_fees: bool = False


class EndCoupon(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why nobody redeems it any more."""

    reason: str = ""


class NewCouponIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon: `percent`, or `amounts` by currency; `cycles` how many documents it takes something off."""

    name: str
    codes: Sequence[str]
    percent: str | None = None
    amounts: Mapping[str, str] = msgspec.field(default_factory=dict)
    cycles: int | Literal["forever", "once"] = 1
    scope: CouponScope = msgspec.field(default_factory=lambda: CouponScope())
    applies: Applies = "both"
    minimum_spend: Mapping[str, str] = msgspec.field(default_factory=dict)
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    countries: Sequence[str] = ()
    limit: int | None = None
    limit_per_customer: int | None = None
    exclusive: bool = False
    priority: int = 0
