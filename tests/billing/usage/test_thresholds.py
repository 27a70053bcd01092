"""Thresholds of what is included: told of once for each period, also when many record at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.billing.usage.scene import FEBRUARY, ZONE, Scene, at

from larabill_billing.usage.thresholds import allowances, tell
from larabill_core.clock import start_of_day
from larabill_core.jobs import JobStatus


def percents(scene: Scene) -> list[int]:
    return [event.percent for event in scene.heard()]


def test_each_threshold_is_told_of_once(scene: Scene) -> None:
    scene.record(scene.event("a", "79.999999999999"))
    assert percents(scene) == []
    scene.record(scene.event("b", "0.000000000001"))
    [told] = scene.heard()
    assert (told.percent, told.quantity, told.included) == (80, 80, 100)
    assert (told.subscription_item_id, told.meter) == (scene.item, "traffic")
    assert (told.start_at, told.end_at) == tuple(start_of_day(day, ZONE) for day in FEBRUARY)
    scene.record(scene.event("c", 19))
    assert percents(scene) == [80]
    scene.record(scene.event("d", 500))
    assert percents(scene) == [80, 100]
    scene.record(scene.event("e", 500))
    assert percents(scene) == [80, 100]


def test_both_may_be_reached_at_once(scene: Scene) -> None:
    scene.record(scene.event("a", 100))
    assert sorted(percents(scene)) == [80, 100]


def test_a_correction_does_not_take_back_what_was_told(scene: Scene) -> None:
    scene.record(scene.event("a", 90))
    assert percents(scene) == [80]
    scene.record(scene.event("b", 1, corrects="a"))
    scene.record(scene.event("c", 90))
    assert percents(scene) == [80]


def test_the_next_period_begins_anew(scene: Scene) -> None:
    scene.record(scene.event("a", 90))
    assert percents(scene) == [80]
    scene.clock.set(start_of_day(FEBRUARY[1], ZONE))
    scene.record(scene.event("b", 79))
    assert percents(scene) == [80]
    scene.record(scene.event("c", 1))
    assert percents(scene) == [80, 80]


def test_only_what_is_included_has_thresholds(scene: Scene) -> None:
    other, [plain] = scene.subscribe("plain")
    scene.record(scene.event("a", 900, "disk"), scene.event("b", 900, "peak"))
    scene.record(scene.event("c", 900, subscription_id=other))
    assert percents(scene) == []
    assert scene.run(lambda tx: allowances(tx, [(plain, "traffic"), (scene.item, "disk")])) == []


def test_a_threshold_stands_though_two_looked_at_once(scene: Scene) -> None:
    """As if a second worker had read what was told before the first one wrote it."""
    scene.record(scene.event("a", 90))
    found = scene.run(lambda tx: allowances(tx, [(scene.item, "traffic")]))

    def both(tx: object) -> None:
        tell(tx, [*found, *found])  # type: ignore[arg-type]

    scene.run(both)
    assert percents(scene) == [80]
    scene.run(lambda tx: tell(tx, found))
    assert percents(scene) == [80]


def test_an_agreement_that_ended_meanwhile_is_left_alone(scene: Scene) -> None:
    scene.record(scene.event("a", 90))
    scene.engine.billing.subscriptions.cancel(scene.seller, scene.subscription, "now", force=True)
    scene.heard()
    assert scene.engine.run(lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD, JobStatus.PARKED))) == []


def test_use_of_a_past_period_says_nothing_of_the_present_one(scene: Scene) -> None:
    scene.clock.set(start_of_day(FEBRUARY[1], ZONE) + timedelta(hours=1))
    scene.record(scene.event("a", Decimal(500), occurred_at=at(3)))
    assert percents(scene) == []
