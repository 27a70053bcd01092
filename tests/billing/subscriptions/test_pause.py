"""Pause and resume: paid time comes back behind the pause, or is forfeit; nothing is billed in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import AddItem, Cancel, ChangeItem, Pause, Resume
from larabill_billing.subscriptions.model import SubscriptionStatus, Unused
from larabill_core.errors import Conflict, IllegalTransition


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_paid_days_come_back_after_a_pause_over_a_change_of_the_clocks(open_stage: OpenStage, zone: str) -> None:
    stage = open_stage(zone=zone)
    subscription = stage.agree(item("solo"))
    stage.to(date(2026, 2, 28))
    stage.pay_all()
    stage.to(date(2026, 3, 5))  # 26 of the days from 28 February to 31 March are left
    stage.change(subscription, Pause())
    stage.work()
    assert {service.status for service in stage.services(subscription)} == {"suspended"}
    before = len(stage.invoices())
    stage.to(date(2026, 5, 1), step_days=5)
    assert (len(stage.invoices()), stage.get(subscription).next_billing_at) == (before, None)
    stage.change(subscription, Resume())
    stage.work()
    assert {service.status for service in stage.services(subscription)} == {"active"}
    assert stage.amounts() == ["0.00"]
    assert stage.last().lines[0].period_end == date(2026, 5, 27)
    stage.to(date(2026, 5, 27))
    assert stage.amounts() == ["10.00"]
    assert stage.get(subscription).period_end == date(2026, 6, 27)
    stage.check()


def test_forfeit_time_is_lost_and_the_schedule_stays(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(date(2026, 2, 10))
    stage.change(subscription, Pause(unused=Unused.FORFEIT))
    stage.to(date(2026, 2, 20))
    stage.change(subscription, Resume())
    assert (len(stage.invoices()), stage.get(subscription).period_end) == (1, date(2026, 2, 28))
    stage.change(subscription, Pause(unused=Unused.FORFEIT))
    stage.to(date(2026, 3, 10))
    stage.change(subscription, Resume())
    assert stage.amounts() == ["16.94"]  # 21 of the 31 days to 31 March: 25.00 x 21/31
    stage.pay_all()
    stage.to(date(2026, 3, 31))
    assert stage.amounts() == ["25.00"]
    stage.check()


def test_an_upgrade_and_an_add_on_after_an_extended_pause(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Pause())
    stage.to(date(2026, 3, 1))
    stage.change(subscription, Resume())  # 14 days: to 15 March, the end of a period of 28 days
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo"))
    assert stage.amounts() == ["-5.00", "12.50"]
    stage.pay_all()
    stage.to(date(2026, 3, 8))
    stage.change(subscription, AddItem(plan_code="extra"))
    assert stage.amounts() == ["1.00", "2.00"]
    stage.pay_all()
    stage.to(date(2026, 3, 15))
    assert stage.amounts() == ["25.00", "4.00"]
    stage.check()


@pytest.mark.parametrize(("unused", "amounts"), [(Unused.EXTEND, ["5.00"]), (Unused.FORFEIT, ["2.50"])])
@pytest.mark.parametrize("later", [False, True], ids=["now", "later"])
def test_the_end_in_a_pause_gives_back_what_is_left(
    stage: Stage, unused: Unused, amounts: list[str], later: bool
) -> None:
    subscription = stage.agree(item("solo"))
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Pause(unused=unused))
    if later:
        stage.change(subscription, Cancel(compensation="credit"), date(2026, 2, 21))
        stage.to(date(2026, 2, 21))
    else:
        stage.to(date(2026, 2, 21))
        stage.change(subscription, Cancel(compensation="credit"))
    stage.work()
    assert stage.amounts() == amounts
    assert stage.get(subscription).status is SubscriptionStatus.ENDED
    assert stage.credit() == Decimal(amounts[0])
    stage.check()


def test_a_pause_in_arrears_bills_what_was_lived_through(stage: Stage) -> None:
    subscription = stage.agree(item("later"))
    stage.pay_all()
    stage.to(date(2026, 2, 7))
    stage.change(subscription, Pause())
    assert stage.amounts() == ["2.00"]  # 7 of 28 days of 8.00
    stage.pay_all()
    stage.to(date(2026, 2, 21))
    stage.change(subscription, Resume())
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["2.00"]
    stage.check()


def test_what_is_paused_cannot_be_changed_nor_paused(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    with pytest.raises(IllegalTransition):
        stage.change(subscription, Resume())
    stage.change(subscription, Pause())
    for change in (ChangeItem(item_id=stage.item(subscription).id, quantity=2), AddItem(plan_code="extra")):
        with pytest.raises(Conflict, match="it is paused"):
            stage.change(subscription, change)
    with pytest.raises(IllegalTransition):
        stage.change(subscription, Pause())
    stage.check()
