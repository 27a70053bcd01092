"""Whatever happens to agreements, in whatever order: the books are right, no day is billed twice (I3, I4, I6, I11)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tests.billing.subscriptions.stage import Stage, item
from tests.conftest import OpenTestEngine

from larabill_billing.invoicing.model import Charge
from larabill_billing.subscriptions.changes import (
    AddItem,
    Cancel,
    Change,
    ChangeCycle,
    ChangeItem,
    Pause,
    Reactivate,
    RemoveItem,
    Resume,
)
from larabill_billing.subscriptions.model import LIVE, Subscription, SubscriptionStatus, Unused
from larabill_billing.subscriptions.states import SUBSCRIPTION
from larabill_billing.subscriptions.timing import timed
from larabill_core.clock import start_of_day
from larabill_core.errors import LarabillError
from larabill_core.testing.clock import ManualClock

PLANS = ["solo", "duo", "secs", "thirty", "inclusive", "whole", "stairs", "intro", "tried", "metered", "least"]
LATER = ["later", "meterlater"]
CYCLES = ["weekly", "monthly", "annual"]
ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Africa/Cairo", "UTC"]
STARTS = [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 10), date(2028, 10, 20)]
ACTIONS = [
    "item", "item", "quantity", "spec", "price", "cycle", "add", "remove", "pause", "resume", "resume", "cancel",
    "uncancel", "withdraw", "reactivate", "use", "pay", "day", "days", "month", "away",
]  # fmt: skip
WHEN = ["now", "now", "now", "period_end", "soon", "then"]


@attrs.define
class Play:
    """One agreement and what is done to it. What is refused is refused: only what holds afterwards counts."""

    stage: Stage
    subscription: UUID
    rng: random.Random
    plans: list[str]
    shifts: list[tuple[UUID, date, date]] = attrs.field(factory=list)
    """Days that were paid and moved behind a pause."""

    def get(self) -> Subscription:
        return self.stage.get(self.subscription)

    def when(self) -> Any:
        chosen = self.rng.choice(WHEN)
        days = {"soon": self.rng.randint(1, 9), "then": self.rng.randint(20, 70)}.get(chosen)
        return chosen if days is None else self.stage.today + timedelta(days=days)

    def do(self, action: str) -> None:
        note(f"{self.stage.clock.now()} {action}")
        try:
            getattr(self, f"on_{action}")()
        except LarabillError as problem:
            note(f"   refused: {str(problem)[:140]}")
        self.stage.work()

    def change(self, wanted: Change) -> None:
        when = self.when()
        note(f"   {wanted} {when}")
        self.stage.change(self.subscription, wanted, when)

    def some(self) -> UUID:
        return self.rng.choice(self.stage.items(self.subscription) or [None]).id  # type: ignore[union-attr]

    def on_item(self) -> None:
        if self.stage.items(self.subscription):
            quantity = self.rng.choice([None, 1, 4])
            self.change(ChangeItem(item_id=self.some(), plan_code=self.rng.choice(self.plans), quantity=quantity))

    def on_quantity(self) -> None:
        if self.stage.items(self.subscription):
            self.change(ChangeItem(item_id=self.some(), quantity=self.rng.randint(0, 5)))

    def on_spec(self) -> None:
        for each in self.stage.items(self.subscription)[:1]:
            self.change(ChangeItem(item_id=each.id, spec={"ips": self.rng.randint(0, 3), "backup": True}))

    def on_price(self) -> None:
        for each in self.stage.items(self.subscription)[:1]:
            price = self.rng.choice([None, "1.23", "0", "33.33"])
            self.change(ChangeItem(item_id=each.id, unit_price=price, plan_price=price is None))

    def on_cycle(self) -> None:
        self.change(ChangeCycle(cycle=self.rng.choice(CYCLES)))

    def on_add(self) -> None:
        self.change(AddItem(plan_code=self.rng.choice([*self.plans, "extra"]), quantity=self.rng.randint(1, 3)))

    def on_remove(self) -> None:
        if self.stage.items(self.subscription):
            self.change(RemoveItem(item_id=self.some()))

    def on_pause(self) -> None:
        self.change(Pause(unused=self.rng.choice(list(Unused))))

    def on_resume(self) -> None:
        self.change(Resume())

    def on_cancel(self) -> None:
        self.change(Cancel(compensation=self.rng.choice(["none", "credit", "refund"])))

    def on_uncancel(self) -> None:
        self.stage.engine.billing.subscriptions.withdraw_cancellation(self.stage.seller, self.subscription)

    def on_withdraw(self) -> None:
        for change in self.stage.engine.billing.subscriptions.scheduled(self.stage.seller, self.subscription)[:1]:
            self.stage.engine.billing.subscriptions.withdraw(self.stage.seller, change.id)

    def on_reactivate(self) -> None:
        self.stage.change(self.subscription, Reactivate())

    def on_use(self) -> None:
        for each in self.stage.items(self.subscription):
            self.stage.use(self.subscription, each.id, str(self.rng.randint(1, 40)))

    def on_pay(self) -> None:
        self.stage.pay_all()

    def on_day(self) -> None:
        self.stage.jump(1)

    def on_days(self) -> None:
        self.stage.to(self.stage.today + timedelta(days=self.rng.randint(2, 12)))

    def on_month(self) -> None:
        self.stage.to(self.stage.today + timedelta(days=self.rng.randint(25, 40)), step_days=9)

    def on_away(self) -> None:
        self.stage.pay_all()
        self.stage.jump(self.rng.randint(30, 150))


def look(play: Play) -> None:
    """What holds whatever has happened."""
    stage, subscription = play.stage, play.get()
    stage.check()
    assert subscription.next_billing_at == timed(subscription).next_billing_at
    if subscription.status in LIVE:
        assert subscription.next_billing_at is None or subscription.next_billing_at > stage.clock.now()
    waiting = stage.engine.billing.subscriptions.scheduled(stage.seller, play.subscription)
    if subscription.status in LIVE:
        assert subscription.change_on == min((change.effective_on for change in waiting), default=None)
        assert all(change.effective_on > stage.today for change in waiting)
    else:
        assert not waiting
    audits = stage.run(lambda tx: tx.billing.audits.for_subject("subscription", play.subscription))
    moves = {(each.state_before, each.state_after) for each in audits if each.state_before != each.state_after}
    table = {(before.value, after.value) for (before, _), after in SUBSCRIPTION.items()}
    assert moves <= table | {("", "pending")}
    check_days(play, stage.charges(play.subscription))
    check_units(play, subscription)


def check_days(play: Play, charges: list[Charge]) -> None:
    """No day of an item is charged twice, but for what was given back before: reckoned from the charges alone."""
    days: dict[tuple[UUID, date], int] = {}

    def count(item_id: UUID, start: date, end: date, by: int) -> None:
        for offset in range((end - start).days):
            day = item_id, start + timedelta(days=offset)
            days[day] = days.get(day, 0) + by

    whole = {charge.subscription_item_id for charge in charges if charge.description.startswith("Whole periods only")}
    if any(charge.description.endswith("paid before the pause") for charge in charges):
        return
    for charge in charges:
        if charge.subscription_item_id is None or charge.period_end is None or charge.period_start is None:
            continue
        if charge.subscription_item_id in whole:
            continue
        if charge.kind in ("recurring", "proration") and "/" not in charge.cause and charge.amount:
            by = 1 if charge.amount > 0 else -1
            count(charge.subscription_item_id, charge.period_start, charge.period_end, by)
    twice = sorted(day for (_, day), number in days.items() if number > 1)
    assert not twice, f"{twice[0]} to {twice[-1]} is charged twice"


def check_units(play: Play, subscription: Subscription) -> None:
    """Each unit of what is provisioned is one service; what is there is what is taken of the stock."""
    stage = play.stage
    if subscription.status not in LIVE:
        return
    services = stage.services(play.subscription)
    for code in ("solo", "duo"):
        assert stage.stock(code) == sum(service.plan_code == code for service in services)
    for each in stage.items(play.subscription):
        units = [service for service in services if service.subscription_item_id == each.id]
        wanted = each.quantity if each.plan_code in ("solo", "duo") else 0
        assert len(units) >= wanted
        assert {unit.plan_code for unit in units} <= {"solo", "duo"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    seed=st.integers(0, 2**32),
    actions=st.lists(st.sampled_from(ACTIONS), min_size=2, max_size=14),
    plan=st.sampled_from([*PLANS, *LATER]),
    cycle=st.sampled_from(CYCLES),
    zone=st.sampled_from(ZONES),
    start=st.sampled_from(STARTS),
    billing_day=st.sampled_from([None, None, 1, 31]),
)
def test_any_sequence_keeps_the_books_right(
    seed: int,
    actions: list[str],
    plan: str,
    cycle: str,
    zone: str,
    start: date,
    billing_day: int | None,
    _place: Any,
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    play_through(_place, open_test_engine, clock, seed, actions, plan, cycle, zone, start, billing_day)


def play_through(
    place: Any,
    open_test_engine: Callable[..., Any],
    clock: ManualClock,
    seed: int,
    actions: list[str],
    plan: str,
    cycle: str,
    zone: str,
    start: date,
    billing_day: int | None,
) -> None:
    place.empty()
    clock.__init__(start_of_day(start, zone) + timedelta(hours=9, minutes=7))  # type: ignore[misc]
    stage = Stage.open(open_test_engine, clock, zone=zone, billing_day=billing_day)
    rng = random.Random(seed)
    try:
        subscription = stage.agree(item(plan, cycle, quantity=rng.choice([1, 1, 3])))
    except LarabillError:
        return
    plans = LATER if plan in LATER else PLANS
    play = Play(stage=stage, subscription=subscription, rng=rng, plans=plans)
    look(play)
    for action in actions:
        play.do(action)
        look(play)
    if play.get().status in LIVE and play.get().status is not SubscriptionStatus.PAUSED:
        stage.pay_all()
        stage.jump(40)
        look(play)
