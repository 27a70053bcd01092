"""Orders over HTTP."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from larabill_billing.customers.whose import whose
from larabill_billing.orders import check, handlers, wire
from larabill_billing.orders.model import Order, PlaceOrder
from larabill_billing.orders.ports import OrdersTx
from larabill_core.access import own
from larabill_core.errors import Conflict, StaleVersion
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Money, id_of, money, newest_first
from larabill_core.ids import new_id
from larabill_core.money import money as parse_money

_HERE: Final = "larabill_billing.orders.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_orders",
        method="GET",
        path="/orders",
        summary="Orders",
        ability="orders.read",
        scope="own",
        query=wire.OrdersQuery,
        answer=wire.OrderPage,
        handler=f"{_HERE}:list_orders",
    ),
    Endpoint(
        id="place_order",
        method="POST",
        path="/orders",
        summary="Place an order",
        ability="orders.place",
        scope="own",
        body=wire.NewOrder,
        answer=wire.OrderOut,
        status=201,
        guessed="codes",
        handler=f"{_HERE}:place_order",
    ),
    Endpoint(
        id="preview_order",
        method="POST",
        path="/orders/preview",
        summary="What an order would cost now, without placing it",
        ability="orders.read",
        scope="own",
        body=wire.NewOrder,
        answer=wire.OrderPreviewOut,
        idempotent=True,
        guessed="codes",
        handler=f"{_HERE}:preview_order",
    ),
    Endpoint(
        id="get_order",
        method="GET",
        path="/orders/{order}",
        summary="An order with its items",
        ability="orders.read",
        scope="own",
        answer=wire.OrderOut,
        handler=f"{_HERE}:get_order",
    ),
    Endpoint(
        id="cancel_order",
        method="POST",
        path="/orders/{order}/cancel",
        summary="Call off an order that was not released",
        ability="orders.cancel",
        scope="own",
        body=wire.CancelOrder,
        answer=wire.OrderOut,
        versioned=True,
        handler=f"{_HERE}:cancel_order",
    ),
)


def list_orders(tx: OrdersTx, call: Call[wire.OrdersQuery, None]) -> wire.OrderPage:
    query = call.query
    found = tx.billing.orders.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        after=id_of(query.after, "ord", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.page_out(found, query)


def place_order(tx: OrdersTx, call: Call[Any, wire.NewOrder]) -> wire.OrderOut:
    """The key makes it once, so the order's own uuid is made here: nobody can ask for another's."""
    wanted = _wanted(call)
    if call.body.expected_total is not None:
        _demand_total(handlers.preview(tx, wanted), wanted.currency, call.body.expected_total)
    placed = handlers.place(tx, wanted)
    return _out(tx, tx.billing.orders.get(placed.id))


def preview_order(tx: OrdersTx, call: Call[Any, wire.NewOrder]) -> wire.OrderPreviewOut:
    wanted = _wanted(call)
    found = handlers.preview(tx, wanted)
    if call.body.expected_total is not None:
        _demand_total(found, wanted.currency, call.body.expected_total)
    return wire.preview_out(found, wanted.currency)


def get_order(tx: OrdersTx, call: Call[Any, None]) -> wire.OrderOut:
    order = tx.billing.orders.get(call.path["order"])
    own(call.actor, "order", order.id, order.customer_id)
    return _out(tx, order)


def cancel_order(tx: OrdersTx, call: Call[Any, wire.CancelOrder]) -> wire.OrderOut:
    order = tx.billing.orders.get(call.path["order"], lock=True)
    own(call.actor, "order", order.id, order.customer_id)
    if order.version != call.version:
        raise StaleVersion("order", order.id)
    handlers.cancel(tx, order.id, call.body.reason)
    return _out(tx, tx.billing.orders.get(order.id))


def _wanted(call: Call[Any, wire.NewOrder]) -> PlaceOrder:
    asked = msgspec.to_builtins(call.body)
    del asked["customer"], asked["expected_total"]
    return check.parse({**asked, "customer_id": str(whose(call, call.body.customer)), "order_uuid": str(new_id())})


def _demand_total(found: handlers.OrderPreview, currency: str, shown: Money) -> None:
    """Raises `Conflict` when the order comes to something else than the client was shown (B06)."""
    expected = parse_money(shown.amount, shown.currency, path="expected_total")
    total = parse_money(found.totals.net + found.totals.tax, currency)
    if total != expected:
        why = f"it costs {money(total.amount, currency).amount} {currency} now, not {shown.amount}"
        raise Conflict("order", f"{why} {shown.currency}", "show the new total, and order again")


def _out(tx: OrdersTx, order: Order) -> wire.OrderOut:
    return wire.order_out(order, tx.billing.orders.items(order.id))
