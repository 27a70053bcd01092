"""Billing days of seller, customer and order; agreements of one customer on one invoice."""

from __future__ import annotations

from datetime import date

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import item

from larabill_billing.subscriptions.renew import renew_due


@pytest.mark.parametrize("level", ["seller", "customer", "order"])
def test_the_first_period_runs_to_the_billing_day(open_stage: OpenStage, level: str) -> None:
    stage = open_stage(
        billing_day=15 if level == "customer" else None, seller_billing_day=15 if level == "seller" else None
    )
    subscription = stage.agree(item("duo"), billing_day=15 if level == "order" else None)
    assert stage.amounts() == ["12.10"]  # 15 of the 31 days from 15 January to 15 February
    stage.to(date(2026, 2, 15))
    assert stage.amounts() == ["25.00"]
    assert stage.get(subscription).period_end == date(2026, 3, 15)
    stage.check()


def test_what_is_due_on_one_day_stands_on_one_invoice(open_stage: OpenStage) -> None:
    stage = open_stage(billing_day=1, group_invoices=True)
    stage.agree(item("duo"))
    stage.to(date(2026, 2, 10))
    stage.agree(item("solo"))
    stage.agree(item("secs"))
    stage.pay_all()
    stage.to(date(2026, 3, 1))
    assert sorted(stage.amounts()) == ["10.00", "17.00", "25.00"]
    assert stage.last().subscription_id is None
    stage.pay_all()
    stage.check()


def test_also_when_a_batch_has_no_room_for_all(open_stage: OpenStage) -> None:
    stage = open_stage(billing_day=1, group_invoices=True)
    for plan in ("duo", "solo", "secs"):
        stage.agree(item(plan))
    stage.to(date(2026, 2, 1))
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    before = len(stage.invoices())
    stage.clock.advance(date(2026, 3, 1) - date(2026, 2, 28))
    stage.run(lambda tx: renew_due(tx, 1))
    assert (len(stage.invoices()), len(stage.amounts())) == (before + 1, 3)
    stage.work()
    assert len(stage.invoices()) == before + 1
    stage.check()
