"""Renewal: each period is billed once, whatever happens and however many runs there are (I3)."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.market import Market, at, item
from tests.billing.subscriptions.test_terms import agreement

from larabill_billing.catalog.model import Plan, Price, PriceKind
from larabill_billing.credits.handlers import grant
from larabill_billing.invoicing.explain import recompute
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.model import PerUnit
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.settings import BillingSettings
from larabill_billing.subscriptions import renewal
from larabill_billing.subscriptions.grouping import requests_for
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionItem, SubscriptionStatus
from larabill_billing.subscriptions.renew import renew_batch
from larabill_billing.subscriptions.timing import timed
from larabill_core.errors import Conflict
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_core.published import ServiceEndRequested
from larabill_sqlalchemy.opening import database_of

PRORATION = ProrationPolicy(Convention.ACTUAL_DAYS)
ACTIVE = agreement(status=SubscriptionStatus.ACTIVE)


def sold(subscription: Subscription, *prices: str | None, quantity: int = 1) -> Agreement:
    """An agreement with an item at each of these prices; None where its plan has no price for it."""
    plans = [web(subscription, price) for price in prices]
    items = [
        SubscriptionItem(
            id=new_id(),
            seller_id=subscription.seller_id,
            subscription_id=subscription.id,
            plan_id=plan.id,
            plan_code=plan.code,
            description=plan.name,
            quantity=quantity,
            starts_on=subscription.started_on,
        )
        for plan in plans
    ]
    return Agreement(subscription=subscription, items=tuple(items), plans={plan.id: plan for plan in plans})


def web(subscription: Subscription, price: str | None) -> Plan:
    """Web hosting at a price for every cycle of this agreement; None: its only price is another cycle's."""
    cycle = Cycle("11_days") if price is None else subscription.cycle
    model = PerUnit(unit_price=Decimal(price or "1.00"))
    prices = (Price(currency="EUR", kind=PriceKind.RECURRING, cycle=cycle, model=model),)
    return Plan(id=new_id(), seller_id=subscription.seller_id, version=1, code="web", name="Web", prices=prices)


def planned(subject: Agreement, now: datetime) -> renewal.Plan:
    return renewal.plan(subject, {}, now=now, default=PRORATION)


def test_a_plan_bills_the_next_period_and_moves_on() -> None:
    plan = planned(sold(ACTIVE, "5.00", quantity=3), at(2026, 3, 31))
    assert plan.outcome is renewal.Outcome.RENEWED
    (charge,) = plan.charges
    assert (charge.period_start, charge.period_end, charge.amount) == (
        date(2026, 3, 31),
        date(2026, 4, 30),
        Decimal("15.00"),
    )
    assert plan.agreement.subscription.next_period == 3
    assert plan.agreement.subscription.next_billing_at == at(2026, 4, 29, 22)


def test_an_invoice_is_due_after_the_sellers_terms() -> None:
    subject = sold(ACTIVE, "5.00")
    plan = planned(subject, at(2026, 3, 31))
    (request,) = requests_for([(ACTIVE, plan.charges)], BillingSettings(payment_terms_days=7), at(2026, 3, 31))
    assert request.due_on == date(2026, 4, 7)
    assert request.subscription_id == ACTIVE.id


def test_a_plan_without_a_price_is_held_with_its_reason() -> None:
    plan = planned(sold(ACTIVE, "5.00", None), at(2026, 3, 31))
    assert plan.outcome is renewal.Outcome.HELD
    assert plan.charges == ()
    reason = "cycle: web has no such price (got 'EUR monthly'); there are: EUR 11_days"
    assert plan.agreement.subscription == attrs.evolve(ACTIVE, held_reason=reason)


def test_a_plan_ends_at_its_date_and_when_nothing_is_left() -> None:
    cancelled = sold(attrs.evolve(ACTIVE, end_on=date(2026, 3, 31)), "5.00")
    for over in (cancelled, sold(ACTIVE)):
        plan = planned(over, at(2026, 3, 31))
        assert plan.outcome is renewal.Outcome.ENDED
        assert plan.charges == ()
        ended = plan.agreement.subscription
        assert (ended.status, ended.next_billing_at) == (SubscriptionStatus.ENDED, None)


def test_the_last_period_is_cut_where_the_agreement_ends() -> None:
    leaving = sold(attrs.evolve(ACTIVE, end_on=date(2026, 4, 10)), "5.00")
    last = planned(leaving, at(2026, 3, 31))
    (charge,) = last.charges
    assert (charge.period_start, charge.period_end) == (date(2026, 3, 31), date(2026, 4, 10))
    assert charge.amount == Decimal("1.67")
    assert recompute(charge) == charge.amount
    assert last.agreement.subscription.next_billing_at == at(2026, 4, 9, 22)
    over = planned(last.agreement, at(2026, 4, 10))
    assert (over.outcome, over.charges) == (renewal.Outcome.ENDED, ())


CYCLES = [Cycle(code) for code in ("daily", "weekly", "10_days", "monthly", "quarterly", "18_months", "annual")]


@given(anchor=st.dates(date(2020, 1, 1), date(2030, 1, 1)), cycle=st.sampled_from(CYCLES))
def test_billed_periods_tile_time(anchor: date, cycle: Cycle) -> None:
    moved = attrs.evolve(ACTIVE, started_on=anchor, anchor_on=anchor, anchor_day=anchor.day, cycle=cycle, next_period=0)
    subject = sold(timed(moved), "5.00")
    seen = []
    for _ in range(12):
        due_at = subject.subscription.next_billing_at
        assert due_at is not None
        plan = planned(subject, due_at)
        assert plan.outcome is renewal.Outcome.RENEWED
        (charge,) = plan.charges
        assert charge.amount == Decimal("5.00")
        seen.append((charge.period_start, charge.period_end))
        subject = plan.agreement
    assert seen[0][0] == anchor
    assert all(before[1] == after[0] for before, after in pairwise(seen))


def test_a_year_bills_twelve_periods(market: Market) -> None:
    market.method()
    order = market.pay_order()
    market.go(days=364, step_days=31)
    subscription = market.subscription(order)
    charges = market.run(lambda tx: tx.billing.charges.for_subscription(subscription.id))
    starts = [charge.period_start for charge in charges if charge.kind == "recurring"]
    assert starts[:4] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert len(starts) == 12
    assert [state.status for _, state in market.invoices()] == ["paid"] * 12
    assert market.violations() == []
    assert market.unfinished() == []


def test_missed_periods_are_billed_one_by_one_after_a_downtime(market: Market) -> None:
    order = market.pay_order()
    market.clock.advance(timedelta(days=100))
    market.work()
    assert market.subscription(order).next_period == 4
    assert len(market.invoices()) == 4
    assert market.violations() == []


def test_credit_pays_before_the_stored_method_does(market: Market) -> None:
    market.method()
    market.pay_order()
    market.run(lambda tx: grant(tx, market.customer, Decimal("3.00"), "EUR", "goodwill", new_id()))
    market.go(days=28)
    payments = market.engine.billing.payments.list(market.seller)
    assert [payment.amount for payment in payments if payment.account == "pay"] == [Decimal("2.00")]
    assert market.credit() == 0
    assert market.violations() == []


def test_what_cannot_be_priced_is_held_and_the_others_go_on(market: Market) -> None:
    broken, fine = market.pay_order(), market.pay_order()
    subscription = market.subscription(broken)
    with database_of(market.engine).begin() as connection:
        connection.execute(
            sa.text("UPDATE larabill_subscriptions SET currency = 'CHF' WHERE seller_id = :seller AND id = :id"),
            {"seller": raw(market, market.seller), "id": raw(market, subscription.id)},
        )
    market.go(days=28)
    (held,) = market.engine.billing.subscriptions.list(market.seller, held=True)
    assert (held.id, held.held_reason) == (
        subscription.id,
        "cycle: web has no such price (got 'CHF monthly'); there are: EUR annual, EUR monthly, EUR weekly",
    )
    assert market.subscription(fine).next_period == 2
    market.go(days=1)
    assert market.subscription(broken).next_period == 1
    released = market.engine.billing.subscriptions.release_hold(market.seller, subscription.id)
    assert released.held_reason == ""


def raw(market: Market, value: UUID) -> Any:
    return value if database_of(market.engine).dialect.name == "postgresql" else value.bytes


def many(market: Market, count: int) -> list[UUID]:
    """So many live agreements, all due at once."""
    order = market.pay_order()
    template = market.subscription(order)
    (line,) = market.run(lambda tx: tx.billing.subscriptions.living_items([template.id]))[template.id]
    subscriptions = [attrs.evolve(template, id=new_id()) for _ in range(count)]
    items = [attrs.evolve(line, id=new_id(), subscription_id=each.id) for each in subscriptions]
    market.run(lambda tx: tx.billing.subscriptions.add_many(subscriptions, items))
    return [each.id for each in (*subscriptions, template)]


def test_four_threads_bill_two_hundred_once(market: Market) -> None:
    ids = many(market, 199)
    market.clock.set(at(2026, 2, 28))
    together = threading.Barrier(4)
    stacked = [NewJob(handler="billing.renew_batch", seller_id=market.seller) for _ in range(50)]
    market.run(lambda tx: tx.enqueue(*stacked))

    def work() -> None:
        together.wait()
        market.engine.run_due()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    market.work()
    billed: Counter[UUID] = Counter()
    for invoice, _ in market.invoices():
        if invoice.subscription_id is not None and invoice.order_id is None:
            billed[invoice.subscription_id] += 1
    assert billed == Counter(ids)
    numbers = sorted(invoice.sequence for invoice, _ in market.invoices())
    assert numbers == list(range(1, len(numbers) + 1))
    assert market.unfinished() == []


def test_a_batch_takes_a_constant_number_of_statements(market: Market) -> None:
    def statements(count: int) -> int:
        many(market, count)
        market.engine.tick()
        seen: list[str] = []
        database = database_of(market.engine)

        def note(*given: Any) -> None:
            seen.append(given[2])

        sa.event.listen(database, "before_cursor_execute", note)
        market.run(lambda tx: renew_batch(tx, Nothing()))
        sa.event.remove(database, "before_cursor_execute", note)
        return len(seen)

    market.clock.set(at(2026, 2, 1))
    few = _due(market, 2, statements)
    more = _due(market, 60, statements)
    assert few == more


def _due(market: Market, count: int, statements: Any) -> int:
    """Agreements whose first period was long ago."""
    market.clock.advance(timedelta(days=40))
    return int(statements(count))


def test_a_cancelled_agreement_ends_at_its_period_and_its_data_later(market: Market) -> None:
    order = market.pay_order()
    subscription = market.subscription(order)
    changed = market.engine.billing.subscriptions.cancel(market.seller, subscription.id, "period_end", "moves")
    assert (changed.end_on, changed.status) == (date(2026, 2, 28), SubscriptionStatus.ACTIVE)
    market.go(days=27)
    assert market.subscription(order).status is SubscriptionStatus.ACTIVE
    market.go(days=1)
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    (asked,) = market.heard("pretend.end", ServiceEndRequested)
    assert asked.case_version is None
    assert len(market.invoices()) == 1
    assert [service.status for service in market.services(order)] == ["active"]
    market.go(days=14)
    assert [service.status for service in market.services(order)] == ["ended"]
    assert market.violations() == []


def test_a_cancellation_can_be_taken_back(market: Market) -> None:
    order = market.pay_order()
    subscriptions = market.engine.billing.subscriptions
    subscriptions.cancel(market.seller, market.subscription(order).id, "period_end")
    subscriptions.withdraw_cancellation(market.seller, market.subscription(order).id)
    market.go(days=28)
    assert market.subscription(order).next_period == 2
    assert market.subscription(order).status is SubscriptionStatus.ACTIVE


def test_cancelled_now_ends_now(market: Market) -> None:
    order = market.pay_order()
    market.engine.billing.subscriptions.cancel(market.seller, market.subscription(order).id, "now")
    market.work()
    assert len(market.heard("pretend.end", ServiceEndRequested)) == 1
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    market.go(days=40)
    assert len(market.invoices()) == 1
    assert market.violations() == []


def test_staff_may_end_an_agreement_within_its_terms(market: Market) -> None:
    order = market.place(item("server"))
    market.pay(order.invoice_id)
    subscriptions, mine = market.engine.billing.subscriptions, market.subscription(order).id
    for when in ("now", "period_end", date(2026, 6, 1)):
        with pytest.raises(Conflict, match="the earliest end is 2027-01-31"):
            subscriptions.cancel(market.seller, mine, when)
    forced = subscriptions.cancel(market.seller, mine, date(2026, 2, 10), "closed down", force=True)
    assert (forced.end_on, forced.status) == (date(2026, 2, 10), SubscriptionStatus.ACTIVE)
    market.go(days=10)
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    assert market.violations() == []


def test_cancelled_to_a_date_it_ends_that_day_and_pays_up_to_it(market: Market) -> None:
    market.method()
    order = market.pay_order()
    mine = market.subscription(order).id
    changed = market.engine.billing.subscriptions.cancel(market.seller, mine, date(2026, 3, 10))
    assert (changed.end_on, changed.status) == (date(2026, 3, 10), SubscriptionStatus.ACTIVE)
    market.go(days=28)
    last = market.invoices()[-1][0].id
    (line,) = market.run(lambda tx: tx.billing.invoices.get(last)).lines
    assert (line.period_start, line.period_end, line.amount) == (date(2026, 2, 28), date(2026, 3, 10), Decimal("1.61"))
    assert "10" in line.explain()
    assert market.violations() == []
    market.go(days=9)
    assert market.subscription(order).status is SubscriptionStatus.ACTIVE
    market.go(days=1)
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    assert len(market.invoices()) == 2
    assert market.violations() == []


def test_in_a_hosts_transaction_a_renewal_is_paid_when_its_invoice_has_a_number(market: Market) -> None:
    market.method()
    order = market.pay_order()
    market.clock.set(at(2026, 2, 28))
    host = database_of(market.engine)
    with host.begin() as connection:
        market.engine.joined(connection).run(lambda tx: renew_batch(tx, Nothing()), seller=market.seller)
    assert [state.status for _, state in market.invoices()] == ["paid"]
    market.go(days=1)
    assert [state.status for _, state in market.invoices()] == ["paid", "paid"]
    assert market.subscription(order).next_period == 2
    assert market.unfinished() == []
    assert market.violations() == []
