"""Staff suspend, let go, end and begin again; billing stays the authority on what is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from tests.provisioning.scene import STAFF, Scene
from tests.provisioning.stub import TOLD
from tests.provisioning.test_operator import _mend

from larabill_core.access import Actor
from larabill_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_core.published import OrderReleased, ServiceSuspended
from larabill_drivers.world import Fault

MakeScene = Callable[..., Scene]
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def suspend(scene: Scene, service: UUID) -> None:
    scene.engine.provisioning.resources.suspend(scene.seller, scene.resource(service).id, actor=STAFF)


def resume(scene: Scene, service: UUID) -> None:
    scene.engine.provisioning.resources.resume(scene.seller, scene.resource(service).id, actor=STAFF)


def end(scene: Scene, service: UUID, after: timedelta) -> None:
    at = scene.clock.now() + after
    scene.engine.provisioning.resources.end(scene.seller, scene.resource(service).id, at, actor=STAFF)


def said_by_staff(service: UUID) -> list[bool]:
    return [event.by_staff for event in TOLD if isinstance(event, ServiceSuspended) and event.service_id == service]


def test_a_paid_service_that_staff_suspend_stays_so_until_they_resume_it(scene: Scene) -> None:
    service = scene.running()
    suspend(scene, service)
    scene.settle()
    assert (scene.status(service), scene.at_provider(service)) == ("suspended", ["suspended"])
    scene.clock.advance(timedelta(seconds=1))
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "suspended"
    assert scene.violations() == []
    resume(scene, service)
    scene.settle()
    assert (scene.status(service), scene.at_provider(service)) == ("active", ["active"])
    assert scene.violations() == []
    assert said_by_staff(service) == [True, False]
    assert scene.told(service)[-1] == "ServiceResumed"
    assert {"suspend_by_staff", "resume_by_staff"} <= {audit.action for audit in scene.audits(service)}


def test_what_is_owed_stays_suspended_when_staff_let_it_go(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    suspend(scene, service)
    scene.clock.advance(timedelta(seconds=1))
    resume(scene, service)
    scene.settle()
    assert scene.status(service) == "suspended"
    assert said_by_staff(service) == [False, True, False]
    with pytest.raises(Conflict, match="settle what is owed"):
        resume(scene, service)
    scene.clock.advance(timedelta(seconds=1))
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"


@SQLITE
def test_what_staff_suspend_goes_out_though_the_case_is_closed(scene: Scene) -> None:
    """Billing's suspension is taken back at the last moment; that of staff is not billing's to take back."""
    service = scene.running()
    scene.publish(scene.suspend_event(service, 7))  # a case that is not open
    suspend(scene, service)
    scene.settle()
    resource = scene.resource(service)
    assert (resource.status, resource.desired, resource.case_version) == ("suspended", "active", None)
    resume(scene, service)
    scene.settle()
    assert scene.status(service) == "active"


@SQLITE
def test_what_becomes_owed_while_staff_let_it_go_is_suspended_for_billing(scene: Scene) -> None:
    """The resumption is on its way, and is withdrawn: billing knows that it is not staff who hold it now."""
    service = scene.running()
    suspend(scene, service)
    scene.settle()
    scene.overdue(service, 1)
    scene.clock.advance(timedelta(seconds=1))
    resume(scene, service)
    scene.settle()
    assert (scene.status(service), scene.calls(service, "resume")) == ("suspended", 0)
    assert said_by_staff(service)[-1] is False


@SQLITE
def test_suspending_twice_asks_the_provider_once(scene: Scene) -> None:
    service = scene.running()
    suspend(scene, service)
    suspend(scene, service)
    scene.settle()
    suspend(scene, service)
    scene.settle()
    assert scene.calls(service, "suspend") == 1


@SQLITE
def test_a_suspension_that_is_withdrawn_before_it_goes_out_changes_nothing(scene: Scene) -> None:
    service = scene.running()
    suspend(scene, service)
    resume(scene, service)
    scene.settle()
    assert (scene.status(service), scene.calls(service, "suspend")) == ("active", 0)


def test_staff_end_a_service_and_its_data_stays_until_the_day(scene: Scene) -> None:
    service = scene.running()
    end(scene, service, timedelta(days=7))
    scene.settle()
    assert scene.at_provider(service) == ["suspended"]
    scene.clock.advance(timedelta(seconds=1))
    scene.paid(service)  # a payment does not undo what staff have ended
    scene.settle()
    assert scene.status(service) == "suspended"
    scene.settle(timedelta(days=8))
    assert (scene.status(service), scene.at_provider(service)) == ("deprovisioned", [])
    assert scene.told(service)[-1] == "ServiceEnded"
    assert scene.violations() == []


@SQLITE
def test_another_day_may_be_given_and_a_past_one_means_now(scene: Scene) -> None:
    service = scene.running()
    end(scene, service, timedelta(days=7))
    scene.settle()
    end(scene, service, timedelta(days=-1))
    scene.settle(timedelta(hours=1))
    assert scene.status(service) == "deprovisioned"
    with pytest.raises(Conflict, match="nothing more to end"):
        end(scene, service, timedelta(0))
    with pytest.raises(Conflict, match="has ended"):
        suspend(scene, service)
    with pytest.raises(InvalidInput, match="too far"):
        end(scene, service, timedelta(days=4000))


def test_a_kicked_order_builds_what_failed_and_leaves_what_runs(make_scene: MakeScene) -> None:
    scene = make_scene()
    fine, broken = scene.release("small", "bad")
    scene.settle()
    assert (scene.status(fine), scene.status(broken)) == ("active", "failed")
    scene.engine.run(_mend, seller=scene.seller)
    order = scene.resource(fine).order_id
    found = scene.engine.provisioning.resources.kick(scene.seller, order, actor=STAFF)
    assert {resource.status.value for resource in found} == {"active", "queued"}
    scene.settle()
    assert (scene.status(fine), scene.status(broken)) == ("active", "active")
    assert scene.calls(fine, "provision") == 1
    assert "kick" in {audit.action for audit in scene.audits(broken)}
    assert "kick" not in {audit.action for audit in scene.audits(fine)}
    assert scene.violations() == []


@SQLITE
def test_a_kick_looks_before_it_creates_again(make_scene: MakeScene) -> None:
    scene = make_scene(provisioning={"max_attempts": 1}, dedupes=False)
    scene.world.script(Fault(method="provision", what="refused"))
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "failed"
    with scene.world.transaction() as tx:
        tx.make("resource", account="acme", ref=scene.resource(service).ref, key="", body={"status": "active"})
    scene.engine.provisioning.resources.kick(scene.seller, scene.resource(service).order_id, actor=STAFF)
    scene.settle()
    assert (scene.status(service), len(scene.at_provider(service))) == ("active", 1)


@SQLITE
def test_an_order_that_was_not_released_cannot_be_kicked(scene: Scene) -> None:
    with pytest.raises(NotFound, match="released order"):
        scene.engine.provisioning.resources.kick(scene.seller, new_id(), actor=STAFF)


@SQLITE
def test_customers_decide_nothing_of_it(scene: Scene) -> None:
    service = scene.running()
    id = scene.resource(service).id
    me = Actor(kind="customer", id="c-1", customer_id=scene.customer)
    staff = scene.engine.provisioning.resources
    commands: list[Callable[[], object]] = [
        lambda: staff.suspend(scene.seller, id, actor=me),
        lambda: staff.resume(scene.seller, id, actor=me),
        lambda: staff.end(scene.seller, id, scene.clock.now(), actor=me),
        lambda: staff.kick(scene.seller, scene.resource(service).order_id, actor=me),
    ]
    for command in commands:
        with pytest.raises(Forbidden):
            command()


@SQLITE
def test_orders_are_known_by_their_event(scene: Scene) -> None:
    (service,) = scene.release()
    released = [job for job in scene.jobs() if OrderReleased.name.split(".")[1] in job.handler]
    assert len(released) == 1
    scene.settle()
    assert str(scene.resource(service).order_id) in released[0].payload
