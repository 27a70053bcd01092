"""Running agreements move to the version on sale: on purpose, with notice, in batches."""

from __future__ import annotations

from datetime import date

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import item

from larabill_billing.subscriptions import migrate as migrating
from larabill_core.errors import InvalidInput, NotFound

PLAN = """
[[plans]]
code = "plan"
name = "Plan"
prices.EUR = {{ monthly = "{price}" }}
"""


def test_after_the_notice_at_the_end_of_a_period(open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "BATCH", 2)
    stage = open_stage(catalog=PLAN.format(price="10.00"))
    running = [stage.agree(item("plan")) for _ in range(5)]
    stage.sell(PLAN.format(price="12.00"))
    newer = stage.agree(item("plan"))
    migrate = stage.engine.billing.subscriptions.migrate
    assert migrate(stage.seller, "plan", notice_days=30) == 2
    stage.work()
    waiting = [stage.engine.billing.subscriptions.scheduled(stage.seller, each) for each in (*running, newer)]
    assert [[str(change.effective_on) for change in each] for each in waiting] == [["2026-03-31"]] * 5 + [[]]
    assert migrate(stage.seller, "plan", notice_days=0) == 0
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    assert {_price(stage, each) for each in running} == {"10.00"}
    stage.pay_all()
    stage.to(date(2026, 3, 31))
    assert {_price(stage, each) for each in (*running, newer)} == {"12.00"}
    stage.check()


def _price(stage, subscription) -> str:  # type: ignore[no-untyped-def]
    last = max(stage.charges(subscription), key=lambda charge: charge.period_start)
    return f"{last.amount:.2f}"


def test_what_is_wrong_is_refused(open_stage: OpenStage) -> None:
    stage = open_stage(catalog=PLAN.format(price="10.00"))
    migrate = stage.engine.billing.subscriptions.migrate
    with pytest.raises(NotFound):
        migrate(stage.seller, "none", notice_days=1)
    with pytest.raises(InvalidInput, match="notice_days"):
        migrate(stage.seller, "plan", notice_days=-1)
