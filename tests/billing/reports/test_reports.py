"""Reports of a company whose numbers are reckoned by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from tests.billing.market import Market, item

from larabill_billing.customers.model import NewCustomer
from larabill_billing.reports.model import MrrMonth, Receivables
from larabill_billing.subscriptions.changes import Cancel, ChangeItem, Pause, Resume
from larabill_core.errors import Conflict, InvalidInput

TAX = [{"country": "DE", "rate": "25", "inclusive": True}]


def months(market: Market, first: date = date(2026, 1, 1), last: date = date(2026, 4, 30)) -> list[MrrMonth]:
    return [*market.engine.billing.reports.mrr(market.seller, first, last)]


def pay_all(market: Market) -> None:
    for invoice, state in market.invoices():
        if state.balance:
            market.pay(invoice.id)


def moved(month: MrrMonth) -> dict[str, str]:
    names = ("new", "expansion", "contraction", "churn", "reactivation")
    return {name: str(getattr(month.moves, name)) for name in names if getattr(month.moves, name)}


def test_a_story_of_recurring_revenue(market: Market) -> None:
    """It is 31 January. Monthly web hosting is 5.00, annual 50.00 (4.17 a month)."""
    order = market.pay_order()
    market.go(days=15)  # 15 February
    subscription = market.subscription(order)
    (web,) = market.engine.billing.subscriptions.items(market.seller, subscription.id)
    change = market.engine.billing.subscriptions.change
    change(market.seller, subscription.id, ChangeItem(item_id=web.id, quantity=3))
    market.go(days=20)  # 7 March
    pay_all(market)
    change(market.seller, subscription.id, ChangeItem(item_id=web.id, quantity=2))
    market.go(days=2)
    pay_all(market)
    change(market.seller, subscription.id, Pause())
    market.go(days=2)
    change(market.seller, subscription.id, Resume())
    market.go(days=2)
    pay_all(market)
    change(market.seller, subscription.id, Cancel(), "period_end", force=True)
    market.go(days=2)  # 15 March: it ends on the 31st or soon after
    (march,) = months(market, date(2026, 3, 1), date(2026, 3, 1))
    assert (march.closing.mrr, march.closing.leaving, march.closing.committed) == (Decimal(10), Decimal(10), 0)
    market.go(days=30)
    january, february, march, april = months(market)
    assert [str(each.opening) for each in (january, february, march, april)] == ["0.00", "5.00", "15.00", "10.00"]
    assert moved(january) == {"new": "5.00"}
    assert moved(february) == {"expansion": "10.00"}
    assert moved(march) == {"contraction": "-5.00", "churn": "-10.00", "reactivation": "10.00"}
    assert moved(april) == {"churn": "-10.00"}
    assert (april.closing.mrr, april.customers, april.agreements) == (0, 0, 0)
    assert (march.customers, march.agreements, march.by_plan) == (1, 1, {"web": Decimal("10.00")})
    assert march.closing.arr == Decimal(120)


def test_what_a_trial_would_bring_stands_apart(market: Market) -> None:
    market.engine.billing.catalog.load(market.seller, _with_trial())
    market.place(item("try", region=""))
    market.go(days=2)
    (february,) = months(market, date(2026, 2, 1), date(2026, 2, 1))
    assert (february.closing.mrr, february.closing.trial, february.agreements) == (0, Decimal(6), 0)
    market.go(days=14)
    (february,) = months(market, date(2026, 2, 1), date(2026, 2, 1))
    assert (february.closing.mrr, february.closing.trial, moved(february)) == (Decimal(6), 0, {"new": "6.00"})


def _with_trial() -> object:
    from larabill_billing.catalog.loader import parse_catalog

    return parse_catalog(
        """
        [[plans]]
        code = "try"
        name = "To try"
        provision = true
        trial = { days = 14 }
        prices.EUR = { monthly = "6.00" }
        """
    )


def test_tax_and_discounts_are_no_recurring_revenue(open_market: Callable[..., Market]) -> None:
    """5.00 with 25 % of tax in it is 4.00 without; half of that is 2.00. What is taken off once does not count."""
    market = open_market(taxes=TAX)
    billing = market.engine.billing
    billing.coupons.create(market.seller, {"name": "Half", "percent": "50", "cycles": "forever", "codes": ["HALF"]})
    billing.coupons.create(market.seller, {"name": "Once", "percent": "50", "cycles": "once", "codes": ["ONCE"]})
    for code in ("HALF", "ONCE"):
        other = billing.customers.create(
            market.seller, NewCustomer(name=code, email=f"{code}@example.com", country="DE")
        )
        market.pay(market.place(item(), customer_id=other.id, codes=(code,)).invoice_id)
    market.go(days=2)
    (february,) = months(market, date(2026, 2, 1), date(2026, 2, 1))
    assert february.closing.mrr == Decimal("6.00")


def test_a_night_that_is_missed_is_made_up_for_and_a_second_run_finds_nothing(market: Market) -> None:
    market.pay_order()
    market.go(days=5, step_days=5)
    before = months(market)
    market.engine.run_due()
    market.work()
    assert months(market) == before
    assert before[0].closing.mrr + before[1].closing.mrr == Decimal(10) or before[1].closing.mrr == Decimal(5)


def test_several_currencies_in_the_seller_s(open_market: Callable[..., Market]) -> None:
    market = open_market(exchange={"source": "hand"})
    with pytest.raises(InvalidInput, match="last"):
        market.engine.billing.reports.mrr(market.seller, date(2026, 2, 1), date(2026, 1, 1))
    market.pay_order()
    market.go(days=2)
    (february,) = market.engine.billing.reports.mrr_in_reporting_currency(
        market.seller, date(2026, 2, 1), date(2026, 2, 1)
    )
    assert (february.currency, february.closing.mrr) == ("EUR", Decimal("5.00"))


def test_churn_of_agreements_and_of_revenue(market: Market) -> None:
    """Of three agreements at 5.00 one ends: a third of either."""
    orders = [market.pay_order() for _ in range(3)]
    market.go(days=10)
    market.engine.billing.subscriptions.cancel(market.seller, market.subscription(orders[0]).id, "now", force=True)
    market.go(days=3)
    found = market.engine.billing.reports.churn(market.seller, "EUR", date(2026, 2, 13), 7)
    assert (found.agreements, found.gross, found.net) == (Decimal("0.333333"), Decimal("0.333333"), Decimal("0.333333"))
    with pytest.raises(InvalidInput, match="window_days"):
        market.engine.billing.reports.churn(market.seller, "EUR", date(2026, 2, 13), 0)


def test_receivables_by_how_long_they_are_overdue(open_market: Callable[..., Market]) -> None:
    """Issued on 31 January for 14.00 each, due after 7 days; of one 4.00 are paid. 70 days on, one more is issued."""
    market = open_market(overdue=[{"after": "300d", "do": "remind"}])
    first, _ = market.place(), market.place()
    market.engine.billing.payments.record_manual(market.seller, first.invoice_id, Decimal(4), "in part")
    reports = market.engine.billing.reports
    assert [*reports.receivables(market.seller)] == [_owed(not_due="24")]
    market.go(days=8)
    assert [*reports.receivables(market.seller)] == [_owed(days_30="24")]
    market.go(days=62)
    market.place()
    assert [*reports.receivables(market.seller)] == [_owed(not_due="14", days_90="24")]
    market.go(days=40)
    assert reports.receivables(market.seller)[0].older == Decimal(24)
    assert reports.receivables(market.seller)[0].total == Decimal(38)


def _owed(**amounts: str) -> Receivables:
    names = ("not_due", "days_30", "days_60", "days_90", "older")
    return Receivables(currency="EUR", **{name: Decimal(amounts.get(name, 0)) for name in names})


def test_taxes_and_sales_come_from_the_documents(open_market: Callable[..., Market]) -> None:
    """Two orders of 5.00 and a set-up fee of 9.00, with 25 % in it; one is voided, and a credit note takes it back."""
    market = open_market(taxes=TAX)
    market.place()
    voided = market.place()
    market.engine.billing.invoices.void(market.seller, voided.invoice_id, "a mistake")
    days = (market.seller, date(2026, 1, 31), date(2026, 1, 31))
    (line,) = market.engine.billing.reports.taxes(*days)
    assert (line.country, line.jurisdiction, line.category, line.rate) == ("DE", "DE", "S", Decimal(25))
    assert (line.base, line.tax, line.documents) == (Decimal("11.20"), Decimal("2.80"), 3)
    sold = {each.description: each.net for each in market.engine.billing.reports.sales(*days)}
    assert sold == {"Web hosting": Decimal("4.00"), "Web hosting, set-up": Decimal("7.20")}
    assert [*market.engine.billing.reports.taxes(market.seller, date(2026, 2, 1), date(2026, 2, 28))] == []


def test_an_invoice_that_is_marked_as_void_does_not_count(open_market: Callable[..., Market]) -> None:
    market = open_market(taxes=TAX, voiding="mark")
    market.engine.billing.invoices.void(market.seller, market.place().invoice_id, "a mistake")
    days = (market.seller, date(2026, 1, 31), date(2026, 1, 31))
    assert [*market.engine.billing.reports.taxes(*days)] == [*market.engine.billing.reports.sales(*days)] == []


def test_no_rate_is_said(open_market: Callable[..., Market]) -> None:
    market = open_market(exchange={"source": "hand"})
    from larabill_billing.reports.currencies import mean_rates

    with pytest.raises(Conflict, match="exchange rate"):
        market.run(lambda tx: mean_rates(tx, date(2026, 2, 1), "EUR", ["EUR", "USD"]))
