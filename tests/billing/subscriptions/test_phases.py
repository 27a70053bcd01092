"""Phases count billed cycles, whatever cycle they are, and go on after a pause."""

from __future__ import annotations

from datetime import date

from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.changes import ChangeCycle, Pause, Resume


def test_three_cycles_and_then_the_regular_price(stage: Stage) -> None:
    stage.agree(item("intro"))
    seen = stage.amounts()
    for on in (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)):
        stage.to(on)
        stage.pay_all()
        seen += stage.amounts()
    assert seen == ["1.00", "1.00", "1.00", "5.00", "5.00"]
    stage.check()


def test_across_another_cycle_and_a_pause(stage: Stage) -> None:
    subscription = stage.agree(item("intro"))
    stage.change(subscription, ChangeCycle(cycle="weekly"), "period_end")
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["0.50"]
    stage.pay_all()
    stage.change(subscription, Pause())
    stage.to(date(2026, 4, 10), step_days=9)
    stage.change(subscription, Resume())
    seen = []
    for on in (date(2026, 4, 17), date(2026, 4, 24)):
        stage.to(on)
        stage.pay_all()
        seen += stage.amounts()
    assert seen == ["0.50", "2.00"]
    stage.check()
