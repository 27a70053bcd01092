"""Prepaid units: used up once, the ones that expire first before the others; what is beyond them is billed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.usage.scene import FEBRUARY, MARCH, ZONE, Scene, at

from larabill_billing.pricing.exact import total
from larabill_billing.usage.model import Grant, MeteredPeriod
from larabill_billing.usage.prepaid import draw_from
from larabill_core.clock import start_of_day
from larabill_core.errors import Conflict, InvalidInput

END = start_of_day(FEBRUARY[1], ZONE)


def grant(scene: Scene, units: str, reference: str, **more: Any) -> Grant:
    found: Grant = scene.engine.billing.usage.grant(
        scene.seller, scene.subscription, scene.item, "traffic", Decimal(units), reference, **more
    )
    return found


def remaining(scene: Scene) -> dict[str, Decimal]:
    found = scene.engine.billing.usage.grants(scene.seller, scene.item)
    return {each.reference: each.remaining for each in found}


def test_use_takes_prepaid_units_and_the_rest_is_billed(scene: Scene) -> None:
    grant(scene, "100", "first")
    scene.record(scene.event("a", 70))
    [usage] = scene.bill(scene.period(*FEBRUARY))
    assert (usage.billable, usage.beyond_prepaid) == (70, 0)
    assert remaining(scene) == {"first": 30}
    scene.clock.set(END)
    scene.record(scene.event("b", 50))
    [usage] = scene.bill(scene.period(*MARCH))
    assert (usage.billable, usage.beyond_prepaid) == (50, 20)
    assert remaining(scene) == {"first": 0}


def test_included_units_come_before_prepaid_ones(scene: Scene) -> None:
    grant(scene, "100", "first")
    scene.record(scene.event("a", 110))
    period = attrs.evolve(scene.period(*FEBRUARY), included=Decimal(100))
    assert scene.bill(period)[0].beyond_prepaid == 100
    assert remaining(scene) == {"first": 90}


def test_where_nothing_is_prepaid_grants_are_left_alone(scene: Scene) -> None:
    grant(scene, "100", "first")
    scene.record(scene.event("a", 30))
    assert scene.bill(attrs.evolve(scene.period(*FEBRUARY), prepaid=False))[0].beyond_prepaid == 30
    assert remaining(scene) == {"first": 100}


def test_what_expires_first_is_used_first(scene: Scene) -> None:
    grant(scene, "10", "never")
    grant(scene, "10", "later", expires_at=at(20, month=4))
    grant(scene, "10", "soon", expires_at=at(20))
    scene.record(scene.event("a", 15))
    scene.bill(scene.period(*FEBRUARY))
    assert remaining(scene) == {"soon": 0, "later": 5, "never": 10}
    scene.clock.set(END)
    grant(scene, "10", "new")
    scene.record(scene.event("b", 18))
    scene.bill(scene.period(*MARCH))
    assert remaining(scene) == {"soon": 0, "later": 0, "never": 0, "new": 7}


def test_an_expired_grant_covers_the_period_in_which_it_expires_and_no_later_one(scene: Scene) -> None:
    grant(scene, "10", "soon", expires_at=at(20))
    scene.clock.set(END)
    scene.record(scene.event("a", 4, occurred_at=at(25)), scene.event("b", 4))
    assert [usage.beyond_prepaid for usage in scene.bill(scene.period(*FEBRUARY), scene.period(*MARCH))] == [0, 4]


def test_periods_billed_together_take_each_unit_once(scene: Scene) -> None:
    grant(scene, "10", "first")
    scene.clock.set(END)
    scene.record(scene.event("a", 7, occurred_at=at(3)), scene.event("b", 7))
    usages = scene.bill(scene.period(*MARCH), scene.period(*FEBRUARY))
    assert [usage.beyond_prepaid for usage in usages] == [4, 0]
    assert remaining(scene) == {"first": 0}


def test_the_same_reference_is_one_grant(scene: Scene) -> None:
    assert grant(scene, "10", "first") == grant(scene, "10", "first")
    assert remaining(scene) == {"first": 10}
    with pytest.raises(Conflict):
        grant(scene, "11", "first")


def test_faults_of_a_grant_are_told_together(scene: Scene) -> None:
    usage = scene.engine.billing.usage
    with pytest.raises(InvalidInput) as problem:
        usage.grant(
            scene.seller,
            scene.subscription,
            UUID(int=1),
            "nothing",
            Decimal(0),
            "a b",
            expires_at=scene.clock.now() - timedelta(days=1),
        )
    assert {fault.path for fault in problem.value.faults} == {"units", "reference", "meter", "item_id", "expires_at"}


units = st.decimals(min_value=0, max_value=1000, places=3)


@given(st.lists(units, max_size=5), st.decimals(min_value=-100, max_value=4000, places=3))
def test_draws_never_exceed_what_is_there_or_what_is_used(sizes: list[Decimal], used: Decimal) -> None:
    grants = [
        Grant(
            id=UUID(int=n),
            seller_id=UUID(int=0),
            subscription_item_id=UUID(int=0),
            meter="m",
            units=size,
            remaining=size,
            reference=str(n),
            granted_at=at(1),
            expires_at=None,
        )
        for n, size in enumerate(sizes)
    ]
    period = MeteredPeriod(subscription_item_id=UUID(int=0), meter="m", start_at=at(1), end_at=at(2))
    draws = draw_from(grants, period, used)
    assert total(draw.units for draw in draws) == min(max(used, Decimal(0)), total(sizes))
    assert all(0 < draw.units <= sizes[draw.grant_id.int] for draw in draws)
