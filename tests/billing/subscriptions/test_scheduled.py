"""Changes for a day to come: listed, withdrawn, carried out in their order, or failed with their reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import Cancel, ChangeCycle, ChangeItem, ChangeStatus, Pause, Resume
from larabill_core.errors import Conflict


def test_listed_by_day_and_withdrawn(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    mine = stage.item(subscription).id
    stage.change(subscription, ChangeItem(item_id=mine, quantity=3), date(2026, 2, 20))
    stage.change(subscription, ChangeItem(item_id=mine, quantity=2), date(2026, 2, 10))
    subscriptions = stage.engine.billing.subscriptions
    first, second = subscriptions.scheduled(stage.seller, subscription)
    assert (first.effective_on, second.effective_on) == (date(2026, 2, 10), date(2026, 2, 20))
    assert second.change() == ChangeItem(item_id=mine, quantity=3)
    subscriptions.withdraw(stage.seller, first.id)
    with pytest.raises(Conflict, match="it is withdrawn"):
        subscriptions.withdraw(stage.seller, first.id)
    stage.to(date(2026, 2, 20))
    assert (stage.item(subscription).quantity, stage.amounts()) == (3, ["-2.86", "8.57"])  # 8 of 28 days
    stage.check()


def test_in_advance_the_change_comes_before_the_period(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo"), "period_end")
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["25.00"]
    stage.check()


def test_in_arrears_the_period_comes_before_the_change(stage: Stage) -> None:
    subscription = stage.agree(item("later"))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=2), "period_end")
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["8.00"]
    stage.pay_all()
    stage.to(date(2026, 3, 31))
    assert stage.amounts() == ["16.00"]
    stage.check()


def test_what_was_missed_is_done_as_of_its_own_day(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    mine = stage.item(subscription).id
    stage.change(subscription, ChangeItem(item_id=mine, quantity=2), date(2026, 2, 14))
    stage.change(subscription, Pause(), date(2026, 3, 10))
    stage.change(subscription, Resume(), date(2026, 3, 20))
    stage.change(subscription, ChangeCycle(cycle="weekly"), date(2026, 4, 10))
    stage.jump(75)  # to 16 April
    amounts = [stage.amounts(invoice) for invoice in _documents(stage)]
    # half of 25.00 back and half of 50.00; 28 February; 21 days come back: to 10 April, from where it is weekly
    assert amounts == [["25.00"], ["-12.50", "25.00"], ["50.00"], ["0.00"], ["14.00"]]
    assert stage.get(subscription).period_end == date(2026, 4, 17)
    stage.check()


def _documents(stage: Stage) -> list:  # type: ignore[type-arg]
    ids = [invoice.id for invoice, _ in sorted(stage.invoices(), key=lambda each: each[0].id)]
    return [stage.run(lambda tx, id=id: tx.billing.invoices.get(id)) for id in ids]


GONE = """
[[plans]]
code = "duo"
name = "Duo"
visibility = "archived"
prices.EUR = { monthly = "25.00" }
"""


def test_one_that_is_not_possible_any_more_fails_and_changes_nothing(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    mine = stage.item(subscription)
    stage.change(subscription, ChangeItem(item_id=mine.id, plan_code="duo"), "period_end")
    (waiting,) = stage.engine.billing.subscriptions.scheduled(stage.seller, subscription)
    stage.sell(GONE)
    stage.to(date(2026, 2, 28))
    failed = stage.run(lambda tx: tx.billing.subscription_changes.get(waiting.id))
    assert (failed.status, "is archived" in failed.reason) == (ChangeStatus.FAILED, True)
    assert (stage.item(subscription), stage.amounts()) == (mine, ["10.00"])
    stage.check()


def test_one_for_which_there_is_no_stock_fails_and_the_agreement_goes_on(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=5), "period_end")
    (waiting,) = stage.engine.billing.subscriptions.scheduled(stage.seller, subscription)
    stage.agree(item("solo", quantity=20))
    stage.agree(item("solo", quantity=19))
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    failed = stage.run(lambda tx: tx.billing.subscription_changes.get(waiting.id))
    assert (failed.status, "0 left" in failed.reason) == (ChangeStatus.FAILED, True)
    assert (stage.item(subscription).quantity, stage.get(subscription).next_period) == (1, 2)
    stage.check()


def test_what_comes_after_the_end_fails_with_it(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=5), date(2026, 4, 1))
    (waiting,) = stage.engine.billing.subscriptions.scheduled(stage.seller, subscription)
    stage.change(subscription, Cancel(), "period_end")
    stage.to(date(2026, 2, 28))
    assert stage.engine.billing.subscriptions.scheduled(stage.seller, subscription) == []
    failed = stage.run(lambda tx: tx.billing.subscription_changes.get(waiting.id))
    assert (failed.status, failed.reason) == (ChangeStatus.FAILED, "the agreement is over")
    stage.clock.advance(timedelta(days=60))
    stage.work()
    stage.check()
