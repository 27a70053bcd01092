"""Every amount can be reckoned again from what its line keeps, also when it comes back from the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.invoicing.explain import explain, recompute
from larabill_billing.invoicing.model import DocumentType
from larabill_billing.invoicing.totals import turned
from larabill_billing.subscriptions.changes import AddItem, Cancel, ChangeItem, Pause, Resume


def story(stage: Stage) -> Any:
    """Lines of every kind: recurring, set-up, use, true-up, prorated, given back, to credit, and over nothing."""
    subscription = stage.agree(
        item("stairs", quantity=5), item("least"), item("solo", spec={"ips": 2, "backup": True}), item("metered")
    )
    for each in stage.items(subscription):
        stage.use(subscription, each.id, "33.5")
    stage.to(date(2026, 2, 9))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription, "stairs").id, quantity=2))
    stage.change(subscription, AddItem(plan_code="extra", quantity=3))
    stage.pay_all()
    stage.to(date(2026, 2, 12))
    stage.change(subscription, Pause())
    stage.to(date(2026, 2, 20))
    stage.change(subscription, Resume())
    stage.pay_all()
    stage.to(date(2026, 3, 25))
    stage.pay_all()
    stage.change(subscription, Cancel(compensation="credit"))
    return subscription


def test_of_charges_of_every_kind(stage: Stage) -> None:
    charges = stage.charges(story(stage))
    kinds = {charge.kind.value for charge in charges}
    assert kinds == {"recurring", "setup", "usage", "true_up", "proration"}
    for charge in charges:
        assert recompute(charge) == charge.amount
        said = explain(charge)
        assert (said[-1], said.count(".. ")) == (".", 0)
        assert said.endswith(f": {charge.amount:.2f} EUR.")
    stage.check()


def test_a_trace_decides_and_not_the_amount(stage: Stage) -> None:
    """What is reckoned again does not look at the amount that it checks."""
    for charge in stage.charges(story(stage)):
        wrong = attrs.evolve(charge, trace=charge.trace or {"usage": {"used": "0"}})
        object.__setattr__(wrong, "amount", charge.amount + 1)
        assert recompute(wrong) == charge.amount


@pytest.mark.parametrize("inclusive", [False, True])
def test_lines_come_back_from_the_database_with_their_traces(open_stage: OpenStage, inclusive: bool) -> None:
    stage = open_stage(taxes=[{"rate": "19", "inclusive": inclusive}])
    charges = {charge.id: charge for charge in stage.charges(story(stage))}
    documents = [stage.run(lambda tx, id=each.id: tx.billing.invoices.get(id)) for each, _ in stage.invoices()]
    lines = [(document.type, line) for document in documents for line in document.lines]
    assert {line.charge_id for _, line in lines} == set(charges)
    for type, line in lines:
        charge = charges[line.charge_id]
        sign = -1 if type is DocumentType.CREDIT_NOTE else 1
        assert line.trace == (charge.trace if sign == 1 else turned(charge.trace))
        assert recompute(line) == sign * charge.amount
        if not inclusive:
            assert line.amount == sign * charge.amount
            assert line.explain() == explain(charge).replace(f": {charge.amount:.2f}", f": {line.amount:.2f}")


def test_what_is_said_about_a_change(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.to(date(2026, 2, 14))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo"))
    back, charged = stage.last().lines
    assert back.explain().endswith("given back: -5.00 EUR.")
    assert "14" in back.explain()
    assert "28" in charged.explain()
    assert charged.explain().endswith(": 12.50 EUR.")
    assert back.trace is not None
    assert Decimal(str(back.trace["proration"]["result"])) == 5
