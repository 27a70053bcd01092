"""A preview equals the invoice (I13): line by line and in its sums, whatever is changed, taxed and counted."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item
from tests.conftest import OpenTestEngine

from larabill_billing.invoicing.model import Charge, DocumentType, InvoiceLine
from larabill_billing.invoicing.totals import turned
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
from larabill_core.clock import start_of_day
from larabill_core.errors import LarabillError
from larabill_core.testing.clock import ManualClock

PLANS = ["solo", "duo", "secs", "thirty", "stairs", "intro", "metered", "least"]
TAXES: list[dict[str, Any] | None] = [None, {"rate": "19"}, {"rate": "19", "inclusive": True}, {"rate": "7.7"}]


def shown(lines: Sequence[Charge | InvoiceLine], nets: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """What a line says, without the ids of one document."""
    amounts = nets if nets is not None else [line.amount for line in lines]
    return [
        (
            line.kind,
            line.description,
            line.period_start,
            line.period_end,
            line.quantity,
            line.unit_price,
            f"{amount:.4f}",
            line.trace,
        )
        for line, amount in zip(lines, amounts, strict=True)
    ]


def previewed(preview: Any) -> list[Any]:
    """The preview's charges as they will stand on the document."""
    lines = shown(preview.charges, preview.totals.amounts)
    if preview.totals.type is DocumentType.INVOICE:
        return lines
    return [_given_back(*line) for line in lines]


def _given_back(*line: Any) -> tuple[Any, ...]:
    """A credit note's line: its trace says that it is turned; without one its quantity is, and no price is negative."""
    *begin, quantity, price, amount, trace = line
    if trace is not None:
        return (*begin, quantity, price, amount, turned(trace))
    return (*begin, *((quantity, -price) if price < 0 else (-quantity, price)), amount, None)


def compare(stage: Stage, subscription: UUID, change: Change, when: Any = "now") -> bool:
    """Preview and do it; whether there was an invoice. Both refuse alike."""
    before = len(stage.invoices())
    try:
        preview = stage.preview(subscription, change, when)
    except LarabillError as refused:
        with pytest.raises(type(refused)):
            stage.change(subscription, change, when)
        return False
    credit = stage.credit()
    done = stage.change(subscription, change, when)
    if preview.on > stage.today:
        stage.clock.set(max(start_of_day(preview.on, stage.zone), stage.clock.now()))
        stage.run(lambda tx: None)
        return _compare_later(stage, subscription, preview, before)
    assert (done.status, done.next_period, done.period_end) == (
        preview.subscription.status,
        preview.subscription.next_period,
        preview.subscription.period_end,
    )
    if not preview.charges:
        assert len(stage.invoices()) == before
        return False
    _same(stage, stage.last(), preview)
    total = preview.totals.total
    given = total if preview.totals.type is DocumentType.CREDIT_NOTE else -min(credit, total)
    assert stage.credit() == credit + given, "what there is pays the invoice while it is issued"
    return True


def _compare_later(stage: Stage, subscription: UUID, preview: Any, before: int) -> bool:
    """On its day; what was billed on the way stands before it."""
    stage.work()
    documents = [
        stage.run(lambda tx, id=invoice.id: tx.billing.invoices.get(id))
        for invoice, _ in sorted(stage.invoices(), key=lambda each: each[0].id)[before:]
    ]
    if not preview.charges:
        return False
    wanted = previewed(preview)
    assert wanted in [shown(document.lines) for document in documents]
    return True


def _same(stage: Stage, invoice: Any, preview: Any) -> None:
    assert shown(invoice.lines) == previewed(preview)
    assert (invoice.net, invoice.tax, invoice.total) == (
        preview.totals.net,
        preview.totals.tax,
        preview.totals.total,
    )
    assert invoice.taxes == preview.totals.taxes
    assert invoice.total >= 0


def chosen(rng: random.Random, stage: Stage, subscription: UUID) -> Change:
    """Any change at all."""
    items = stage.items(subscription)
    some = rng.choice(items).id if items else subscription
    return rng.choice(
        [
            ChangeItem(item_id=some, plan_code=rng.choice(PLANS), quantity=rng.randint(1, 6), spec={}),
            ChangeItem(item_id=some, quantity=rng.randint(1, 6)),
            ChangeItem(item_id=some, unit_price=rng.choice([1, 33])),
            ChangeCycle(cycle=rng.choice(["weekly", "monthly", "annual"])),
            AddItem(plan_code=rng.choice([*PLANS, "extra"]), quantity=rng.randint(1, 3)),
            RemoveItem(item_id=some),
            Cancel(compensation=rng.choice(["none", "credit"])),
            Pause(unused=rng.choice(["extend", "forfeit"])),
            Resume(),
            Reactivate(),
        ]
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@example(seed=340221001, plan="solo", cycle="weekly", tax=None, zone="Europe/Berlin", start=date(2027, 12, 31))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    plan=st.sampled_from([*PLANS, "later", "meterlater", "tried"]),
    cycle=st.sampled_from(["weekly", "monthly", "annual"]),
    tax=st.sampled_from(TAXES),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York"]),
    start=st.sampled_from([date(2027, 12, 31), date(2028, 2, 29), date(2028, 3, 10)]),
)
def test_of_any_change(
    seed: int,
    plan: str,
    cycle: str,
    tax: dict[str, Any] | None,
    zone: str,
    start: date,
    _place: Any,
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    _place.empty()
    clock.__init__(start_of_day(start, zone) + timedelta(hours=9, minutes=7))  # type: ignore[misc]
    more = {} if tax is None else {"taxes": [tax]}
    stage, rng = Stage.open(open_test_engine, clock, zone=zone, **more), random.Random(seed)
    try:
        subscription = stage.agree(item(plan, cycle))
    except LarabillError:
        return
    for _ in range(6):
        compare(stage, subscription, chosen(rng, stage, subscription))
        for each in stage.items(subscription):
            try:
                stage.use(subscription, each.id, str(rng.randint(1, 60)))
            except LarabillError:
                break
        stage.pay_all()
        stage.clock.advance(timedelta(days=rng.randint(0, 20), hours=rng.randint(0, 23), seconds=rng.randint(0, 59)))
        stage.work()
    stage.check()


@pytest.mark.parametrize("plan", ["duo", "secs", "later"])
@pytest.mark.parametrize("days", [0, 10, 28, 40, 59, 75])
def test_on_a_day_to_come(stage: Stage, plan: str, days: int) -> None:
    subscription = stage.agree(item(plan))
    change = ChangeItem(item_id=stage.item(subscription).id, quantity=3)
    assert compare(stage, subscription, change, stage.today + timedelta(days=days)) or days in (0, 28, 59)
    stage.check()


def test_what_is_below_nothing_goes_to_the_balance_with_its_tax(open_stage: OpenStage) -> None:
    for tax, expected in (({"rate": "19"}, "14.88"), ({"rate": "19", "inclusive": True}, "12.50")):
        stage = open_stage(taxes=[tax])
        subscription = stage.agree(item("duo"))
        stage.to(stage.today + timedelta(days=14))
        preview = stage.preview(subscription, Cancel(compensation="credit"))
        assert (preview.totals.type, f"{preview.totals.total:.2f}") == ("credit_note", expected)
        assert compare(stage, subscription, Cancel(compensation="credit"))
        stage.check()


@pytest.mark.parametrize("days", [28, 40])
def test_what_is_due_is_done_before(stage: Stage, days: int) -> None:
    subscription = stage.agree(item("duo"))
    change = ChangeItem(item_id=stage.item(subscription).id, quantity=2)
    stage.clock.advance(timedelta(days=days))
    preview = stage.preview(subscription, change)
    stage.change(subscription, change)
    _same(stage, stage.last(), preview)
    stage.check()
