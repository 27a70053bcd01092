"""For any policy, and whatever a customer and staff do: gaps are kept, attempts bounded, nothing follows a payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.market import PRETEND, Market, at

from larabill_billing.dunning.model import DunningCase, Pause, stood_still
from larabill_billing.dunning.verify import VERIFY
from larabill_billing.invoicing.model import InvoiceState
from larabill_billing.module import MODULE
from larabill_billing.payments.model import Payment
from larabill_billing.policies import DAY, DunningPolicy, LadderStep, LateFee
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.errors import LarabillError
from larabill_core.module import load_target
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.opening import database_of, open_in_memory

GENTLE = st.sampled_from(["remind", "late_fee"])


@st.composite
def policies(draw: st.DrawFn) -> DunningPolicy:
    """Any ladder that may stand in a manifest, with retry gaps, or with steps of the ladder that charge again."""
    days = draw(st.lists(st.integers(0, 25), min_size=1, max_size=5, unique=True).map(sorted))
    by_gaps = draw(st.booleans())
    actions = [draw(GENTLE if by_gaps else st.one_of(GENTLE, st.just("retry"))) for _ in days]
    if draw(st.booleans()):
        actions[-1] = draw(st.sampled_from(["suspend", "end"]))
    if len(actions) > 1 and draw(st.booleans()):
        actions[-2:] = ["suspend", "end"]
    gaps = draw(st.lists(st.integers(3, 100), min_size=1, max_size=4)) if by_gaps else []
    return DunningPolicy(
        before=draw(st.sampled_from([(), (3 * DAY,), (5 * DAY, DAY)])),
        collect=draw(st.sampled_from(["issue", "due"])),
        retries=tuple(timedelta(hours=gap) for gap in gaps),
        attempts_a_day=draw(st.integers(1, 3)),
        late_fee=LateFee(percent=draw(st.sampled_from([Decimal(1), Decimal(5)]))),
        overdue=tuple(LadderStep(after=day * DAY, do=do) for day, do in zip(days, actions, strict=True)),
    )


DEEDS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 200)),
    st.tuples(st.just("wait"), st.integers(1, 30)),
    st.tuples(st.just("away"), st.integers(24, 900)),
    st.tuples(st.just("card"), st.sampled_from(["pm_ok", "pm_insufficient", "pm_declined", "pm_stolen"])),
    st.tuples(st.just("promise"), st.integers(0, 12)),
    st.tuples(st.sampled_from(["pay", "pause", "resume", "withdraw"]), st.integers(0, 3)),
)


@attrs.frozen
class Play:
    """One customer with two agreements, under one policy."""

    market: Market

    def do(self, deed: str, number: Any) -> None:
        """What is refused is refused: only what holds afterwards counts."""
        market, dunning = self.market, self.market.engine.billing.dunning
        owed = [state.invoice_id for _, state in market.invoices() if state.status == "issued"]
        if deed == "wait":
            market.go(step_days=1, hours=number)
        elif deed == "away":
            market.clock.advance(timedelta(hours=number))
            market.work()
        elif deed == "card":
            market.method(number)
            market.work()
        elif owed:
            invoice_id = owed[number % len(owed)]
            try:
                if deed == "pay":
                    market.pay(invoice_id)
                elif deed == "promise":
                    until = local_date(market.clock.now(), "Europe/Berlin") + timedelta(days=number)
                    dunning.promise(market.seller, invoice_id, until, "Ada")
                elif deed == "pause":
                    dunning.pause(market.seller, invoice_id, "wait")
                elif deed == "resume":
                    dunning.resume(market.seller, invoice_id)
                else:
                    dunning.withdraw_promise(market.seller, invoice_id)
            except LarabillError:
                pass
            market.work()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies(), deeds=st.lists(DEEDS, min_size=3, max_size=14))
def test_any_history_under_any_policy(policy: DunningPolicy, deeds: Sequence[tuple[str, Any]]) -> None:
    clock = ManualClock(at(2026, 1, 31))
    drivers = {"pay": {"driver": "fake_gateway", "limits": {"rate": 1e6, "burst": 1_000_000}}}
    installed = {module.name: module for module in (MODULE, PRETEND)}
    manifest = {
        "larabill": {"modules": ["billing", "pretend"]},
        "billing": {"dunning": {"default": policy}},
        "drivers": drivers,
    }
    engine = open_in_memory(manifest, clock=clock, installed=installed)
    try:
        play = Play(Market.open(engine, clock))
        for _ in range(2):
            play.market.pay_order()
        clock.set(at(2026, 2, 28))
        play.market.work()
        for deed, number in deeds:
            play.do(deed, number)
            look(play.market)
    finally:
        database_of(engine).dispose()


def look(market: Market) -> None:
    """What holds after each deed."""
    assert market.run(lambda tx: [found for target in VERIFY for found in load_target(target)(tx)]) == []
    policy = market.run(lambda tx: settings_of(tx).policies["default"])
    states = {state.invoice_id: state for _, state in market.invoices()}
    pauses = {
        invoice_id: market.run(lambda tx, id=invoice_id: tx.billing.pauses.of_invoice(id)) for invoice_id in states
    }
    for case, steps in taken(market):
        check_steps(policy, case, steps, states[case.invoice_id], pauses[case.invoice_id])
    payments = market.engine.billing.payments.list(market.seller, limit=10_000)
    check_attempts(policy, [payment for payment in payments if payment.account == "pay"], states, pauses)
    assert {handler for handler, _ in market.unfinished()} <= {"billing.take_approved"}


def taken(market: Market) -> Iterator[tuple[DunningCase, list[tuple[int, datetime]]]]:
    """The cases, and the steps that their audits tell of: number and instant."""
    cases = market.run(lambda tx: tx.billing.dunning.page(open_only=False, limit=1000))
    steps: dict[UUID, list[tuple[int, datetime]]] = defaultdict(list)
    for audit in market.engine.billing.ledger.audits(market.seller, limit=100_000):
        if audit.subject_kind == "case" and audit.reason.startswith("step "):
            steps[audit.subject_id].append((int(audit.reason.removeprefix("step ")), audit.at))
    return ((case, steps[case.id]) for case in cases)


def check_steps(
    policy: DunningPolicy,
    case: DunningCase,
    steps: Sequence[tuple[int, datetime]],
    state: InvoiceState,
    pauses: Sequence[Pause],
) -> None:
    """In order, none left out or taken twice; each after its gap without the pauses; none in one, none once paid."""
    assert [number for number, _ in steps] == list(range(1, len(steps) + 1)) == list(range(1, case.steps + 1))
    instants = [at for _, at in steps]
    for number, (before, after) in enumerate(pairwise(instants), start=1):
        gap = policy.steps[number].after - policy.steps[number - 1].after
        assert after - before - stood_still([*pauses], before, after) >= gap
    if instants:
        stood = stood_still([*pauses], max(case.overdue_at, case.opened_at), instants[0])
        assert instants[0] - case.overdue_at - stood >= policy.steps[0].after
    for instant in instants:
        assert state.paid_at is None or instant <= state.paid_at
        assert not any(
            pause.started_at < instant < (pause.ended_at or datetime.max.replace(tzinfo=instant.tzinfo))
            for pause in pauses
        )


def check_attempts(
    policy: DunningPolicy,
    payments: Sequence[Payment],
    states: dict[UUID, InvoiceState],
    pauses: dict[UUID, Sequence[Pause]],
) -> None:
    """Within a day so many by a method; none after a hard decline; by the gaps, and no more than there are gaps."""
    for first in payments:
        same = [each for each in payments if each.method_id == first.method_id]
        within = [each for each in same if first.created_at <= each.created_at < first.created_at + DAY]
        assert sum(each.status != "captured" for each in within) <= policy.attempts_a_day
        if first.status == "declined" and first.code == "stolen_card":
            assert same[-1].created_at <= first.created_at, "a method that was declined for good is not charged again"
        assert first.invoice_id is not None
        for pause in pauses[first.invoice_id]:
            assert not pause.started_at < first.created_at < (pause.ended_at or first.created_at)
        if policy.collect == "due":
            assert local_date(first.created_at, "Europe/Berlin") >= states[first.invoice_id].due_on
    by_invoice: dict[Any, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_invoice[payment.invoice_id, payment.method_id].append(payment)
    for (invoice_id, _), tries in by_invoice.items():
        assert sum(each.status == "captured" for each in tries) <= 1
        if policy.retries:
            assert len(tries) <= len(policy.retries) + 1
            for gap, (before, after) in zip(policy.retries, pairwise(tries), strict=False):
                stood = stood_still([*pauses[invoice_id]], before.created_at, after.created_at)
                assert after.created_at - before.created_at - stood >= gap
