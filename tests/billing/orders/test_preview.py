"""The preview of an order is its invoice (I13)."""

from __future__ import annotations

import pytest
from tests.billing.market import Market, item

from larabill_billing.orders.model import PlaceOrder
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id


def wanted(market: Market, *items: object, **changes: object) -> PlaceOrder:
    values = {"order_uuid": new_id(), "customer_id": market.customer, "currency": "EUR", "items": items}
    return PlaceOrder(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("billing_day", [None, 1, 31])
def test_a_preview_has_the_lines_and_totals_of_the_invoice(market: Market, billing_day: int | None) -> None:
    order = wanted(
        market, item(quantity=3), item("server", region=""), item("box", region="", cycle=None), billing_day=billing_day
    )
    preview = market.engine.billing.orders.preview(market.seller, order)
    assert market.invoices() == []
    market.engine.billing.orders.place(market.seller, order)
    ((header, state),) = market.invoices()
    invoice = market.run(lambda tx: tx.billing.invoices.get(header.id))
    assert [(line.description, line.amount, line.period_end) for line in invoice.lines] == [
        (charge.description, charge.amount, charge.period_end) for charge in preview.charges
    ]
    assert (invoice.net, invoice.tax, invoice.total) == (
        preview.totals.net,
        preview.totals.tax,
        preview.totals.total,
    )
    assert state.balance == preview.totals.total


def test_a_preview_refuses_what_the_order_would(market: Market) -> None:
    with pytest.raises(InvalidInput, match=r"items\[0\].plan_code: is not for sale"):
        market.engine.billing.orders.preview(market.seller, wanted(market, item("unknown")))
