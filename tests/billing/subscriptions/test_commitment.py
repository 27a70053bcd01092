"""A minimum commitment: what is missing to it is billed with the use, and in proportion for a part of a period."""

from __future__ import annotations

from datetime import date

from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import Cancel, ChangeItem


def lines(stage: Stage) -> dict[str, str]:
    """What stands on the last invoice, by description."""
    return {line.description: f"{line.amount:.2f}" for line in stage.last().lines}


def test_the_least_is_made_up_for(stage: Stage) -> None:
    subscription = stage.agree(item("least"))
    stage.use(subscription, stage.item(subscription).id, "30")
    stage.to(date(2026, 2, 28))
    # 4.00 + 3.00 of 15.00
    assert lines(stage)["At least fifteen, minimum"] == "8.00"
    # 10 of the 31 days of the next period cost at least 4.84 (of 15.00), of which 1.29 (of 4.00) is billed
    stage.pay_all()
    stage.to(date(2026, 3, 10))
    stage.change(subscription, Cancel())
    assert lines(stage)["At least fifteen, minimum"] == "3.55"
    stage.check()


def test_the_least_holds_for_each_part_at_its_own_terms(stage: Stage) -> None:
    subscription = stage.agree(item("least", quantity=5))
    mine = stage.item(subscription).id
    stage.to(date(2026, 2, 14))
    stage.change(subscription, ChangeItem(item_id=mine, quantity=1))
    # 5 x 4.00 x 14/28 = 10.00 is more than 7.50; from then on 2.00 is less: 5.50 are missing
    assert "At least fifteen, minimum" not in lines(stage)
    stage.to(date(2026, 2, 28))
    assert lines(stage)["At least fifteen, minimum"] == "5.50"
    stage.check()
