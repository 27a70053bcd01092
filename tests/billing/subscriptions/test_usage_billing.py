"""Use is billed once: in arrears, with late events and changes, and after the end of the agreement."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import Cancel, ChangeItem, Pause, Resume
from larabill_core.clock import start_of_day
from larabill_core.errors import InvalidInput


def lines(stage: Stage) -> dict[str, str]:
    """What stands on the last invoice, by description."""
    return {line.description: f"{line.amount:.2f}" for line in stage.last().lines}


def test_use_is_billed_with_the_next_period(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    stage.use(subscription, stage.item(subscription).id, "34")
    stage.to(date(2026, 2, 28))
    # 34 used, 10 of them included: 24 at 0.25
    assert lines(stage) == {"Metered": "6.00", "Metered, traffic": "6.00"}
    assert stage.last().lines[1].explain() == "34 used, with 10 included; 24 × 0.25 EUR: 6.00 EUR."
    stage.check()


def test_a_late_event_is_billed_with_the_period_after(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    mine = stage.item(subscription).id
    stage.to(date(2026, 2, 28))
    stage.use(subscription, mine, "8", stage.clock.now() - timedelta(days=1))
    stage.use(subscription, mine, "5")
    stage.to(date(2026, 3, 31))
    # 8 late and 5 of March, less the 10 of March
    assert lines(stage)["Metered, traffic"] == "0.75"
    stage.check()


def test_another_quantity_does_not_bring_the_included_units_again(stage: Stage) -> None:
    for plan in ("metered", "meterlater"):
        subscription = stage.agree(item(plan))
        mine = stage.item(subscription).id
        stage.use(subscription, mine, "10")
        stage.to(stage.today + timedelta(days=4))
        stage.change(subscription, ChangeItem(item_id=mine, quantity=2))
        stage.use(subscription, mine, "10")
        stage.pay_all()
        stage.to(stage.get(subscription).period_end)
        used = [charge for charge in stage.charges(subscription) if charge.kind == "usage"]
        assert [charge.amount for charge in used] == [Decimal("2.50")], plan
        stage.check()


def test_another_plan_bills_the_use_of_the_old_one(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    mine = stage.item(subscription).id
    stage.use(subscription, mine, "14")
    stage.to(date(2026, 2, 14))
    stage.change(subscription, ChangeItem(item_id=mine, plan_code="least"))
    assert lines(stage)["Metered, traffic"] == "1.00"
    stage.use(subscription, mine, "50")
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    # 14 of 28 days of at least 15.00 are 7.50; 4.00 x 14/28 = 2.00 and 5.00 of use are billed
    assert lines(stage) == {
        "At least fifteen": "4.00",
        "At least fifteen, traffic": "5.00",
        "At least fifteen, minimum": "0.50",
    }
    stage.check()


@pytest.mark.parametrize("compensation", ["none", "credit"])
def test_use_until_the_end_is_billed(stage: Stage, compensation: str) -> None:
    subscription = stage.agree(item("metered"))
    stage.use(subscription, stage.item(subscription).id, "18")
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Cancel(compensation=compensation))
    credit_note = {"Metered, unused": "3.00", "Metered, traffic": "-2.00"}
    assert lines(stage) == (credit_note if compensation == "credit" else {"Metered, traffic": "2.00"})
    stage.check()


def test_what_is_told_late_after_the_end_is_billed_once(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    mine = stage.item(subscription).id
    stage.use(subscription, mine, "4")
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Cancel())
    before = len(stage.invoices())
    stage.to(date(2026, 2, 15))
    stage.use(subscription, mine, "16", start_of_day(date(2026, 2, 13), stage.zone))
    stage.to(date(2026, 2, 16), hour=23)
    assert len(stage.invoices()) == before
    stage.to(date(2026, 2, 17))
    # 20 in all, of which 10 were included and 4 billed with nothing: 10 at 0.25
    assert lines(stage) == {"Metered, traffic, told late": "2.50"}
    assert "16 late from before, with 6 included" in stage.last().lines[0].explain()
    stage.to(date(2026, 4, 1), step_days=5)
    assert len(stage.invoices()) == before + 1
    stage.check()


def test_prepaid_units_cover_what_is_told_late_beyond_what_was_included(stage: Stage) -> None:
    subscription = stage.agree(item("prepaid"))
    mine = stage.item(subscription).id
    stage.engine.billing.usage.grant(stage.seller, subscription, mine, "traffic", Decimal(20), "bought")
    stage.use(subscription, mine, "4")
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Cancel())
    stage.use(subscription, mine, "16", start_of_day(date(2026, 2, 13), stage.zone))
    stage.to(date(2026, 2, 17))
    assert lines(stage) == {"Metered and prepaid, traffic, told late": "0.00"}
    (grant,) = stage.engine.billing.usage.grants(stage.seller, mine)
    assert grant.remaining == 10
    stage.check()


def test_nothing_is_taken_for_days_after_the_end_nor_after_the_window(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    mine = stage.item(subscription).id
    stage.to(date(2026, 2, 14))
    stage.change(subscription, Cancel())
    with pytest.raises(InvalidInput, match="is after the subscription ended"):
        stage.use(subscription, mine, "1")
    stage.to(date(2026, 2, 17))
    with pytest.raises(InvalidInput, match="is ended: it takes no usage"):
        stage.use(subscription, mine, "1", start_of_day(date(2026, 2, 13), stage.zone))


def test_use_before_a_pause_is_billed_with_it_and_use_within_it_is_not(stage: Stage) -> None:
    subscription = stage.agree(item("metered"))
    mine = stage.item(subscription).id
    stage.use(subscription, mine, "12")
    stage.to(date(2026, 2, 10))
    stage.change(subscription, Pause())
    assert lines(stage) == {"Metered, traffic": "0.50"}
    stage.use(subscription, mine, "400")
    stage.to(date(2026, 2, 20))
    stage.change(subscription, Resume())
    stage.use(subscription, mine, "11")
    stage.pay_all()
    stage.to(date(2026, 3, 10))
    assert lines(stage)["Metered, traffic"] == "0.25"
    stage.check()
