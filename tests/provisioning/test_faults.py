"""Faults at the provider (F27, F30, F31): nothing twice, nothing lost, and an end for everything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.provisioning.scene import STAFF, Scene

from larabill_core.errors import LarabillError
from larabill_core.jobs import JobStatus
from larabill_drivers.world import Fault

MakeScene = Callable[..., Scene]

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
FAULTS = [
    (what, when)
    for what in ("timeout", "server_error", "cut", "crash", "exit", "rate_limited")
    for when in ("before", "after")
    if (what, when) != ("rate_limited", "after")
]
KINDS = [
    {"dedupes": True, "finds": True},
    {"dedupes": False, "finds": True},
    {"dedupes": True, "finds": False},
]


@SQLITE
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_answer_that_never_came_makes_no_duplicate_and_no_orphan(make_scene: MakeScene, kind: dict[str, Any]) -> None:
    """F27: {effect: yes/no} x {fault} x {method}, each on a service of its own."""
    scene = make_scene(**kind)
    for what, when in FAULTS:
        service = scene.running()
        resource = scene.resource(service)
        for method in ("suspend", "resume", "deprovision"):
            scene.world.script(Fault(method=method, what=what, when=when, ref=resource.ref))
        scene.overdue(service, 1)
        scene.settle()
        assert scene.at_provider(service) == ["suspended"], (what, when)
        scene.paid(service)
        scene.settle()
        assert scene.at_provider(service) == ["active"], (what, when)
        scene.end(service)
        scene.settle()
        assert scene.at_provider(service) == [], (what, when)
    assert scene.violations() == []
    assert scene.live() == []


@SQLITE
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("what", "when"), FAULTS)
def test_create_without_an_answer_builds_one(make_scene: MakeScene, kind: dict[str, Any], what: Any, when: Any) -> None:
    scene = make_scene(**kind)
    scene.world.script(Fault(method="provision", what=what, when=when, times=2))
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "active"
    assert len(scene.world.resources()) == 1
    assert scene.violations() == []


@SQLITE
def test_provider_that_can_neither_dedupe_nor_find_parks_the_unknown(make_scene: MakeScene) -> None:
    scene = make_scene(dedupes=False, finds=False, lists=False)
    scene.world.script(Fault(method="provision", what="timeout", when="after"))
    (service,) = scene.release(on_failure="refund")
    scene.settle()
    resource = scene.resource(service)
    assert resource.status == "failed", "an unknown is no failure: nothing is refunded by itself (I10)"
    assert resource.desired == "active"
    assert scene.told(service) == ["ServiceFailed"]
    abandon = scene.engine.provisioning.resources.abandon
    abandon(scene.seller, resource.id, "refund", actor=STAFF)
    scene.settle()
    assert scene.status(service) == "failed", "something may stand there, and nobody can look"
    abandon(scene.seller, resource.id, "refund", actor=STAFF, nothing_there=True)
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    assert scene.told(service)[-1] == "ServiceAbandoned"


@SQLITE
def test_work_without_end_is_escalated_at_the_deadline(make_scene: MakeScene) -> None:
    """F30: not before the bound, not long after it, and with a bounded number of polls."""
    scene = make_scene(async_polls=1_000_000, provisioning={"deadline": "6h"})
    (service,) = scene.release()
    scene.settle(timedelta(hours=5))
    assert scene.status(service) == "provisioning"
    scene.settle(timedelta(days=7))
    resource = scene.resource(service)
    assert resource.status == "failed"
    assert "no end after 6:00:00" in resource.last_error
    assert len(scene.world.calls("poll")) < 2 * 1_000
    assert scene.jobs() == []


@SQLITE
def test_work_that_takes_its_time_ends_well(make_scene: MakeScene) -> None:
    scene = make_scene(async_polls=4)
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    assert scene.status(service) == "suspended"
    scene.end(service)
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    assert scene.violations() == []


@SQLITE
def test_no_call_before_retry_after(make_scene: MakeScene) -> None:
    """F31."""
    scene = make_scene()
    scene.world.script(Fault(method="provision", what="rate_limited", retry_after=timedelta(minutes=7)))
    scene.release()
    scene.work()
    scene.clock.advance(timedelta(minutes=6))
    scene.work()
    assert len(scene.world.calls("provision")) == 1
    scene.clock.advance(timedelta(minutes=1, seconds=1))
    scene.work()
    assert len(scene.world.resources()) == 1


@SQLITE
@pytest.mark.parametrize("remedy", ["credit", "refund"])
def test_refused_create_is_given_up_by_the_plans_policy(scene: Scene, remedy: str) -> None:
    (service,) = scene.release("bad", on_failure=remedy)
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    assert scene.told(service) == ["ServiceAbandoned"]
    assert scene.resource(service).remedy == remedy
    assert scene.violations() == []


@SQLITE
def test_refused_create_is_held_for_the_operator(scene: Scene) -> None:
    (service,) = scene.release("bad", on_failure="hold")
    scene.settle()
    assert scene.status(service) == "failed"
    assert scene.told(service) == ["ServiceFailed"]
    assert "no such plan" in scene.resource(service).last_error


@SQLITE
def test_suspension_that_fails_and_is_paid_meanwhile_comes_back_by_itself(scene: Scene) -> None:
    """I9: a paid service is not left in the operator's list for a suspension that nobody wants any more."""
    service = scene.running()
    scene.world.script(Fault(method="suspend", what="refused", times=50, ref=scene.resource(service).ref))
    scene.overdue(service, 1)
    scene.settle()
    assert scene.status(service) == "failed"
    assert scene.told(service)[-1] == "ServiceFailed"
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.told(service)[-1] == "ServiceResumed"
    assert scene.violations() == []


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["overdue", "paid", "end_unpaid", "end", "work", "hour", "day", "retry", "change"]),
        st.sampled_from(["pause", "reactivate", "large", "small", "unmapped"]),
        st.tuples(
            st.sampled_from(["provision", "suspend", "resume", "resize", "deprovision", "find", "poll"]),
            st.sampled_from(FAULTS),
            st.integers(1, 3),
        ),
    ),
    min_size=1,
    max_size=14,
)


@SQLITE
@pytest.mark.parametrize("kind", [{}, {"dedupes": False}, {"async_polls": 2}], ids=str)
@given(data=st.data())
@settings(
    max_examples=15,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_of_requests_and_faults_comes_to_rest(
    make_scene: MakeScene, kind: dict[str, Any], data: st.DataObject
) -> None:
    """When the faults stop: I2, I6, I8, I9 and I14 hold, and what was asked last is what stands, or is held back."""
    scene = _kept(make_scene, kind)
    (service,) = scene.released()
    wanted, built, asked = "active", ("s1", {"disk": "10"}), "small"
    version = 0
    for step in data.draw(STEPS):
        scene.clock.advance(timedelta(seconds=1))
        if isinstance(step, tuple):
            method, (what, when), times = step
            ref = scene.resource(service).ref
            scene.world.script(Fault(method=method, what=what, when=when, times=times, ref=ref))
        elif step == "overdue" and wanted in ("active", "suspended"):
            version += 1
            wanted = "suspended"
            scene.overdue(service, version)
        elif step == "paid" and wanted in ("active", "suspended", "unpaid"):
            if scene.work() >= 0 and scene.status(service) not in ("deprovisioning", "deprovisioned"):
                wanted = "active"
                scene.paid(service)
        elif step == "end_unpaid" and wanted in ("active", "suspended"):
            version += 1
            wanted = "unpaid"
            scene.end(service, after=timedelta(hours=2), case_version=version)
        elif step == "end" and wanted in ("active", "suspended"):
            wanted = "gone"
            scene.end(service, after=timedelta(hours=2))
        elif step == "pause" and wanted in ("active", "suspended"):
            wanted = "suspended"
            scene.publish(scene.suspend_event(service, None))
        elif step == "reactivate" and wanted in ("gone", "unpaid"):
            if scene.work() >= 0 and scene.status(service) not in ("deprovisioning", "deprovisioned"):
                wanted = "active"
                scene.publish(scene.resume_event(service, reactivated=True))
        elif step in ("large", "small", "unmapped"):
            if step == "unmapped":
                scene.work()  # so that what it is held back from is known
            asked = step
            built = {"large": ("l1", {"disk": "7"}), "small": ("s1", {"disk": "7"}), "unmapped": built}[step]
            scene.change(service, step, disk=7)
        elif step == "change":
            scene.work()
            if _operator_changes(scene, service):
                asked, built = "large", ("l1", {"disk": "5"})
        else:
            _other(scene, service, step)
    scene.settle(timedelta(days=10))
    _at_rest(scene, service, wanted)
    if scene.status(service) != "deprovisioned":
        held = scene.resource(service).held
        assert (held is not None) == (asked == "unmapped")
        assert scene.built_as(service) == [built]


_SCENES: dict[tuple[int, str], Scene] = {}


def _kept(make_scene: MakeScene, kind: dict[str, Any]) -> Scene:
    """One scene for all examples of a test: each has a service of its own."""
    key = (id(make_scene), str(kind))
    if key not in _SCENES:
        _SCENES.clear()
        _SCENES[key] = make_scene(**kind)
    return _SCENES[key]


def _other(scene: Scene, service: Any, step: str) -> None:
    match step:
        case "work":
            scene.work(3)
        case "hour":
            scene.settle(timedelta(minutes=90))
        case "day":
            scene.settle(timedelta(days=1))
        case "retry":
            with suppress(LarabillError):
                scene.engine.provisioning.resources.retry(scene.seller, scene.resource(service).id, actor=STAFF)


def _operator_changes(scene: Scene, service: Any) -> bool:
    commands, resource = scene.engine.provisioning.resources, scene.resource(service)
    try:
        commands.change_plan(scene.seller, resource.id, billing_plan="large", spec={"disk": 5}, actor=STAFF)
    except LarabillError:
        return False
    return True


def _at_rest(scene: Scene, service: Any, wanted: str) -> None:
    status = scene.status(service)
    there = scene.at_provider(service)
    assert scene.violations() == []
    assert scene.live() == []
    assert scene.jobs(JobStatus.READY, JobStatus.RUNNING, JobStatus.DEAD, JobStatus.PARKED) == []
    assert status == {"unpaid": "deprovisioned", "gone": "deprovisioned"}.get(wanted, wanted)
    assert there == ([] if status == "deprovisioned" else [status])
