"""Revenue is recognised day by day over the service: to the cent, once, late days included."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.shop import Shop
from tests.conftest import START

from larabill_billing.discounts.model import Allowance
from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.model import Charge, ChargeKind, Invoice
from larabill_billing.invoicing.recognise import recognise, recognise_days
from larabill_billing.ledger.model import Deferral
from larabill_billing.ledger.spans import ONE_DAY
from larabill_core.clock import local_date, start_of_day
from larabill_core.messages import Nothing
from larabill_core.money import exponent, quantize

ZONE = "Europe/Berlin"


def _today(shop: Shop) -> date:
    return local_date(shop.clock.now(), ZONE)


def _sold(shop: Shop, amount: str, start: date, days: int, currency: str = "EUR", off: str = "0") -> Invoice:
    """One line for a service of so many days, of which a discount takes something off."""
    allowances = (Allowance(reason="Welcome", amount=Decimal(off)),) if Decimal(off) else ()
    line = shop.charge(
        amount,
        kind=ChargeKind.RECURRING,
        currency=currency,
        period_start=start,
        period_end=start + timedelta(days=days),
        allowances=allowances,
    )
    return shop.issue(currency=currency, charges=(line,))


def _night(shop: Shop, days: int = 1) -> None:
    """So many nights pass; after the last one the run is done."""
    shop.clock.set(start_of_day(_today(shop) + ONE_DAY * days, ZONE) + timedelta(minutes=5))
    shop.run(lambda tx: recognise_days(tx, Nothing()))


def _posted(shop: Shop) -> dict[date, dict[str, Decimal]]:
    """What the runs posted in EUR, by day."""

    found: dict[date, dict[str, Decimal]] = {}
    now = shop.clock.now()
    for entry in shop.run(lambda tx: tx.billing.ledger.page(START, now + timedelta(days=1))):
        if entry.document_kind == "recognition":
            amounts = {posting.account: posting.amount for posting in entry.postings}
            found[local_date(entry.occurred_at, ZONE)] = amounts
    return found


def test_a_service_of_days_to_come_is_deferred_and_earned_day_by_day(shop: Shop) -> None:
    today = _today(shop)
    _sold(shop, "10.00", today, 3)
    assert shop.balances() == {"receivable": Decimal("10"), "deferred_revenue": Decimal("-10")}
    for earned in ("3.34", "6.67", "10.00"):
        _night(shop)
        left = {} if earned == "10.00" else {"deferred_revenue": Decimal(earned) - 10}
        assert shop.balances() == {"receivable": Decimal("10"), "revenue": -Decimal(earned), **left}
        assert shop.violations() == []
    _night(shop)
    assert [sum(day.values()) for day in _posted(shop).values()] == [0, 0, 0]


def test_a_discount_is_shown_beside_the_gross_revenue(shop: Shop) -> None:
    _sold(shop, "10.00", _today(shop), 4, off="1.00")
    assert shop.balances()["deferred_revenue"] == Decimal("-9")
    _night(shop)
    assert _posted(shop)[_today(shop) - ONE_DAY] == {
        "deferred_revenue": Decimal("2.25"),
        "discounts": Decimal("0.25"),
        "revenue": Decimal("-2.50"),
    }


def test_what_has_no_period_or_one_that_is_over_is_revenue_at_once(shop: Shop) -> None:
    shop.issue("7.00")
    _sold(shop, "5.00", _today(shop) - timedelta(days=30), 30, off="0.50")
    assert shop.balances() == {
        "receivable": Decimal("11.5"),
        "discounts": Decimal("0.5"),
        "revenue": Decimal("-12"),
    }


def test_days_that_were_missed_are_done_one_by_one(shop: Shop) -> None:
    first = _today(shop)
    _sold(shop, "31.00", first, 31)
    _night(shop, 5)
    assert {day: each["revenue"] for day, each in _posted(shop).items()} == {
        first + ONE_DAY * n: Decimal("-1") for n in range(5)
    }


@pytest.mark.parametrize("late", [1, 2, 3])
def test_what_comes_late_goes_into_the_next_run_and_no_day_that_is_done_changes(shop: Shop, late: int) -> None:
    first = _today(shop)
    _sold(shop, "31.00", first, 31)
    _night(shop, late)
    _sold(shop, "62.00", first, 31)
    _night(shop)
    assert {day: each["revenue"] for day, each in _posted(shop).items()} == {
        **{first + ONE_DAY * n: Decimal("-1") for n in range(late)},
        first + ONE_DAY * late: Decimal("-1") - (late + 1) * Decimal("2"),
    }
    assert shop.violations() == []


def test_more_than_a_month_of_missed_days_is_done_by_several_jobs(shop: Shop) -> None:
    first = _today(shop)
    _sold(shop, "365.00", first, 365)
    shop.clock.set(start_of_day(first + ONE_DAY * 100, ZONE))
    shop.run(lambda tx: recognise(tx, Nothing()))
    shop.engine.run_due()
    assert shop.balances()["revenue"] == Decimal("-100")
    assert len(_posted(shop)) == 100


def test_a_run_that_is_asked_for_twice_posts_once(shop: Shop) -> None:
    _sold(shop, "31.00", _today(shop), 31)
    _night(shop)
    shop.run(lambda tx: recognise_days(tx, Nothing()))
    shop.run(lambda tx: recognise(tx, Nothing()))
    shop.engine.run_due()
    assert shop.balances()["revenue"] == Decimal("-1")


def test_the_day_is_over_where_the_seller_is(shop: Shop) -> None:
    today = _today(shop)
    _sold(shop, "31.00", today, 31)
    midnight = start_of_day(today + ONE_DAY, ZONE)
    shop.clock.set(midnight - timedelta(seconds=1))
    shop.run(lambda tx: recognise_days(tx, Nothing()))
    assert _posted(shop) == {}
    shop.clock.set(midnight)
    shop.run(lambda tx: recognise_days(tx, Nothing()))
    assert [*_posted(shop)] == [today]


def test_void_takes_back_the_rest_from_deferred_and_what_was_earned_from_revenue(shop: Shop) -> None:
    invoice = _sold(shop, "30.00", _today(shop), 30, off="3.00")
    _night(shop, 10)
    assert shop.balances()["revenue"] == Decimal("-10")
    shop.run(lambda tx: void(tx, invoice.id, "by mistake"))
    assert shop.violations() == []
    _night(shop)
    assert shop.balances() == {}
    _night(shop, 40)
    assert shop.balances() == {}
    assert shop.violations() == []


def test_a_credit_note_takes_back_the_unused_days(shop: Shop) -> None:
    first = _today(shop)
    _sold(shop, "30.00", first, 30)
    _night(shop, 10)
    unused = Charge(
        customer_id=shop.customer.id,
        kind=ChargeKind.PRORATION,
        period_start=_today(shop),
        period_end=first + timedelta(days=30),
        cause="cancel",
        description="Unused",
        quantity=Decimal(1),
        unit_price=Decimal("20.00"),
        amount=Decimal("-20.00"),
        currency="EUR",
        trace={"sign": -1},
    )
    shop.issue(charges=(unused,))
    for _ in range(25):
        balances = shop.balances()
        assert balances["revenue"] == Decimal("-10")
        assert "deferred_revenue" not in balances
        _night(shop)


def test_the_schedule_names_the_documents_of_each_day(shop: Shop) -> None:
    first = _today(shop)
    one, other = _sold(shop, "31.00", first, 31), _sold(shop, "14.00", first, 7, off="3.50")
    _night(shop, 2)
    late = _sold(shop, "4.00", first, 4)
    _night(shop)

    def parts(day: date) -> dict[tuple[Any, str], Decimal]:
        found: list[Deferral] = shop.run(lambda tx: tx.billing.deferrals.posted_on(day))
        return {(each.document_id, each.account): each.posted_on(day) for each in found}

    assert parts(first) == {
        (one.id, "revenue"): Decimal("-1"),
        (other.id, "revenue"): Decimal("-2"),
        (other.id, "discounts"): Decimal("0.5"),
    }
    third = first + ONE_DAY * 2
    assert parts(third)[late.id, "revenue"] == Decimal("-3")
    for day, amounts in _posted(shop).items():
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (_, account), amount in parts(day).items():
            sums[account] += amount
        assert sums == {account: amount for account, amount in amounts.items() if account != "deferred_revenue"}


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_currencies_of_no_and_of_three_decimals(shop: Shop, currency: str) -> None:
    amount = Decimal(100).scaleb(-exponent(currency))
    _sold(shop, str(amount), _today(shop), 7, currency)
    unit = Decimal(1).scaleb(-exponent(currency))
    earned = [15, 30, 44, 58, 72, 86, 100]
    for units in earned:
        _night(shop)
        assert shop.balances()["revenue"] == -units * unit
    assert "deferred_revenue" not in shop.balances()


LINE = st.tuples(st.integers(1, 100_000), st.integers(-40, 10), st.integers(1, 60), st.integers(0, 100))
STEP = st.one_of(
    st.tuples(st.just("issue"), st.lists(LINE, min_size=1, max_size=3)),
    st.tuples(st.just("void"), st.integers(0, 5)),
    st.tuples(st.just("night"), st.integers(1, 9)),
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=8))
def test_deferred_is_what_is_not_earned_yet_on_every_day(shop: Shop, steps: list[tuple[str, Any]]) -> None:
    """Whatever was issued and voided, and whenever the runs came: after a run both are the same to the cent."""
    sold: list[Invoice] = []
    for step, value in steps:
        if step == "issue":
            charges = tuple([_line(shop, *line) for line in value])
            sold.append(shop.issue(charges=charges))
        elif step == "night":
            _night(shop, value)
        elif value < len(sold):
            invoice = sold.pop(value)
            if shop.state(invoice).status == "issued":
                shop.run(lambda tx, id=invoice.id: void(tx, id, "x"))
    assert shop.violations() == []
    for _ in range(3):
        _night(shop, 24)
        assert shop.violations() == []
    balances = shop.balances()
    assert "deferred_revenue" not in balances
    documents = shop.run(lambda tx: tx.billing.invoices.page(limit=10_000))
    nets = sum([invoice.net for invoice, state in documents if state.status != "void"], Decimal(0))
    assert balances.get("revenue", 0) + balances.get("discounts", 0) == -nets


def _line(shop: Shop, cents: int, begins_in: int, days: int, percent: int) -> Charge:
    amount = Decimal(cents).scaleb(-2)
    off = quantize(amount * percent / 100, "EUR")
    start = _today(shop) + ONE_DAY * begins_in
    return shop.charge(
        str(amount),
        kind=ChargeKind.RECURRING,
        period_start=start,
        period_end=start + ONE_DAY * days,
        allowances=(Allowance(reason="x", amount=off),) if off else (),
    )


def test_two_runs_at_once_post_once(shop: Shop) -> None:
    _sold(shop, "31.00", _today(shop), 31)
    shop.clock.set(start_of_day(_today(shop) + ONE_DAY * 9, ZONE))
    start, problems = Barrier(4), []

    def run() -> None:
        start.wait()
        try:
            shop.run(lambda tx: recognise_days(tx, Nothing()))
        except Exception as problem:
            problems.append(problem)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert shop.balances()["revenue"] == Decimal("-9")
    assert shop.violations() == []
