"""Trials: nothing is billed before their end, and all of it then."""

from __future__ import annotations

from datetime import date

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import AddItem, Cancel, ChangeCycle, ChangeItem, Reactivate
from larabill_billing.subscriptions.model import SubscriptionStatus
from larabill_core.errors import InvalidInput

METHOD = """
[[plans]]
code = "asks"
name = "Asks for a card"
trial = { days = 7, needs_method = true }
prices.EUR = { monthly = "9.00" }

[[plans]]
code = "late"
name = "Tried, then in arrears"
billing = "arrears"
trial = { days = 14 }
prices.EUR = { monthly = "28.00", setup = "4.00" }
"""


def test_the_first_period_and_the_set_up_fee_come_with_the_end(stage: Stage) -> None:
    subscription = stage.agree(item("tried"))
    assert (stage.get(subscription).status, stage.invoices()) == (SubscriptionStatus.TRIALING, [])
    stage.to(date(2026, 2, 14))
    assert (stage.amounts(), stage.get(subscription).status) == (["12.00", "6.00"], SubscriptionStatus.ACTIVE)
    stage.pay_all()
    stage.to(date(2026, 3, 14))
    assert stage.amounts() == ["12.00"]
    stage.check()


def test_with_a_billing_day_the_first_period_is_shorter(open_stage: OpenStage) -> None:
    stage = open_stage(billing_day=1)
    stage.agree(item("tried"))
    stage.to(date(2026, 2, 14))
    assert stage.amounts() == ["6.43", "6.00"]  # 15 of the 28 days of February
    stage.pay_all()
    stage.to(date(2026, 3, 1))
    assert stage.amounts() == ["12.00"]
    stage.check()


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_a_cancelled_trial_costs_nothing_until_it_is_reactivated(stage: Stage, when: str) -> None:
    subscription = stage.agree(item("tried"))
    stage.to(date(2026, 2, 5))
    stage.change(subscription, Cancel(compensation="credit"), when)  # type: ignore[arg-type]
    stage.to(date(2026, 2, 16))
    assert (stage.get(subscription).status, stage.invoices()) == (SubscriptionStatus.ENDED, [])
    stage.change(subscription, Reactivate())
    assert sorted(stage.amounts()) == ["12.00", "6.00"]
    assert stage.get(subscription).period_end == date(2026, 3, 16)
    stage.check()


def test_changes_within_a_trial_are_free(stage: Stage) -> None:
    subscription = stage.agree(item("tried"))
    stage.to(date(2026, 2, 5))
    stage.change(subscription, AddItem(plan_code="extra"))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription, "tried").id, quantity=2))
    stage.change(subscription, ChangeCycle(cycle="weekly"))
    assert stage.invoices() == []
    stage.to(date(2026, 2, 14))
    assert sorted(stage.amounts()) == ["1.00", "12.00", "2.00", "6.00"]
    assert stage.get(subscription).period_end == date(2026, 2, 21)
    stage.check()


def test_one_that_asks_for_a_method_is_refused_without(open_stage: OpenStage) -> None:
    stage = open_stage(catalog=METHOD)
    with pytest.raises(InvalidInput, match="needs a payment method"):
        stage.order(item("asks"))
    stage.engine.billing.payments.add_method(stage.seller, stage.customer, "pay", "pm_ok", "Test card")
    stage.agree(item("asks"))
    stage.to(date(2026, 2, 7))
    assert stage.amounts() == ["9.00"]
    assert [state.status for _, state in stage.invoices()] == ["paid"]
    stage.check()


def test_a_trial_in_arrears_ends_on_its_day(open_stage: OpenStage) -> None:
    stage = open_stage(catalog=METHOD)
    subscription = stage.agree(item("late"))
    stage.to(date(2026, 2, 14))
    assert (stage.amounts(), stage.get(subscription).status) == (["4.00"], SubscriptionStatus.ACTIVE)
    stage.pay_all()
    stage.to(date(2026, 2, 21))
    stage.change(subscription, Cancel())
    assert stage.amounts() == ["7.00"]  # 7 of 28 days
    stage.check()
