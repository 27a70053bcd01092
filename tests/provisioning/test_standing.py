"""F34: a payment that lands while a suspension or an end is under way."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from tests.provisioning.scene import Scene
from tests.provisioning.stub import STANDING

from larabill_drivers.world import Fault

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


@SQLITE
@pytest.mark.parametrize("asked", ["suspend", "end"])
@pytest.mark.parametrize("jobs_before_payment", range(5))
@pytest.mark.parametrize("heard_late", [False, True])
def test_paid_service_is_neither_suspended_nor_ended_at_rest(
    scene: Scene, asked: str, jobs_before_payment: int, heard_late: bool
) -> None:
    """All interleavings: the case is closed after each number of jobs, and billing's word comes at once or later."""
    service = scene.running()
    if asked == "suspend":
        scene.overdue(service, 1)
    else:
        scene.end(service, after=timedelta(hours=1), case_version=1)
    for _ in range(jobs_before_payment):
        scene.work(1)
    scene.clock.advance(timedelta(seconds=1))
    STANDING.cases.pop(service, None)
    if heard_late:
        scene.settle(timedelta(hours=2))
        assert scene.status(service) != "deprovisioned"
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.at_provider(service) == ["active"]
    assert scene.violations() == []


@SQLITE
@pytest.mark.parametrize(("method", "when"), list(product(["suspend", "deprovision"], ["before", "after"])))
def test_payment_while_the_answer_is_unknown(scene: Scene, method: str, when: str) -> None:
    """What was sent may take effect; then the service comes back, unless it is destroyed, which was admitted unpaid."""
    service = scene.running()
    scene.world.script(Fault(method=method, what="timeout", when=when, ref=scene.resource(service).ref))  # type: ignore[arg-type]
    if method == "suspend":
        scene.overdue(service, 1)
    else:
        scene.end(service, case_version=1)
    scene.work()
    scene.clock.advance(timedelta(milliseconds=1))
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == ("active" if method == "suspend" else "deprovisioned")
    assert scene.violations() == []


@SQLITE
def test_destruction_refused_after_a_failed_attempt_is_not_tried_again(scene: Scene) -> None:
    """An attempt that definitely did nothing gives billing another word before the next one."""
    service = scene.running()
    ref = scene.resource(service).ref
    scene.world.script(Fault(method="deprovision", what="rate_limited", ref=ref))
    scene.end(service, case_version=1)
    scene.work()
    assert scene.status(service) == "deprovisioning"
    STANDING.cases.pop(service)
    scene.settle()
    assert scene.status(service) == "active", "it was refused, then made sure that it runs"
    assert scene.at_provider(service) == ["active"]
    assert scene.told(service)[-1] == "ServiceResumed"
    assert scene.violations() == []


@SQLITE
def test_case_that_moved_on_is_asked_about_with_its_new_version(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.clock.advance(timedelta(seconds=1))
    scene.overdue(service, 2)
    scene.settle()
    assert STANDING.asked == [(service, 2)]
    assert scene.status(service) == "suspended"


@SQLITE
def test_agreement_that_is_over_is_not_undone_by_a_late_payment(scene: Scene) -> None:
    service = scene.running()
    scene.end(service, after=timedelta(days=1))
    scene.settle(timedelta(hours=1))
    assert scene.status(service) == "suspended"
    scene.paid(service)
    scene.settle(timedelta(hours=1))
    assert scene.status(service) == "suspended"
    scene.settle()
    assert scene.status(service) == "deprovisioned"


@SQLITE
def test_data_is_not_destroyed_before_its_time(scene: Scene) -> None:
    service = scene.running()
    scene.end(service, after=timedelta(days=2))
    scene.settle(timedelta(days=2) - timedelta(seconds=1))
    assert scene.at_provider(service) == ["suspended"]
    assert scene.world.calls("deprovision") == []


@SQLITE
def test_creation_withdrawn_between_two_attempts_goes_on_when_it_is_paid(scene: Scene) -> None:
    """It never failed for good, so it waits for nobody."""
    (service,) = scene.released()
    scene.world.script(Fault(method="find", what="timeout", ref=scene.resource(service).ref))
    scene.work()
    assert scene.status(service) == "provisioning"
    scene.clock.advance(timedelta(microseconds=1))
    scene.end(service, after=timedelta(hours=2), case_version=1)
    scene.settle(timedelta(hours=1))
    assert scene.status(service) == "failed"
    assert scene.told(service) == []
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.violations() == []
