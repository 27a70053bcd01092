"""Orders on the wire. No field holds a price, a tax, a discount or a status: those are not the client's (B05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from larabill_billing.catalog.model import BillingMode
from larabill_billing.catalog.words import CycleCode, PlanCode, Quantity, Spec, Word
from larabill_billing.invoicing.preview_wire import PreviewDocument, preview_document
from larabill_billing.orders.handlers import OrderPreview
from larabill_billing.orders.model import Order, OrderItem, OrderStatus
from larabill_billing.subscriptions.model import Subscription
from larabill_core.http.wire import Currency, Cursor, Listing, Money, Text, money, next_of, shown_id
from larabill_core.ids import public_id


class OrdersQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose orders a list shows."""

    customer: Cursor | None = None


class NewOrderItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cycle` is left out for what is sold once; `spec` are the plan's options."""

    plan_code: PlanCode
    cycle: CycleCode | None = None
    quantity: Quantity = 1
    region: Word = ""
    spec: Spec = {}
    name: Text = ""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order as asked for. Staff name the `customer`. `codes` are of coupons.

    `expected_total`: what the client was shown; when it costs something else by now, the answer is 409 (B06).
    """

    currency: Currency
    items: Annotated[list[NewOrderItem], Meta(min_length=1, max_length=100)]
    customer: Cursor | None = None
    billing_day: Annotated[int, Meta(ge=1, le=31)] | None = None
    purchase_order: Text = ""
    use_credit: bool = True
    codes: Annotated[list[Annotated[str, Meta(min_length=3, max_length=40)]], Meta(max_length=10)] = []
    expected_total: Money | None = None


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is called off."""

    reason: Text = ""


class OrderSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An order without its items."""

    id: str
    status: OrderStatus
    customer: str
    currency: str
    invoice: str | None
    placed_at: datetime
    released_at: datetime | None
    version: int


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[OrderSummary]
    next: str | None


class OrderItemOut(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order, as it was asked for."""

    id: str
    plan: str
    plan_code: str
    cycle: str | None
    quantity: int
    region: str
    spec: dict[str, Any]
    name: str


class OrderOut(OrderSummary, frozen=True, kw_only=True):
    """An order with its items."""

    items: list[OrderItemOut]


class PlannedSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement that the order would begin. With `trial` nothing is billed before `billed_from`."""

    cycle: str
    billing: BillingMode
    trial: bool
    billed_from: date
    minimum_until: date
    notice_days: int


class OrderPreviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the order would cost now. `to_pay` is what `credit` leaves of the total."""

    document: PreviewDocument
    subscriptions: list[PlannedSubscription]
    credit: Money
    to_pay: Money


def page_out(found: Sequence[Order], query: OrdersQuery) -> OrderPage:
    """One page of a list."""
    items = [OrderSummary(**_summary(order)) for order in found]
    return OrderPage(items=items, next=next_of(items, query))


def order_out(order: Order, items: Sequence[OrderItem]) -> OrderOut:
    """The whole order."""
    return OrderOut(
        **_summary(order),
        items=[
            OrderItemOut(
                id=public_id("itm", item.id),
                plan=public_id("pln", item.plan_id),
                plan_code=item.plan_code,
                cycle=None if item.cycle is None else str(item.cycle),
                quantity=item.quantity,
                region=item.region,
                spec=dict(item.spec),
                name=item.name,
            )
            for item in items
        ],
    )


def preview_out(found: OrderPreview, currency: str) -> OrderPreviewOut:
    """What an order would bring."""
    document = preview_document(found.charges, found.totals, currency)
    return OrderPreviewOut(
        document=document,
        subscriptions=[_planned(each) for each in found.subscriptions],
        credit=money(found.credit, currency),
        to_pay=money(found.totals.net + found.totals.tax - found.credit, currency),
    )


def _summary(order: Order) -> dict[str, Any]:
    return {
        "id": public_id("ord", order.id),
        "status": order.status,
        "customer": public_id("cus", order.customer_id),
        "currency": order.currency,
        "invoice": shown_id("inv", order.invoice_id),
        "placed_at": order.placed_at,
        "released_at": order.released_at,
        "version": order.version,
    }


def _planned(subscription: Subscription) -> PlannedSubscription:
    return PlannedSubscription(
        cycle=str(subscription.cycle),
        billing=subscription.billing,
        trial=subscription.is_trial,
        billed_from=subscription.started_on,
        minimum_until=subscription.minimum_until,
        notice_days=subscription.notice_days,
    )
