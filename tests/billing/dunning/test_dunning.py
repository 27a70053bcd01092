"""What happens when an invoice stays unpaid, and that nothing happens to whoever has paid (I9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from tests.billing import market as pretended
from tests.billing.dunning.late import DUE_DAY_OVER, case, day, overdue, owed, statuses
from tests.billing.market import Market, at, item

from larabill_billing.dunning.handlers import on_invoice_paid
from larabill_billing.dunning.run import Onwards, dun_seller
from larabill_billing.dunning.take import take_services
from larabill_billing.payments.handlers import charge_invoice
from larabill_billing.subscriptions.changes import Pause, Resume
from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.renew import renew_batch
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.messages import Nothing
from larabill_core.published import (
    InvoicePaid,
    PaymentReminderDue,
    ServiceActivated,
    ServiceResumeRequested,
    ServiceSuspended,
    ServiceSuspendRequested,
)
from larabill_sqlalchemy.opening import database_of


def test_the_whole_ladder_to_its_end(market: Market) -> None:
    order = overdue(market)
    assert statuses(market, order) == ("past_due", ["active"])
    day(market, 2)
    assert market.heard("pretend.remind", PaymentReminderDue) == []
    day(market, 3)
    assert [event.step for event in market.heard("pretend.remind", PaymentReminderDue)] == [1]
    day(market, 9)
    assert statuses(market, order) == ("past_due", ["active"])
    day(market, 10)
    assert statuses(market, order) == ("suspended", ["suspended"])
    day(market, 29)
    assert statuses(market, order) == ("suspended", ["suspended"])
    day(market, 30)
    assert statuses(market, order) == ("ended", ["suspended"])
    day(market, 43)
    assert statuses(market, order) == ("ended", ["suspended"])
    assert case(market).is_open
    day(market, 46)
    assert statuses(market, order) == ("ended", ["ended"])
    assert not case(market).is_open
    assert market.violations() == []
    assert market.unfinished() == []


@pytest.mark.parametrize("paid_on", [0, 4, 12])
def test_paid_before_the_end_everything_is_as_before(market: Market, paid_on: int) -> None:
    order = overdue(market)
    day(market, paid_on)
    market.pay(owed(market))
    assert statuses(market, order) == ("active", ["active"])
    assert not case(market).is_open
    market.go(days=10)
    assert statuses(market, order) == ("active", ["active"])
    assert len(market.heard("pretend.resume", ServiceResumeRequested)) == (1 if paid_on >= 10 else 0)
    assert market.violations() == []


def test_paid_after_the_end_and_before_destruction_it_comes_back(market: Market) -> None:
    order = overdue(market)
    day(market, 31)
    assert statuses(market, order) == ("ended", ["suspended"])
    market.pay(owed(market))
    assert statuses(market, order) == ("active", ["active"])
    market.go(days=1)
    assert len(market.invoices()) == 3
    while any(state.status == "issued" for _, state in market.invoices()):
        market.pay(owed(market))
    market.go(days=20)
    assert statuses(market, order) == ("active", ["active"])
    assert market.violations() == []


def test_what_is_written_off_is_not_paid_and_ends(market: Market) -> None:
    order = overdue(market)
    day(market, 12)
    market.engine.billing.invoices.write_off(market.seller, owed(market), "insolvent")
    market.work()
    assert statuses(market, order) == ("suspended", ["suspended"])
    day(market, 46)
    assert statuses(market, order) == ("ended", ["ended"])
    assert market.violations() == []


@pytest.mark.parametrize("voided_on", [4, 12])
def test_what_is_taken_back_is_not_owed(market: Market, voided_on: int) -> None:
    order = overdue(market)
    day(market, voided_on)
    market.engine.billing.invoices.void(market.seller, owed(market), "a mistake")
    assert market.violations() == []
    market.work()
    assert statuses(market, order) == ("active", ["active"])
    assert not case(market).is_open
    assert market.violations() == []


def test_paid_after_destruction_it_stays_ended(market: Market) -> None:
    order = overdue(market)
    day(market, 46)
    market.pay(owed(market))
    assert statuses(market, order) == ("ended", ["ended"])
    assert market.violations() == []


def test_what_is_paused_is_not_suspended_and_does_not_stay_the_hand_for_others(market: Market) -> None:
    paused, other = market.pay_order(), market.pay_order()
    market.clock.set(at(2026, 2, 28))
    market.work()
    subscriptions = market.engine.billing.subscriptions
    subscriptions.change(market.seller, market.subscription(paused).id, Pause())
    market.clock.set(DUE_DAY_OVER)
    market.work()
    day(market, 10)
    assert statuses(market, paused) == ("paused", ["suspended"])
    assert statuses(market, other) == ("suspended", ["suspended"])
    asked = market.heard("pretend.suspend", ServiceSuspendRequested)
    assert [event.service_id for event in asked if event.case_version is not None] == [market.services(other)[0].id]
    assert market.unfinished() == []
    assert market.violations() == []
    day(market, 30)
    assert (market.subscription(paused).status, market.subscription(other).status) == ("ended", "ended")
    assert market.unfinished() == []


def test_what_is_resumed_unpaid_is_suspended_by_the_ladder(market: Market) -> None:
    order = market.pay_order()
    market.clock.set(at(2026, 2, 28))
    market.work()
    subscriptions, mine = market.engine.billing.subscriptions, market.subscription(order).id
    subscriptions.change(market.seller, mine, Pause())
    market.clock.set(DUE_DAY_OVER)
    market.work()
    subscriptions.change(market.seller, mine, Resume())
    market.work()
    assert statuses(market, order) == ("active", ["active"])
    day(market, 10)
    assert statuses(market, order) == ("suspended", ["suspended"])
    assert market.unfinished() == []
    assert market.violations() == []
    while any(state.status == "issued" for _, state in market.invoices()):
        market.pay(owed(market))
    assert statuses(market, order) == ("active", ["active"])
    assert market.violations() == []


def test_a_downtime_climbs_one_step_at_a_time(market: Market) -> None:
    order = overdue(market)
    market.clock.set(DUE_DAY_OVER + timedelta(days=60))
    for _ in range(3):
        market.work()
        market.clock.advance(timedelta(hours=1))
    assert case(market).steps == 1
    assert statuses(market, order) == ("past_due", ["active"])
    market.go(days=2)
    assert case(market).steps == 2
    market.go(days=4)
    assert case(market).steps == 2
    market.go(days=1)
    assert (case(market).steps, statuses(market, order)[0]) == (3, "suspended")


def test_a_retry_charges_the_stored_method_once(market: Market) -> None:
    order = overdue(market)
    market.method()
    day(market, 6)
    payments = market.engine.billing.payments.list(market.seller)
    assert [payment.status for payment in payments if payment.account == "pay"] == ["captured"]
    assert statuses(market, order) == ("active", ["active"])


def test_one_invoice_of_two_agreements_has_a_case_for_each(open_market: Callable[..., Market]) -> None:
    market = open_market(group_invoices=True)
    orders = [market.pay_order(), market.pay_order()]
    market.clock.set(at(2026, 2, 28))
    market.work()
    assert [invoice.total for invoice, state in market.invoices() if state.status == "issued"] == [Decimal("10.00")]
    market.clock.set(DUE_DAY_OVER)
    market.work()
    assert [statuses(market, order)[0] for order in orders] == ["past_due", "past_due"]
    day(market, 10)
    assert [statuses(market, order) for order in orders] == [("suspended", ["suspended"])] * 2
    market.pay(owed(market))
    assert [statuses(market, order) for order in orders] == [("active", ["active"])] * 2
    assert market.violations() == []
    assert market.unfinished() == []


def test_a_voided_invoice_closes_its_case(market: Market) -> None:
    order = overdue(market)
    market.engine.billing.invoices.void(market.seller, owed(market), "our mistake")
    market.go(days=1)
    assert statuses(market, order) == ("active", ["active"])
    assert market.violations() == []


def test_money_on_its_way_stays_the_hand(market: Market) -> None:
    order = overdue(market)
    day(market, 9)
    market.method("pm_slow")
    invoice_id = owed(market)
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([market.customer]))[market.customer]
    market.run(lambda tx: charge_invoice(tx, invoice_id, method.id))
    market.clock.advance(timedelta(days=1))
    market.run(lambda tx: _only_dunning(tx))
    assert case(market).steps == 2
    assert market.subscription(order).status == "past_due"


def _only_dunning(tx: Any) -> None:
    dun_seller(tx, Onwards())
    take_services(tx, Nothing())


def test_standing_refuses_a_stale_version_and_a_settled_case(quiet_market: Market) -> None:
    market = quiet_market
    order = overdue(market)
    (service,) = market.services(order)
    market.told(ServiceActivated, service)
    day(market, 10)
    (asked,) = market.heard("pretend.suspend", ServiceSuspendRequested)

    def may(version: int) -> bool:
        standing = market.engine.standing
        assert standing is not None
        return market.run(lambda tx: standing.may_suspend(tx, service.id, version))

    assert may(asked.case_version)
    assert not may(asked.case_version - 1)
    assert not may(asked.case_version + 1)
    market.pay(owed(market))
    assert not may(asked.case_version)


def test_what_was_refused_is_asked_for_again(quiet_market: Market) -> None:
    market = quiet_market
    order = overdue(market)
    (service,) = market.services(order)
    market.told(ServiceActivated, service)
    day(market, 10)
    first = market.heard("pretend.suspend", ServiceSuspendRequested)
    market.go(days=2)
    asked = market.heard("pretend.suspend", ServiceSuspendRequested)
    assert len(asked) > len(first)
    assert asked[-1].case_version > first[-1].case_version
    market.told(ServiceSuspended, service)
    market.go(days=2)
    again = len(market.heard("pretend.suspend", ServiceSuspendRequested))
    market.go(days=3)
    assert len(market.heard("pretend.suspend", ServiceSuspendRequested)) == again


def in_bulk(market: Market, count: int) -> list[Subscription]:
    """So many agreements like one that is overdue by ten days, each with a service and an invoice of its own."""
    order = market.pay_order()
    template = market.subscription(order)
    (line,) = market.run(lambda tx: tx.billing.subscriptions.items([template.id]))[template.id]
    (service,) = market.services(order)
    subscriptions = [attrs.evolve(template, id=new_id()) for _ in range(count)]
    items = [attrs.evolve(line, id=new_id(), subscription_id=each.id) for each in subscriptions]
    services = [
        attrs.evolve(
            service, id=new_id(), subscription_id=line.subscription_id, subscription_item_id=line.id, unit=unit
        )
        for unit, line in enumerate(items, start=1)
    ]
    market.run(lambda tx: tx.billing.subscriptions.add_many(subscriptions, items))
    market.run(lambda tx: tx.billing.services.add_many(services))
    market.engine.billing.subscriptions.cancel(market.seller, template.id, "now")
    market.clock.set(at(2026, 2, 28))
    market.run(lambda tx: renew_batch(tx, Nothing()))
    market.clock.set(DUE_DAY_OVER)
    for days in (0, 3, 2):
        market.clock.advance(timedelta(days=days))
        market.work()
    return subscriptions


def suspended(market: Market) -> int:
    found = market.engine.billing.subscriptions.list(market.seller, limit=1000)
    return sum(each.status == "suspended" for each in found)


@pytest.mark.parametrize(("count", "parks"), [(5, False), (6, True)])
def test_more_than_the_ceiling_parks_and_asks(market: Market, count: int, parks: bool) -> None:
    in_bulk(market, count)
    market.clock.advance(timedelta(days=5, hours=3))
    market.work()
    parked = market.jobs("billing.take_approved", JobStatus.PARKED)
    assert (len(parked), suspended(market)) == ((1, 0) if parks else (0, 5))
    if not parks:
        return
    assert f"would suspend {count} and end 0 services of {count} agreements" in parked[0].last_error
    assert f"larabill jobs retry {parked[0].id}" in parked[0].last_error
    market.clock.advance(timedelta(hours=2))
    market.work()
    assert len(market.jobs("billing.take_approved", JobStatus.PARKED)) == 1
    market.engine.run(lambda tx: tx.jobs.retry(parked[0].id, approved_by="staff:jo", now=tx.now))
    market.work()
    assert suspended(market) == count
    assert market.jobs("billing.take_approved", JobStatus.PARKED) == []


def test_a_gateway_that_was_not_heard_from_parks(market: Market) -> None:
    order = overdue(market)
    market.engine.billing.payments.open_checkout(market.seller, owed(market), "pay")
    day(market, 11)
    assert statuses(market, order) == ("past_due", ["active"])
    parked = market.jobs("billing.take_approved", JobStatus.PARKED)
    assert "no word from pay since the step before" in parked[0].last_error
    market.run(lambda tx: tx.billing.gateway_accounts.claim("pay", market.seller))
    market.run(lambda tx: tx.billing.gateway_accounts.heard("pay", tx.now))
    market.go(days=1)
    assert statuses(market, order) == ("suspended", ["suspended"])


def test_a_run_takes_a_constant_number_of_statements(market: Market) -> None:
    def statements(count: int) -> int:
        seen: list[str] = []

        def note(*given: Any) -> None:
            seen.append(given[2])

        in_bulk(market, count)
        market.clock.advance(timedelta(days=5))
        database = database_of(market.engine)
        sa.event.listen(database, "before_cursor_execute", note)
        market.run(lambda tx: take_services(tx, Nothing()))
        sa.event.remove(database, "before_cursor_execute", note)
        assert suspended(market) == count
        return len(seen)

    assert statements(5) < 30


INTERLEAVINGS = sorted(set(permutations(["pay", "pay", "take", "take"])))


@pytest.mark.parametrize("turns", INTERLEAVINGS, ids="-".join)
def test_a_payment_that_races_a_suspension_wins_in_the_end(quiet_market: Market, turns: tuple[str, ...]) -> None:
    """F34: the payment is recorded and then closes the case; the step is taken and then goes out to the provider."""
    market = quiet_market
    order = overdue(market)
    (service,) = market.services(order)
    market.told(ServiceActivated, service)
    day(market, 9)
    invoice_id = owed(market)
    market.clock.set(DUE_DAY_OVER + timedelta(days=10))
    event = InvoicePaid(
        seller_id=market.seller, occurred_at=market.clock.now(), invoice_id=invoice_id, customer_id=market.customer
    )

    def record_payment() -> None:
        balance = market.run(lambda tx: tx.billing.invoices.state(invoice_id)).balance
        market.engine.billing.payments.record_manual(market.seller, invoice_id, balance, "transfer")

    resumed: set[UUID] = set()

    def resume() -> None:
        for request in market.heard("pretend.resume", ServiceResumeRequested):
            if request.event_id not in resumed:
                market.run(lambda tx, request=request: pretended.resume(tx, request))
            resumed.add(request.event_id)

    def close_case() -> None:
        market.run(lambda tx: on_invoice_paid(tx, event))
        resume()

    def send_suspension() -> None:
        for request in market.heard("pretend.suspend", ServiceSuspendRequested):
            market.run(lambda tx, request=request: pretended.suspend(tx, request))

    steps = {
        "pay": iter((record_payment, close_case)),
        "take": iter((lambda: market.run(lambda tx: take_services(tx, Nothing())), send_suspension)),
    }
    for turn in turns:
        next(steps[turn])()
    market.work()
    resume()
    market.work()
    assert statuses(market, order) == ("active", ["active"])
    assert market.violations() == []


def test_threads_that_pay_and_suspend_at_once_leave_it_running(market: Market) -> None:
    for _ in range(3):
        order = market.place(item("trust"))
        market.work()
        market.clock.advance(timedelta(days=8))
        market.work()
        for days in (3, 2):
            market.clock.advance(timedelta(days=days))
            market.work()
        market.clock.advance(timedelta(days=5))
        together = threading.Barrier(2)

        def pay(invoice_id: UUID = order.invoice_id, together: threading.Barrier = together) -> None:
            together.wait()
            market.pay(invoice_id)

        def take(together: threading.Barrier = together) -> None:
            together.wait()
            market.work()

        threads = [threading.Thread(target=pay), threading.Thread(target=take)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(2):
            market.work()
            market.clock.advance(timedelta(minutes=10))
        assert statuses(market, order) == ("active", ["active"])
        market.engine.billing.subscriptions.cancel(market.seller, market.subscription(order).id, "now")
    assert market.unfinished() == []
