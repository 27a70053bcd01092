"""From a released order to the end, on each database, with the fake provider."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.provisioning.scene import STAFF, Scene
from tests.provisioning.stub import STANDING

from larabill_core.errors import IllegalTransition
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.messages import decode
from larabill_core.published import OrderReleased, ServiceEndRequested
from larabill_provisioning.orchestrator.reactions import on_end_requested, on_order_released
from larabill_provisioning.resources.states import TRANSITIONS, ResourceEvent, ResourceStatus, after


def test_whole_life_of_a_service(scene: Scene) -> None:
    service = scene.running()
    assert scene.resource(service).plan_code == "s1"
    scene.overdue(service, 1)
    scene.settle()
    assert scene.status(service) == "suspended"
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"
    scene.end(service, after=timedelta(days=14))
    scene.settle(timedelta(days=13))
    assert scene.status(service) == "suspended"
    assert scene.at_provider(service) == ["suspended"]
    scene.settle(timedelta(days=20))
    assert scene.status(service) == "deprovisioned"
    assert scene.at_provider(service) == []
    assert scene.trail(service) == [
        "pending",
        "queued",
        "provisioning",
        "active",
        "suspending",
        "suspended",
        "resuming",
        "active",
        "suspending",
        "suspended",
        "deprovisioning",
        "deprovisioned",
    ]
    assert scene.told(service) == [
        "ServiceActivated",
        "ServiceSuspended",
        "ServiceResumed",
        "ServiceSuspended",
        "ServiceEnded",
    ]
    assert scene.violations() == []
    assert scene.live() == []
    assert scene.jobs(JobStatus.READY, JobStatus.DEAD, JobStatus.PARKED) == []


def test_order_of_many_items_builds_each_once(scene: Scene) -> None:
    services = scene.release(*["small", "large"] * 6)
    scene.settle()
    assert {scene.status(service) for service in services} == {"active"}
    assert len(scene.world.resources()) == 12
    assert scene.world.duplicates() == {}


def test_release_heard_twice_builds_once(scene: Scene) -> None:
    (service,) = scene.release()
    event = scene.engine.run(lambda tx: tx.jobs.list(limit=1))[0]
    scene.settle()
    scene.engine.run(lambda tx: on_order_released(tx, decode(event.payload, OrderReleased)), seller=scene.seller)
    scene.settle()
    assert len(scene.world.resources()) == 1
    assert scene.status(service) == "active"


def test_change_of_plan_while_suspended_comes_back_to_suspended(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    resource = scene.resource(service)
    scene.engine.provisioning.resources.change_plan(
        scene.seller, resource.id, billing_plan="large", spec={"disk": 20}, actor=STAFF
    )
    scene.settle()
    assert scene.trail(service)[-2:] == ["updating", "suspended"]
    assert scene.world.resources(resource.ref)[0].body["plan"] == "l1"
    assert scene.violations() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_plan_without_map_stands_in_the_operators_list(scene: Scene) -> None:
    (service,) = scene.release("unmapped")
    scene.settle()
    resource = scene.resource(service)
    assert resource.status == "failed"
    assert "[[provisioning.plans]]" in resource.last_error
    assert scene.told(service) == ["ServiceFailed"]
    scene.end(service)
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    assert scene.violations() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_end_before_it_was_built_builds_nothing(scene: Scene) -> None:
    (service,) = scene.released()
    scene.clock.advance(timedelta(seconds=1))
    event = ServiceEndRequested(
        seller_id=scene.seller, occurred_at=scene.clock.now(), service_id=service, destroy_at=scene.clock.now()
    )
    scene.engine.run(lambda tx: on_end_requested(tx, event), seller=scene.seller)
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    assert scene.world.calls("provision") == []
    assert scene.violations() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_request_for_a_service_not_yet_known_waits_for_it(scene: Scene) -> None:
    (service,) = scene.release()
    (release,) = scene.jobs()
    scene.engine.run(lambda tx: tx.jobs.cancel(release.id, now=tx.now))
    scene.overdue(service, 1)
    scene.work()
    (early,) = scene.jobs()
    assert "no resource yet" in early.last_error
    scene.engine.run(lambda tx: on_order_released(tx, decode(release.payload, OrderReleased)), seller=scene.seller)
    scene.settle()
    assert scene.status(service) == "suspended"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_request_that_is_older_than_the_one_heeded_changes_nothing(scene: Scene) -> None:
    service = scene.running()
    scene.clock.advance(timedelta(seconds=1))
    STANDING.cases[service] = 1
    suspend = scene.suspend_event(service, 1)
    scene.clock.advance(timedelta(seconds=1))
    scene.publish(scene.resume_event(service))
    scene.work()
    scene.publish(suspend)
    scene.settle()
    assert scene.status(service) == "active"
    assert "suspending" not in scene.trail(service)


@pytest.mark.parametrize("state", ResourceStatus)
@pytest.mark.parametrize("event", ResourceEvent)
def test_every_pair_of_state_and_event_is_in_the_table_or_refused(state: ResourceStatus, event: ResourceEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event, new_id()) is TRANSITIONS[state, event]
        return
    with pytest.raises(IllegalTransition) as caught:
        after(state, event, new_id())
    assert caught.value.allowed == tuple(sorted(known.value for begin, known in TRANSITIONS if begin is state))


def test_final_state_is_final_and_all_states_are_reached() -> None:
    assert not [event for state, event in TRANSITIONS if state is ResourceStatus.DEPROVISIONED]
    assert {ResourceStatus.PENDING, *TRANSITIONS.values()} == set(ResourceStatus)
