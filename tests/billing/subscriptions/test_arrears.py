"""In arrears a period is billed when it is over; what was lived through is billed when the terms change."""

from __future__ import annotations

from datetime import date

from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import AddItem, Cancel, ChangeCycle, ChangeItem, RemoveItem


def test_a_period_is_billed_when_it_is_over(stage: Stage) -> None:
    subscription = stage.agree(item("later"))
    assert stage.amounts() == ["1.00"]
    stage.to(date(2026, 2, 27))
    assert stage.amounts() == ["1.00"]
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["8.00"]
    assert stage.last().lines[0].period_start == date(2026, 1, 31)
    assert stage.get(subscription).period_end == date(2026, 3, 31)
    stage.check()


def test_a_change_bills_what_was_lived_through(stage: Stage) -> None:
    subscription = stage.agree(item("later"))
    stage.to(date(2026, 2, 7))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=3))
    assert stage.amounts() == ["2.00"]  # 7 of 28 days
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=2))
    assert stage.amounts() == ["2.00"]
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["12.00"]  # 21 of 28 days of 16.00
    stage.check()


def test_an_end_bills_what_was_lived_through(stage: Stage) -> None:
    for when in ("now", date(2026, 2, 14)):
        subscription = stage.agree(item("later", quantity=2))
        if when == "now":
            stage.to(date(2026, 2, 7))
            stage.change(subscription, Cancel(compensation="credit"))
            assert stage.amounts() == ["4.00"]
    stage.change(subscription, Cancel(compensation="credit"), date(2026, 2, 14))
    stage.to(date(2026, 2, 14))
    assert stage.amounts() == ["4.00"]  # from 7 to 14 February: 7 of 28 days
    stage.check()


def test_another_cycle_and_items_come_and_go(stage: Stage) -> None:
    subscription = stage.agree(item("later"))
    stage.to(date(2026, 2, 7))
    stage.change(subscription, AddItem(plan_code="later", quantity=2))
    assert stage.amounts() == ["2.00"]  # the set-up fees
    _, second = stage.items(subscription)
    stage.to(date(2026, 2, 14))
    stage.change(subscription, RemoveItem(item_id=second.id))
    assert stage.amounts() == ["4.00"]  # 7 of 28 days of 16.00
    stage.change(subscription, ChangeCycle(cycle="weekly"))
    assert stage.amounts() == ["4.00"]  # 14 of 28 days of 8.00
    stage.pay_all()
    stage.to(date(2026, 2, 21))
    assert stage.amounts() == ["2.00"]
    stage.check()
