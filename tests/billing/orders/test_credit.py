"""Credit pays an order's first invoice before anything else does, unless the customer says not to."""

from __future__ import annotations

from decimal import Decimal

import attrs
from tests.billing.market import Market, item

from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.orders.model import OrderStatus
from larabill_core.ids import new_id
from larabill_sqlalchemy.opening import database_of


def give(market: Market, amount: str) -> None:
    market.engine.billing.credits.grant(
        market.seller, market.customer, Decimal(amount), "EUR", "an outage", grant_uuid=new_id()
    )


def test_credit_lowers_what_the_customer_pays_and_the_preview_says_so(market: Market) -> None:
    give(market, "4.00")
    wanted = attrs.evolve(market.wanted(item()), order_uuid=new_id())
    assert market.engine.billing.orders.preview(market.seller, wanted).credit == Decimal("4.00")
    market.engine.billing.orders.place(market.seller, wanted)
    ((_, state),) = market.invoices()
    assert (state.status, state.balance) == (InvoiceStatus.ISSUED, Decimal("10.00"))
    assert market.credit() == 0
    assert market.violations() == []


def test_an_order_that_credit_covers_is_released_without_a_payment(market: Market) -> None:
    give(market, "50.00")
    wanted = market.wanted(item())
    preview = market.engine.billing.orders.preview(market.seller, wanted)
    assert preview.credit == preview.totals.total == Decimal("14.00")
    order = market.engine.billing.orders.place(market.seller, wanted)
    market.work()
    assert market.order(order).status is OrderStatus.RELEASED
    assert market.credit() == Decimal("36.00")
    assert market.violations() == []


def test_a_customer_may_keep_their_credit(market: Market) -> None:
    give(market, "50.00")
    wanted = attrs.evolve(market.wanted(item()), use_credit=False)
    assert market.engine.billing.orders.preview(market.seller, wanted).credit == 0
    market.engine.billing.orders.place(market.seller, wanted)
    ((_, state),) = market.invoices()
    assert state.balance == Decimal("14.00")
    assert market.credit() == Decimal("50.00")


def test_in_a_hosts_transaction_credit_is_used_once_the_invoice_has_its_number(market: Market) -> None:
    give(market, "4.00")
    with database_of(market.engine).begin() as host:
        market.engine.joined(host).billing.orders.place(market.seller, market.wanted(item()))
    assert market.credit() == Decimal("4.00")
    market.work()
    ((_, state),) = market.invoices()
    assert state.balance == Decimal("10.00")
    assert market.credit() == 0
    assert market.violations() == []
