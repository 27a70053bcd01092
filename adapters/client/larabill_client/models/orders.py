"""What the API takes and answers: orders. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

import msgspec

from larabill_client.models.shared import BillingMode, Money, PreviewDocument

OrderStatus: TypeAlias = Literal["cancelled", "pending", "released"]


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it is called off."""

    reason: str = ""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order as asked for. Staff name the `customer`. `codes` are of coupons.

        `expected_total`: what the client was shown; when it costs something else by now, the answer is 409
    (B06).
    """

    currency: str
    items: Sequence[NewOrderItem]
    customer: str | None = None
    billing_day: int | None = None
    purchase_order: str = ""
    use_credit: bool = True
    codes: Sequence[str] = ()
    expected_total: Money | None = None


class NewOrderItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`cycle` is left out for what is sold once; `spec` are the plan's options."""

    plan_code: str
    cycle: str | None = None
    quantity: int = 1
    region: str = ""
    spec: Mapping[str, str | int | bool] = msgspec.field(default_factory=dict)
    name: str = ""


class OrderItemOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order, as it was asked for."""

    id: str
    plan: str
    plan_code: str
    cycle: str | None
    quantity: int
    region: str
    spec: Mapping[str, Any]
    name: str


class OrderOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order with its items."""

    id: str
    status: OrderStatus
    customer: str
    currency: str
    invoice: str | None
    placed_at: str
    released_at: str | None
    version: int
    items: Sequence[OrderItemOut]


class OrderPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[OrderSummary]
    next: str | None


class OrderPreviewOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the order would cost now. `to_pay` is what `credit` leaves of the total."""

    document: PreviewDocument
    subscriptions: Sequence[PlannedSubscription]
    credit: Money
    to_pay: Money


class OrderSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order without its items."""

    id: str
    status: OrderStatus
    customer: str
    currency: str
    invoice: str | None
    placed_at: str
    released_at: str | None
    version: int


class PlannedSubscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agreement that the order would begin. With `trial` nothing is billed before `billed_from`."""

    cycle: str
    billing: BillingMode
    trial: bool
    billed_from: date
    minimum_until: date
    notice_days: int
