"""How agreements begin: at once, after a trial, in arrears, on a day of the month; and what that takes from stock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.billing.market import CATALOG, Market, at, item

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import Invoice
from larabill_billing.orders.model import Order, OrderStatus
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.model import SubscriptionStatus
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.published import OrderReleased

MORE = parse_catalog(
    CATALOG
    + """
[[plans]]
code = "tried"
name = "Hosting, tried first"
provision = true
trial = { days = 14 }
prices.EUR = { monthly = "5.00", setup = "9.00" }

[[plans]]
code = "earnest"
name = "Hosting, tried by who can pay"
trial = { days = 14, needs_method = true }
prices.EUR = { monthly = "5.00" }

[[plans]]
code = "after"
name = "Hosting, paid afterwards"
billing = "arrears"
prices.EUR = { monthly = "31.00" }

[[plans]]
code = "rare"
name = "Rare hosting"
provision = true
regions = ["eu", "us"]
stock = { eu = 3 }
prices.EUR = { monthly = "5.00" }

[[plans]]
code = "chosen"
name = "Hosting of choice"
prices.EUR = { monthly = "5.00" }
options.disk = { kind = "integer", min = 1, max = 100, prices.EUR = { monthly = "0.10" } }
options.backup = { kind = "boolean", prices.EUR = { monthly = "2.00" } }
"""
)


@pytest.fixture
def full(market: Market) -> Market:
    """A market that sells all of this too."""
    market.engine.billing.catalog.load(market.seller, MORE)
    return market


def invoices(market: Market) -> list[Invoice]:
    found = market.invoices()
    return [market.run(lambda tx, id=each.id: tx.billing.invoices.get(id)) for each, _ in found]


def test_a_trial_costs_nothing_and_runs_at_once(full: Market) -> None:
    order = full.place(item("tried"))
    assert (order.status, order.invoice_id) == (OrderStatus.RELEASED, None)
    full.work()
    assert invoices(full) == []
    trial = full.subscription(order)
    assert (trial.status, trial.started_on, trial.anchor_on) == (
        SubscriptionStatus.TRIALING,
        date(2026, 2, 14),
        date(2026, 2, 14),
    )
    assert trial.next_billing_at == at(2026, 2, 13, 23)
    assert len(full.heard("pretend.activate", OrderReleased)) == 1
    full.go(days=13)
    assert invoices(full) == []
    full.go(days=1)
    (invoice,) = invoices(full)
    assert [(line.kind, line.period_start, line.period_end, line.amount) for line in invoice.lines] == [
        ("recurring", date(2026, 2, 14), date(2026, 3, 14), Decimal("5.00")),
        ("setup", date(2026, 2, 14), None, Decimal("9.00")),
    ]
    assert full.subscription(order).status is SubscriptionStatus.ACTIVE
    assert full.violations() == []


def test_a_trial_that_is_cancelled_costs_nothing(full: Market) -> None:
    order = full.place(item("tried"))
    full.work()
    full.engine.billing.subscriptions.cancel(full.seller, full.subscription(order).id, "period_end")
    full.go(days=40)
    assert full.subscription(order).status is SubscriptionStatus.ENDED
    assert invoices(full) == []
    assert full.violations() == []


def test_what_is_sold_beside_a_trial_is_paid_first(full: Market) -> None:
    order = full.place(item("tried"), item("box", cycle=None))
    assert order.status is OrderStatus.PENDING
    (invoice,) = invoices(full)
    assert [line.amount for line in invoice.lines] == [Decimal("99.99")]
    assert full.subscription(order).status is SubscriptionStatus.PENDING
    full.pay(invoice.id)
    assert full.subscription(order).status is SubscriptionStatus.TRIALING
    assert full.violations() == []


def test_a_trial_may_need_a_payment_method(full: Market) -> None:
    with pytest.raises(InvalidInput, match=r"items\[0\]\.plan_code: has a trial that needs a payment method"):
        full.place(item("earnest"))
    full.method()
    order = full.place(item("earnest"))
    full.go(days=14)
    (payment,) = full.engine.billing.payments.list(full.seller)
    assert (payment.amount, payment.status) == (Decimal("5.00"), "captured")
    assert full.subscription(order).status is SubscriptionStatus.ACTIVE
    assert full.violations() == []


def test_in_arrears_a_period_is_billed_when_it_is_over(full: Market) -> None:
    order = full.place(item("after"))
    assert (order.status, order.invoice_id) == (OrderStatus.RELEASED, None)
    full.go(days=27)
    assert invoices(full) == []
    full.go(days=1)
    ((line,),) = [invoice.lines for invoice in invoices(full)]
    assert (line.period_start, line.period_end, line.amount) == (date(2026, 1, 31), date(2026, 2, 28), Decimal("31.00"))
    mine = full.subscription(order)
    assert (mine.next_period, mine.status) == (1, SubscriptionStatus.ACTIVE)
    full.engine.billing.subscriptions.cancel(full.seller, mine.id, date(2026, 3, 10))
    full.go(days=10)
    (last,) = invoices(full)[-1].lines
    assert (last.period_start, last.period_end, last.amount) == (date(2026, 2, 28), date(2026, 3, 10), Decimal("10.00"))
    assert full.subscription(order).status is SubscriptionStatus.ENDED
    assert full.violations() == []


def test_advance_and_arrears_are_two_agreements(full: Market) -> None:
    order = full.place(item(), item("after"))
    mine = full.run(lambda tx: tx.billing.subscriptions.for_order(order.id))
    assert sorted((each.billing, each.next_period) for each in mine) == [("advance", 1), ("arrears", 0)]


def first_line(market: Market, order: Order) -> tuple[date | None, date | None, Decimal]:
    line = market.run(lambda tx: tx.billing.invoices.get(order.invoice_id)).lines[0]
    return line.period_start, line.period_end, line.amount


def test_a_billing_day_cuts_the_first_period(market: Market) -> None:
    order = market.place(item(), billing_day=15)
    assert first_line(market, order) == (date(2026, 1, 31), date(2026, 2, 15), Decimal("2.42"))
    market.pay(order.invoice_id)
    market.go(days=15)
    (line,) = invoices(market)[-1].lines
    assert (line.period_start, line.period_end, line.amount) == (date(2026, 2, 15), date(2026, 3, 15), Decimal("5.00"))
    assert market.violations() == []


def test_a_customer_may_have_a_billing_day_and_an_order_another(market: Market) -> None:
    new = NewCustomer(name="Bo", email="bo@example.com", country="DE", billing_day=1)
    customer = market.engine.billing.customers.create(market.seller, new)
    order = market.place(item(), customer_id=customer.id)
    assert first_line(market, order)[1] == date(2026, 2, 1)
    other = market.place(item(), customer_id=customer.id, billing_day=20)
    assert first_line(market, other)[1] == date(2026, 2, 20)


def test_a_week_has_no_billing_day(market: Market) -> None:
    order = market.place(item(cycle=Cycle.WEEKLY), billing_day=15)
    assert first_line(market, order) == (date(2026, 1, 31), date(2026, 2, 7), Decimal("2.00"))


def test_options_have_lines_of_their_own(full: Market) -> None:
    order = full.place(item("chosen", quantity=2, spec={"disk": 50, "backup": True}))
    lines = full.run(lambda tx: tx.billing.invoices.get(order.invoice_id)).lines
    assert sorted((line.description, line.quantity, line.amount) for line in lines) == [
        ("Hosting of choice", Decimal(2), Decimal("10.00")),
        ("Hosting of choice, backup", Decimal(2), Decimal("4.00")),
        ("Hosting of choice, disk", Decimal(100), Decimal("10.00")),
    ]
    full.pay(order.invoice_id)
    full.go(days=28)
    assert invoices(full)[-1].total == Decimal("24.00")
    assert full.violations() == []


def rare(market: Market, units: int, region: str = "eu") -> Order:
    return market.place(item("rare", quantity=units, region=region))


def taken(market: Market) -> int:
    (stock,) = market.engine.billing.catalog.stock(market.seller)
    return stock.taken


def test_stock_is_taken_by_an_order_and_given_back_by_its_end(full: Market) -> None:
    first = rare(full, 2)
    with pytest.raises(Conflict, match="rare in eu: 1 left, 2 wanted"):
        rare(full, 2)
    assert taken(full) == 2
    rare(full, 9, "us")
    second = rare(full, 1)
    assert taken(full) == 3
    full.engine.billing.orders.cancel(full.seller, second.id)
    assert taken(full) == 2
    full.pay(first.invoice_id)
    full.engine.billing.subscriptions.cancel(full.seller, full.subscription(first).id, "now")
    full.work()
    assert taken(full) == 2
    full.go(days=14)
    assert taken(full) == 0
    assert full.violations() == []
