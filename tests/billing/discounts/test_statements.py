"""What discounts cost a renewal batch: one statement to look, and one more to note what was used."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.subscriptions.renew import renew_batch
from larabill_core.messages import Nothing
from larabill_sqlalchemy.opening import database_of


def statements(stage: Stage, count: int, code: str) -> tuple[int, int]:
    """How many statements a batch of so many renewals takes, and how many of these are about redemptions."""
    for _ in range(count):
        stage.agree(item("duo"), codes=(code,) if code else ())
    subscriptions = stage.engine.billing.subscriptions.list(stage.seller, limit=1000)
    stage.clock.set(max(each.next_billing_at for each in subscriptions if each.next_billing_at))
    seen: list[str] = []
    database = database_of(stage.engine)

    def note(*given: Any) -> None:
        seen.append(given[2])

    sa.event.listen(database, "before_cursor_execute", note)
    stage.run(lambda tx: renew_batch(tx, Nothing()))
    sa.event.remove(database, "before_cursor_execute", note)
    stage.work()
    return len(seen), len([each for each in seen if "larabill_redemptions" in each])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_two_statements_however_many_are_discounted(open_stage: OpenStage) -> None:
    stage = open_stage()
    for code, cycles in (("EVER", "forever"), ("THREE", 3)):
        stage.engine.billing.coupons.create(
            stage.seller, {"name": code, "codes": [code], "percent": "10", "cycles": cycles}
        )
    plain, looked = statements(stage, 3, "")
    few, noted = statements(stage, 2, "EVER")
    many, again = statements(stage, 12, "THREE")
    assert (looked, noted, again) == (1, 2, 2)
    assert few == many == plain + 1
