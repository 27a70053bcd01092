"""While a promise to pay or a pause by hand stands nothing is done; afterwards it goes on where it stood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.dunning.late import (
    DUE_DAY_OVER,
    ISSUED,
    attempt_days,
    case,
    day,
    ladder,
    overdue,
    owed,
    statuses,
)
from tests.billing.market import Market, item

from larabill_billing.dunning.model import Pause
from larabill_billing.payments.disputes import decide, open_dispute
from larabill_core.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from larabill_core.jobs import JobStatus
from larabill_core.published import PaymentReminderDue, PromiseBroken, ServiceActivated, ServiceSuspendRequested

OpenMarket = Callable[..., Market]


def promise(market: Market, until_on: date, **more: Any) -> Pause:
    found: Pause = market.engine.billing.dunning.promise(market.seller, owed(market), until_on, "Ada by phone", **more)
    return found


def pauses(market: Market, invoice_id: Any) -> list[str]:
    return [each.status for each in market.run(lambda tx: tx.billing.pauses.of_invoice(invoice_id))]


def test_a_promise_stops_the_ladder_and_a_broken_one_goes_on_where_it_stood(market: Market) -> None:
    order, invoice_id = overdue(market), owed(market)
    day(market, 4)
    promise(market, date(2026, 3, 25))
    before = case(market)
    day(market, 17)
    assert statuses(market, order) == ("past_due", ["active"])
    assert case(market) == before
    day(market, 18)
    assert market.heard("pretend.broken", PromiseBroken)[0].invoice_id == invoice_id
    assert pauses(market, invoice_id) == ["broken"]
    broken_at = DUE_DAY_OVER + timedelta(days=18)
    left = case(market).next_at
    assert left is not None
    assert left - broken_at == timedelta(days=1), "of the five days to the retry four were over"
    day(market, 23)
    assert statuses(market, order) == ("past_due", ["active"])
    day(market, 24)
    assert statuses(market, order) == ("suspended", ["suspended"])
    assert market.violations() == []
    assert market.unfinished() == []


def test_a_promise_that_is_kept_ends_with_the_payment(market: Market) -> None:
    order, invoice_id = overdue(market), owed(market)
    promise(market, date(2026, 3, 12))
    day(market, 2)
    market.pay(invoice_id)
    assert pauses(market, invoice_id) == ["kept"]
    assert statuses(market, order) == ("active", ["active"])
    day(market, 10)
    assert market.heard("pretend.broken", PromiseBroken) == []
    assert market.violations() == []


def test_a_promise_that_is_withdrawn_counts_no_more(market: Market) -> None:
    order, invoice_id = overdue(market), owed(market)
    day(market, 1)
    promise(market, date(2026, 4, 20))
    day(market, 5)
    market.engine.billing.dunning.withdraw_promise(market.seller, invoice_id)
    assert pauses(market, invoice_id) == ["withdrawn"]
    assert case(market).next_at == DUE_DAY_OVER + timedelta(days=7)
    day(market, 14)
    assert statuses(market, order)[0] == "suspended"
    assert market.violations() == []


def test_a_promise_before_the_due_day_holds_from_the_first_day(market: Market) -> None:
    order = market.pay_order()
    market.clock.set(ISSUED)
    market.work()
    promise(market, date(2026, 3, 14))
    market.clock.set(DUE_DAY_OVER)
    market.work()
    assert statuses(market, order)[0] == "past_due"
    assert case(market).paused_at is not None
    day(market, 7)
    assert case(market).paused_at is None
    day(market, 9)
    assert market.heard("pretend.remind", PaymentReminderDue) == []
    day(market, 10)
    assert len(market.heard("pretend.remind", PaymentReminderDue)) == 1


def test_a_promise_is_not_broken_while_money_is_on_its_way(market: Market) -> None:
    overdue(market)
    invoice_id = owed(market)
    promise(market, date(2026, 3, 8))
    market.method("pm_slow")
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([market.customer]))[market.customer]
    market.engine.billing.payments.charge_invoice(market.seller, invoice_id, method.id)
    day(market, 2)
    assert pauses(market, invoice_id) == ["open"]
    assert market.jobs("billing.end_promise", JobStatus.READY)


def test_staff_pause_a_case_and_the_customer_sees_why(market: Market) -> None:
    order, invoice_id = overdue(market), owed(market)
    day(market, 1)
    dunning = market.engine.billing.dunning
    dunning.pause(market.seller, invoice_id, "our fault: the invoice went astray")
    (shown,) = dunning.of_customer(market.seller, market.customer)
    assert (shown.invoice_id, shown.policy, shown.steps, shown.next_step) == (invoice_id, "default", 0, "remind")
    assert shown.next_at is None
    assert [(each.kind, each.reason) for each in shown.pauses] == [("staff", "our fault: the invoice went astray")]
    day(market, 21)
    dunning.resume(market.seller, invoice_id, "it was found")
    (shown,) = dunning.of_customer(market.seller, market.customer)
    assert (shown.pauses, shown.next_at) == ((), DUE_DAY_OVER + timedelta(days=23))
    day(market, 29)
    assert statuses(market, order)[0] == "past_due"
    day(market, 30)
    assert statuses(market, order)[0] == "suspended"
    assert market.violations() == []


def test_the_clock_stands_as_long_as_any_pause_stands(market: Market) -> None:
    overdue(market)
    invoice_id = owed(market)
    dunning = market.engine.billing.dunning
    dunning.pause(market.seller, invoice_id, "looking into it")
    promise(market, date(2026, 3, 10))
    day(market, 5)
    assert case(market).paused_at == DUE_DAY_OVER
    dunning.resume(market.seller, invoice_id)
    assert case(market).next_at == DUE_DAY_OVER + timedelta(days=8)
    assert sorted(pauses(market, invoice_id)) == ["broken", "ended"]


def test_a_paused_invoice_is_not_charged_and_the_gap_is_kept_afterwards(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"retries": ["4d", "4d"], "overdue": []}})
    market.pay_order()
    market.method("pm_insufficient")
    market.clock.set(ISSUED)
    market.work()
    invoice_id = owed(market)
    market.go(days=1)
    market.engine.billing.dunning.pause(market.seller, invoice_id, "wait")
    market.go(days=9)
    market.engine.billing.dunning.resume(market.seller, invoice_id)
    market.go(days=3)
    assert attempt_days(market) == [0, 13]
    market.go(days=10)
    assert attempt_days(market) == [0, 13, 17]


def test_what_is_paused_may_not_be_suspended_any_more(quiet_market: Market) -> None:
    market = quiet_market
    order = overdue(market)
    (service,) = market.services(order)
    market.told(ServiceActivated, service)
    day(market, 10)
    (asked,) = market.heard("pretend.suspend", ServiceSuspendRequested)
    standing = market.engine.standing
    assert standing is not None
    assert asked.case_version is not None
    version = asked.case_version
    assert market.run(lambda tx: standing.may_suspend(tx, service.id, version))
    market.engine.billing.dunning.pause(market.seller, owed(market), "wait")
    assert not market.run(lambda tx: standing.may_suspend(tx, service.id, version))
    day(market, 15)
    assert len(market.heard("pretend.suspend", ServiceSuspendRequested)) == 1, "nor is it asked for again"
    market.engine.billing.dunning.resume(market.seller, owed(market))
    day(market, 17)
    assert len(market.heard("pretend.suspend", ServiceSuspendRequested)) > 1


def test_data_lives_longer_by_the_time_of_a_pause(open_market: OpenMarket) -> None:
    market = open_market(overdue=ladder(("1d", "end")), keep_data="10d")
    order = overdue(market)
    day(market, 3)
    assert statuses(market, order)[0] == "ended"
    market.engine.billing.dunning.pause(market.seller, owed(market), "they will pay")
    day(market, 8)
    market.engine.billing.dunning.resume(market.seller, owed(market))
    day(market, 15)
    assert statuses(market, order) == ("ended", ["active"])
    day(market, 16)
    assert statuses(market, order) == ("ended", ["ended"])
    assert market.unfinished() == []


def test_while_a_dispute_stands_nothing_is_done_about_what_else_is_owed(market: Market) -> None:
    order = market.place(item())
    market.method("pm_ok")
    market.work()
    assert order.invoice_id is not None
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([market.customer]))[market.customer]
    paid = market.engine.billing.payments.charge_invoice(market.seller, order.invoice_id, method.id)
    market.work()
    market.method("pm_insufficient")
    market.clock.set(ISSUED)
    market.work()
    market.clock.set(DUE_DAY_OVER)
    market.work()
    day(market, 4)
    assert case(market).steps == 1
    dispute = market.run(lambda tx: open_dispute(tx, paid.id, "dp_1", Decimal("14.00")))
    day(market, 20)
    assert case(market).steps == 1
    (shown,) = market.engine.billing.dunning.of_customer(market.seller, market.customer)
    assert [each.kind for each in shown.pauses] == ["dispute"]
    assert len(attempt_days(market)) == 2, "nor is it charged"
    market.run(lambda tx: decide(tx, dispute.id, "win"))
    day(market, 22)
    assert case(market).steps == 2
    day(market, 25)
    assert statuses(market, order) == ("past_due", ["active"])
    day(market, 27)
    assert statuses(market, order) == ("suspended", ["suspended"])
    assert market.violations() == []


def test_what_cannot_be_paused_is_refused_and_changes_nothing(market: Market) -> None:
    overdue(market)
    invoice_id = owed(market)
    dunning = market.engine.billing.dunning
    with pytest.raises(InvalidInput) as raised:
        dunning.promise(market.seller, invoice_id, date(2026, 3, 7), "", reason="two\nlines")
    assert [fault.path for fault in raised.value.faults] == ["until_on", "said_by", "reason"]
    with pytest.raises(NotFound):
        dunning.resume(market.seller, invoice_id)
    with pytest.raises(NotFound):
        dunning.withdraw_promise(market.seller, invoice_id)
    dunning.pause(market.seller, invoice_id, "once")
    with pytest.raises(AlreadyExists):
        dunning.pause(market.seller, invoice_id, "twice")
    market.pay(invoice_id)
    with pytest.raises(Conflict):
        dunning.pause(market.seller, invoice_id, "paid")
    assert pauses(market, invoice_id) == ["ended"]


def test_pauses_of_a_voided_invoice_end(market: Market) -> None:
    overdue(market)
    invoice_id = owed(market)
    promise(market, date(2026, 3, 30))
    market.engine.billing.invoices.void(market.seller, invoice_id, "our mistake")
    market.go(days=1)
    assert pauses(market, invoice_id) == ["ended"]
    assert market.violations() == []
