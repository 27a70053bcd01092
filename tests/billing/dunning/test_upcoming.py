"""Reminders before the due day, and fees after it: each once, whoever runs how often."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.dunning.late import DUE_DAY_OVER, ISSUED, day, ladder, overdue, owed
from tests.billing.market import Market

from larabill_billing.dunning import upcoming
from larabill_billing.dunning.upcoming import UpcomingPage, remind_upcoming
from larabill_core.published import PaymentReminderDue, PaymentUpcoming
from larabill_sqlalchemy.opening import database_of

OpenMarket = Callable[..., Market]
BEFORE = {"default": {"before": ["5d", "1d"]}}


def issued(market: Market, count: int = 1) -> None:
    for _ in range(count):
        market.pay_order()
    market.clock.set(ISSUED)
    market.work()


def told(market: Market) -> list[int]:
    return [event.number for event in market.heard("pretend.upcoming", PaymentUpcoming)]


def test_each_reminder_goes_out_once_and_on_its_day(open_market: OpenMarket) -> None:
    market = open_market(dunning=BEFORE)
    issued(market)
    market.clock.set(DUE_DAY_OVER - timedelta(days=6, hours=1))
    market.work()
    assert told(market) == []
    market.clock.advance(timedelta(hours=1))
    for _ in range(3):
        market.work()
        market.clock.advance(timedelta(hours=1))
    assert told(market) == [1]
    market.go(step_days=1, days=9)
    assert sorted(told(market)) == [1, 2]


def test_what_was_missed_is_not_sent_afterwards(open_market: OpenMarket) -> None:
    market = open_market(dunning=BEFORE)
    issued(market)
    market.clock.set(DUE_DAY_OVER - timedelta(hours=30))
    market.work()
    market.go(step_days=1, days=5)
    assert told(market) == [2]


def test_a_paid_invoice_is_not_reminded_of(open_market: OpenMarket) -> None:
    market = open_market(dunning=BEFORE)
    issued(market)
    market.pay(owed(market))
    market.go(step_days=1, days=9)
    assert told(market) == []


def test_pages_follow_each_other(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcoming, "PAGE", 2)
    market = open_market(dunning=BEFORE)
    issued(market, 5)
    market.go(step_days=1, days=9)
    events = market.heard("pretend.upcoming", PaymentUpcoming)
    assert len({(event.invoice_id, event.number) for event in events}) == len(events) == 10


def test_runs_that_overlap_send_each_reminder_once(open_market: OpenMarket) -> None:
    market = open_market(dunning=BEFORE)
    issued(market, 3)
    market.clock.set(DUE_DAY_OVER - timedelta(days=3))
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        market.run(lambda tx: remind_upcoming(tx, UpcomingPage()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    market.work()
    assert told(market) == [1, 1, 1]


def test_a_page_takes_a_constant_number_of_statements(open_market: OpenMarket) -> None:
    market = open_market(dunning=BEFORE)

    def statements(count: int) -> int:
        issued(market, count)
        market.clock.set(DUE_DAY_OVER - timedelta(days=3))
        seen: list[str] = []

        def note(*given: Any) -> None:
            seen.append(given[2])

        database = database_of(market.engine)
        sa.event.listen(database, "before_cursor_execute", note)
        market.run(lambda tx: remind_upcoming(tx, UpcomingPage()))
        sa.event.remove(database, "before_cursor_execute", note)
        market.work()
        assert len(told(market)) == count
        return len(seen)

    assert statements(5) < 10


def test_reminders_after_the_due_day_are_counted(open_market: OpenMarket) -> None:
    market = open_market(overdue=ladder(("1d", "remind"), ("2d", "retry"), ("3d", "remind"), ("5d", "suspend")))
    overdue(market)
    day(market, 6)
    events = market.heard("pretend.remind", PaymentReminderDue)
    assert sorted((event.step, event.number) for event in events) == [(1, 1), (3, 2)]


def test_a_late_fee_is_an_invoice_of_its_own_once_for_each_step(open_market: OpenMarket) -> None:
    policy = {
        "late_fee": {"percent": "10"},
        "overdue": ladder(("1d", "late_fee"), ("3d", "late_fee"), ("20d", "suspend")),
    }
    market = open_market(dunning={"default": policy}, group_invoices=True)
    for _ in range(2):
        market.pay_order()
    market.clock.set(ISSUED)
    market.work()
    late = owed(market)
    market.clock.set(DUE_DAY_OVER)
    day(market, 2)
    fees = [invoice for invoice, _ in market.invoices() if invoice.preceding_id == late]
    assert [invoice.total for invoice in fees] == [Decimal("1.00")]
    day(market, 4)
    fees = [invoice for invoice, _ in market.invoices() if invoice.preceding_id == late]
    assert [invoice.total for invoice in fees] == [Decimal("1.00"), Decimal("1.00")]
    assert market.unfinished() == []
    assert market.violations() == []
