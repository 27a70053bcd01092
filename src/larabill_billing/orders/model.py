"""Orders and their items: what was asked for, as it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.catalog.model import ReleasePolicy
from larabill_billing.periods.cycle import Cycle, parse_cycle


def _cycle(value: object, path: str) -> Cycle | None:
    return None if value is None else parse_cycle(value, path)


@attrs.frozen(kw_only=True)
class NewItem:
    """One line of a request. There is no field for a price: that is the catalogue's (B06). No cycle: sold once."""

    plan_code: str
    cycle: Cycle | None = attrs.field(
        default=None, converter=attrs.converters.optional(Cycle), metadata={"parse": _cycle}
    )
    quantity: int = 1
    region: str = ""
    spec: Mapping[str, Any] = attrs.field(factory=dict)
    name: str = ""


@attrs.frozen(kw_only=True)
class PlaceOrder:
    """A request. `order_uuid` is the client's: the same one twice is the same order.

    `billing_day`: the day of the month on which its agreements are billed, where it is not the customer's or seller's.
    `purchase_order`: the customer's own reference, printed on the first invoice (EN 16931, BT-13).
    `use_credit`: whether the customer's credit pays the order's invoice before anything else does.
    `codes`: of coupons that are redeemed with it.
    """

    order_uuid: UUID
    customer_id: UUID
    currency: str
    items: tuple[NewItem, ...]
    billing_day: int | None = None
    purchase_order: str = ""
    use_credit: bool = True
    codes: tuple[str, ...] = ()


class OrderStatus(StrEnum):
    """PENDING: waits for its release. RELEASED: work may begin. CANCELLED: never released."""

    PENDING = "pending"
    RELEASED = "released"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class OrderItem:
    """One line, with the plan version that was sold."""

    id: UUID
    seller_id: UUID
    order_id: UUID
    position: int
    plan_id: UUID
    plan_code: str
    cycle: Cycle | None = attrs.field(converter=attrs.converters.optional(Cycle))
    quantity: int
    region: str
    spec: Mapping[str, Any]
    name: str


@attrs.frozen(kw_only=True)
class Order:
    """`fingerprint` is a hash of the request, to tell a repeat from another order under the same `order_uuid`.

    `invoice_id` is known from the start, though in a host's transaction the invoice itself is issued later; it is None
    where nothing is billed yet (a trial, or billing in arrears).
    """

    id: UUID
    seller_id: UUID
    order_uuid: UUID
    fingerprint: str
    customer_id: UUID
    currency: str
    release: ReleasePolicy
    invoice_id: UUID | None = None
    status: OrderStatus = OrderStatus.PENDING
    placed_at: datetime
    released_at: datetime | None = None
    version: int = 1
