"""Many who record at once: an id is one event, an event is corrected once, a threshold is told of once (I7)."""

from __future__ import annotations

import pytest
from tests.billing.orders.test_races import at_once
from tests.billing.usage.scene import FEBRUARY, Scene
from tests.databases import KINDS

from larabill_billing.usage.handlers import mark_billed, usage_for_periods
from larabill_billing.usage.record import Recorded
from larabill_billing.usage.thresholds import allowances, tell
from larabill_core.errors import AlreadyExists, InvalidInput


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_same_ids_at_once_are_recorded_once(scene: Scene) -> None:
    events = [scene.event(f"e{n}", 1) for n in range(200)]
    rotated = [events[n:] + events[:n] for n in (0, 50, 100, 150)]
    answers = iter(rotated)
    found = at_once(4, lambda: scene.record(*next(answers)))
    assert {type(each) for each in found} == {Recorded}
    assert sum(each.new for each in found) == 200
    assert sum(each.known for each in found) == 600
    assert scene.total() == 200


def test_one_id_with_two_contents_at_once_is_one_of_them(scene: Scene) -> None:
    quantities = iter([1, 2])
    found = at_once(2, lambda: scene.record(scene.event("a", next(quantities))))
    assert sorted(type(each).__name__ for each in found) == ["InvalidInput", "Recorded"]
    [problem] = [each for each in found if isinstance(each, InvalidInput)]
    assert "events[0].idempotency_id: is known with other content" in str(problem)
    assert scene.count() == 1


def test_an_event_is_corrected_by_one_of_those_who_do_at_once(scene: Scene) -> None:
    scene.record(scene.event("a", 100))
    numbers = iter(range(1, 5))
    found = at_once(4, lambda: scene.record(scene.event(f"c{(n := next(numbers))}", n, corrects="a")))
    assert [each for each in found if isinstance(each, Recorded)] == [Recorded(new=1)]
    assert all("is corrected already" in str(each) for each in found if not isinstance(each, Recorded))
    assert scene.count() == 2
    assert scene.total() in {1, 2, 3, 4}


def test_a_threshold_passed_by_several_at_once_is_told_of_once(scene: Scene) -> None:
    ids = iter(range(5))
    found = at_once(5, lambda: scene.record(scene.event(f"e{next(ids)}", 20)))
    assert found == [Recorded(new=1)] * 5
    assert sorted(event.percent for event in scene.heard()) == [80, 100]


def test_looking_at_thresholds_at_once_tells_of_each_once(scene: Scene) -> None:
    scene.record(scene.event("a", 150))
    [allowance] = scene.run(lambda tx: allowances(tx, [(scene.item, "traffic")]))
    assert at_once(4, lambda: scene.run(lambda tx: tell(tx, [allowance]))) == [None] * 4
    assert sorted(event.percent for event in scene.heard()) == [80, 100]


def test_a_period_is_billed_once_by_however_many(scene: Scene) -> None:
    scene.record(scene.event("a", 5))
    period = scene.period(*FEBRUARY)
    usages = scene.usage(period)
    found = at_once(4, lambda: scene.run(lambda tx: mark_billed(tx, usages)))
    assert found.count(None) == 1
    assert {type(each) for each in found if each is not None} == {AlreadyExists}
    assert scene.run(lambda tx: usage_for_periods(tx, [period]))[0].billable == 0


def test_one_reference_is_one_grant_however_many_ask(scene: Scene) -> None:
    usage = scene.engine.billing.usage

    def grant() -> object:
        return usage.grant(scene.seller, scene.subscription, scene.item, "traffic", 10, "first")

    assert len(set(at_once(4, grant))) == 1
    assert [each.remaining for each in usage.grants(scene.seller, scene.item)] == [10]
