"""The end of an agreement, what is given back with it, and its new beginning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import Cancel, ChangeItem, Reactivate
from larabill_billing.subscriptions.model import SubscriptionStatus
from larabill_core.errors import Conflict


@pytest.mark.parametrize(("compensation", "back"), [("none", "0.00"), ("credit", "12.50"), ("refund", "0.00")])
def test_now(stage: Stage, compensation: str, back: str) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Cancel(compensation=compensation))
    stage.work()
    assert stage.credit() == Decimal(back)
    refunds = [refund for _, refund in _refunds(stage)]
    assert refunds == ([Decimal("12.50")] if compensation == "refund" else [])
    assert stage.get(subscription).status is SubscriptionStatus.ENDED
    stage.check()


def _refunds(stage: Stage) -> list[tuple[str, Decimal]]:
    payments = stage.engine.billing.payments.list(stage.seller)
    return [
        (refund.status, refund.amount)
        for payment in payments
        for refund in stage.run(lambda tx, id=payment.id: tx.billing.refunds.for_payment(id))
    ]


@pytest.mark.parametrize("compensation", ["none", "credit"])
def test_on_a_day_in_a_period_that_is_not_billed_yet(stage: Stage, compensation: str) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(compensation=compensation), date(2026, 3, 10))
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["8.06"]  # 10 of 31 days
    stage.pay_all()
    stage.to(date(2026, 3, 10))
    assert (stage.get(subscription).status, stage.credit()) == (SubscriptionStatus.ENDED, 0)
    assert len(stage.invoices()) == 2
    stage.check()


def test_on_a_day_in_the_period_that_is_billed(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(compensation="credit"), date(2026, 2, 14))
    stage.to(date(2026, 2, 14))
    assert stage.amounts() == ["12.50"]
    stage.check()


def test_what_was_cut_for_an_end_is_billed_when_the_end_is_withdrawn(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(), date(2026, 3, 10))
    stage.to(date(2026, 2, 28))
    stage.pay_all()
    stage.engine.billing.subscriptions.withdraw_cancellation(stage.seller, subscription)
    stage.check()
    stage.to(date(2026, 3, 10))
    assert stage.amounts() == ["16.94"]  # the other 21 days
    stage.pay_all()
    stage.to(date(2026, 3, 31))
    assert stage.amounts() == ["25.00"]
    stage.check()


def test_an_end_is_moved_within_a_period_that_was_cut(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(compensation="credit"), date(2026, 3, 10))
    stage.to(date(2026, 2, 28))
    stage.pay_all()
    stage.change(subscription, Cancel(compensation="credit"), date(2026, 3, 5))
    stage.to(date(2026, 3, 5))
    assert stage.amounts() == ["4.03"]  # 5 of 31 days
    stage.check()


def test_an_end_that_has_passed_cannot_be_withdrawn(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(), "period_end")
    stage.clock.advance(date(2026, 3, 10) - stage.today)
    with pytest.raises(Conflict, match="it is over"):
        stage.engine.billing.subscriptions.withdraw_cancellation(stage.seller, subscription)


def test_credit_pays_what_is_still_owed(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    stage.to(date(2026, 2, 14))
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo"))  # 7.50, not paid
    stage.change(subscription, Cancel(compensation="refund"))  # 12.50 back
    stage.work()
    assert stage.credit() == 0
    assert [amount for _, amount in _refunds(stage)] == [Decimal("5.00")]
    assert {state.status for _, state in stage.invoices()} == {"paid"}
    stage.check()


def test_reactivated_while_its_data_is_kept(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel(), "period_end")
    stage.to(date(2026, 3, 5))
    assert stage.get(subscription).status is SubscriptionStatus.ENDED
    stage.change(subscription, Reactivate())
    assert (stage.amounts(), stage.get(subscription).period_end) == (["25.00"], date(2026, 4, 5))
    stage.pay_all()
    stage.to(date(2026, 4, 5))
    assert {service.status for service in stage.services(subscription)} == {"active"}
    stage.check()


def test_reactivated_in_a_period_that_was_paid(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(date(2026, 2, 10))
    stage.change(subscription, Cancel())
    documents = len(stage.invoices())
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Reactivate())
    assert (len(stage.invoices()), stage.get(subscription).period_end) == (documents, date(2026, 2, 28))
    stage.to(date(2026, 2, 28))
    assert (stage.amounts(), len(stage.invoices())) == (["25.00"], documents + 1)
    stage.check()


def test_not_reactivated_when_its_data_is_gone(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.change(subscription, Cancel())
    stage.to(date(2026, 2, 15), step_days=7)
    for ask in (stage.change, stage.preview):
        with pytest.raises(Conflict, match="its data is gone"):
            ask(subscription, Reactivate())  # type: ignore[operator]


def test_a_debt_is_paid_before_it_is_reactivated(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(date(2026, 2, 28))
    stage.to(date(2026, 3, 10))
    stage.change(subscription, Cancel())
    with pytest.raises(Conflict, match=r"25\.00 EUR are overdue"):
        stage.change(subscription, Reactivate())
    stage.pay_all()
    stage.change(subscription, Reactivate())
    stage.check()


BOUND = """
[[plans]]
code = "bound"
name = "Bound"
minimum_term_months = 3
notice_days = 14
prices.EUR = { monthly = "31.00" }
"""


def test_minimum_term_and_notice_hold_for_change_and_preview(open_stage: OpenStage) -> None:
    stage = open_stage(catalog=BOUND)
    subscription = stage.agree(item("bound"))
    for ask in (stage.change, stage.preview):
        with pytest.raises(Conflict, match="the earliest end is 2026-04-30"):
            ask(subscription, Cancel())  # type: ignore[operator]
    stage.pay_all()
    stage.change(subscription, Cancel(), date(2026, 4, 30))
    with pytest.raises(Conflict):
        stage.change(subscription, Cancel(), date(2026, 4, 29))
    stage.change(subscription, Cancel(), "now", force=True)
    stage.check()
