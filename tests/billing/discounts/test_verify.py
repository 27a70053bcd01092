"""`verify` names each broken promise about coupons that is planted, and nothing where there is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.billing.subscriptions.stage import Stage, item

from larabill_sqlalchemy.billing.coupons import COUPONS, REDEMPTIONS
from larabill_sqlalchemy.opening import database_of


@pytest.mark.parametrize(
    ("table", "values", "kind"),
    [
        (COUPONS, {"uses": 2}, "coupon-uses"),
        (REDEMPTIONS, {"discount": Decimal("4.99")}, "redemption-sums"),
        (REDEMPTIONS, {"status": "removed"}, "redemption-state"),
    ],
)
def test_what_was_planted_is_named(stage: Stage, table: sa.Table, values: dict[str, object], kind: str) -> None:
    new = {"name": "Saving", "codes": ["SAVE"], "percent": "20"}
    stage.engine.billing.coupons.create(stage.seller, new)
    stage.agree(item("duo"), codes=("SAVE",))
    assert stage.violations() == []
    with database_of(stage.engine).begin() as connection:
        connection.execute(sa.update(table).where(table.c.seller_id == stage.seller).values(**values))
    assert {found.kind for found in stage.violations()} == {kind}
