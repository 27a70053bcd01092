"""Whatever happens to an agreement with coupons: previews equal documents, nobody gets back more than was paid."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.subscriptions.stage import Stage, item
from tests.billing.subscriptions.test_preview import PLANS, TAXES, chosen, compare
from tests.conftest import OpenTestEngine

from larabill_core.clock import start_of_day
from larabill_core.errors import LarabillError
from larabill_core.testing.clock import ManualClock

LOYALTY = [{"months": 1, "percent": "5"}, {"months": 2, "percent": "12.5"}]
COUPONS: list[dict[str, Any]] = [
    {"codes": ["RATE"], "percent": "33.33", "cycles": 3},
    {"codes": ["EVER"], "percent": "10", "cycles": "forever", "scope": {"plans": ["duo", "secs", "stairs"]}},
    {"codes": ["FIXED"], "amounts": {"EUR": "7.77"}, "cycles": "forever"},
    {"codes": ["ONCE"], "amounts": {"EUR": "100.00"}},
    {"codes": ["EXTRA"], "percent": "50", "scope": {"addons": True, "setup_fees": True}, "cycles": 2},
    {"codes": ["LATER"], "amounts": {"EUR": "1.01"}, "applies": "renewals", "cycles": 2},
]


def applied(stage: Stage, rng: random.Random, subscription: UUID) -> None:
    """Any code, for the agreement or for all of the customer's, as far as it may be."""
    code = rng.choice(COUPONS)["codes"][0]
    whose: dict[str, Any] = rng.choice([{"subscription_id": subscription}, {"customer_id": stage.customer}])
    try:
        stage.engine.billing.coupons.apply(stage.seller, code, **whose)
    except LarabillError:
        return


def removed(stage: Stage, rng: random.Random) -> None:
    found = [each for each in stage.engine.billing.coupons.redemptions(stage.seller) if each.is_in_force]
    if found:
        stage.engine.billing.coupons.remove(stage.seller, rng.choice(found).id)


def nobody_gets_back_more_than_was_paid(stage: Stage) -> None:
    for subscription in stage.engine.billing.subscriptions.list(stage.seller, limit=1000):
        paid: dict[UUID | None, Decimal] = defaultdict(Decimal)
        for charge in stage.charges(subscription.id):
            off = sum((each.amount for each in charge.allowances), Decimal(0))
            assert 0 <= off <= charge.amount if charge.amount >= 0 else charge.amount <= off <= 0
            paid[charge.subscription_item_id] += charge.net_amount
        # each share that goes with what is given back is rounded by itself
        assert all(amount >= Decimal("-0.05") for amount in paid.values()), paid


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    plan=st.sampled_from([*PLANS, "later", "meterlater", "tried"]),
    cycle=st.sampled_from(["weekly", "monthly", "annual"]),
    tax=st.sampled_from(TAXES),
    codes=st.lists(st.sampled_from([each["codes"][0] for each in COUPONS]), unique=True, max_size=3),
    loyal=st.booleans(),
)
def test_of_any_change_with_any_coupons(
    seed: int,
    plan: str,
    cycle: str,
    tax: dict[str, Any] | None,
    codes: list[str],
    loyal: bool,
    _place: Any,
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    _place.empty()
    zone = "Europe/Berlin"
    clock.__init__(start_of_day(date(2027, 12, 31), zone) + timedelta(hours=9))  # type: ignore[misc]
    more: dict[str, Any] = {} if tax is None else {"taxes": [tax]}
    rng = random.Random(seed)
    stage = Stage.open(open_test_engine, clock, zone=zone, loyalty=LOYALTY if loyal else [], **more)
    for each in COUPONS:
        stage.engine.billing.coupons.create(stage.seller, {"name": each["codes"][0].title(), **each})
    try:
        subscription = stage.agree(item(plan, cycle), codes=tuple(codes))
    except LarabillError:
        return
    for _ in range(7):
        if rng.random() < 0.3:
            applied(stage, rng, subscription)
        if rng.random() < 0.1:
            removed(stage, rng)
        compare(stage, subscription, chosen(rng, stage, subscription))
        for each in stage.items(subscription):
            try:
                stage.use(subscription, each.id, str(rng.randint(1, 60)))
            except LarabillError:
                break
        stage.pay_all()
        stage.clock.advance(timedelta(days=rng.randint(0, 20), hours=rng.randint(0, 23), seconds=rng.randint(0, 59)))
        stage.work()
    stage.check()
    nobody_gets_back_more_than_was_paid(stage)
