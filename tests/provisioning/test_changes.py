"""Agreements that change: units added, another plan or specification, the customer's own pause, a new beginning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.provisioning.conftest import PLANS
from tests.provisioning.scene import STAFF, Scene
from tests.provisioning.stub import STANDING, TOLD
from tests.provisioning.test_faults import FAULTS, KINDS

from larabill_core.errors import Conflict, NotFound
from larabill_core.messages import Event, decode
from larabill_core.published import ServiceFailed, ServicesOrdered
from larabill_drivers.registry import DriverSet
from larabill_drivers.world import Fault
from larabill_provisioning.orchestrator.reactions import on_change_requested, on_resume_requested, on_services_ordered
from larabill_provisioning.plans.sync import sync_plan_maps
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.settings import PlanSettings
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.provisioning.resources import RESOURCES

MakeScene = Callable[..., Scene]
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
LARGE = [("l1", {"disk": "20"})]
SMALL = [("s1", {"disk": "10"})]


@pytest.fixture
def scene(make_scene: MakeScene) -> Scene:
    """A scene with a second account."""
    return make_scene(beta=True)


def healthy(scene: Scene) -> None:
    assert scene.violations() == []
    assert scene.live() == []
    assert scene.jobs() == []


def failures(service: UUID) -> list[tuple[str, str]]:
    return [
        (event.action, event.reason)
        for event in TOLD
        if isinstance(event, ServiceFailed) and event.service_id == service
    ]


def mend(scene: Scene, plan: str) -> None:
    """The operator maps the plan to the account `acme`."""
    plans = [PlanSettings(**entry) for entry in PLANS if entry["plan"] != plan]
    plans.append(PlanSettings(plan=plan, account="acme", provider_plan="l1"))
    scene.engine.run(lambda tx: sync_plan_maps(tx, plans), seller=scene.seller)


def retry(scene: Scene, service: UUID) -> None:
    scene.engine.provisioning.resources.retry(scene.seller, scene.resource(service).id, actor=STAFF)


def test_added_units_are_built_once_beside_those_that_run(scene: Scene) -> None:
    first = scene.running()
    added = scene.add("small", "large")
    event = next(job for job in scene.jobs() if "services_ordered" in job.handler)
    scene.settle()
    heard = decode(event.payload, ServicesOrdered)
    scene.engine.run(lambda tx: on_services_ordered(tx, heard), seller=scene.seller)
    scene.settle()
    assert {scene.status(service) for service in (first, *added)} == {"active"}
    assert [scene.calls(service, "provision", "effect") for service in added] == [1, 1]
    assert len(scene.world.resources()) == 3
    assert [scene.told(service) for service in added] == [["ServiceActivated"]] * 2
    healthy(scene)


def test_change_resizes_once_however_often_it_is_heard(scene: Scene) -> None:
    service = scene.running()
    event = scene.change_event(service, "large", disk=20)
    scene.clock.advance(timedelta(seconds=1))
    scene.publish(event)
    scene.settle()
    scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.resource(service).billing_plan == "large"
    assert scene.calls(service, "resize") == 1
    assert scene.status(service) == "active"
    assert scene.trail(service)[-2:] == ["updating", "active"]
    assert scene.told(service) == ["ServiceActivated"]
    healthy(scene)


@SQLITE
def test_change_to_what_it_is_already_asks_for_nothing(scene: Scene) -> None:
    service = scene.running()
    scene.clock.advance(timedelta(seconds=1))
    scene.change(service, "small", disk=10)
    scene.settle()
    assert scene.calls(service, "resize") == 0
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_order_in_which_requests_are_heard_does_not_matter(scene: Scene, order: tuple[int, ...]) -> None:
    """A newer suspension does not make an older change void, an older change undoes no newer one."""
    service = scene.running()
    events: list[Event] = []
    for make in (
        lambda: scene.change_event(service, "small", disk=99),
        lambda: scene.change_event(service, "large", disk=20),
        lambda: scene.suspend_event(service, None),
    ):
        scene.clock.advance(timedelta(seconds=1))
        events.append(make())
    for index in order:
        scene.publish(events[index])
        scene.settle()
    assert scene.status(service) == "suspended"
    assert scene.at_provider(service) == ["suspended"]
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
def test_change_of_a_suspended_service_is_made_at_once(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.at_provider(service) == ["suspended"]
    healthy(scene)


@SQLITE
def test_change_that_a_suspended_service_refuses_is_made_after_it_was_resumed(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    scene.world.script(Fault(method="resize", what="refused", ref=scene.resource(service).ref))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "failed"
    assert failures(service) == [("resize", "the provider refuses this")]
    scene.paid(service)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
def test_create_that_has_not_gone_out_takes_the_new_plan(scene: Scene) -> None:
    (service,) = scene.released()
    scene.clock.advance(timedelta(seconds=1))
    event = scene.change_event(service, "large", disk=20)
    scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    assert scene.calls(service, "provision") == 0
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.calls(service, "provision") == 1
    assert scene.calls(service, "resize") == 0
    assert scene.resource(service).applied_version == scene.resource(service).spec_version
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("kind", [{"async_polls": 3}, {"async_polls": 3, "finds": False}], ids=str)
def test_create_that_is_running_is_resized_when_it_is_done(make_scene: MakeScene, kind: dict[str, Any]) -> None:
    scene = make_scene(**kind)
    (service,) = scene.release()
    scene.work()
    assert scene.status(service) == "provisioning"
    assert scene.calls(service, "provision", "effect") == 1
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.calls(service, "provision", "effect") == 1
    assert scene.calls(service, "resize") == 1
    assert scene.trail(service)[-4:] == ["provisioning", "active", "updating", "active"]
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("what", "when"), FAULTS)
def test_change_while_nobody_knows_what_came_of_the_create(
    make_scene: MakeScene, kind: dict[str, Any], what: Any, when: Any
) -> None:
    """Whatever is found was built as first asked, so it is resized; what definitely was not is built anew (I2, I10)."""
    scene = make_scene(**kind)
    (service,) = scene.released()
    scene.world.script(Fault(method="provision", what=what, when=when))
    scene.work(1)
    assert scene.status(service) == "provisioning"
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.status(service) == "active"
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("done_meanwhile", [False, True])
def test_create_that_was_wrongly_taken_for_failed_is_resized(make_scene: MakeScene, done_meanwhile: bool) -> None:
    """A poll that is refused counts as a failed attempt; the next one finds what stands, as it was first asked."""
    scene = make_scene(async_polls=2)
    (service,) = scene.released()
    ref = scene.resource(service).ref
    scene.world.script(Fault(method="poll", what="rate_limited", ref=ref))
    scene.settle(timedelta(seconds=2))
    assert scene.calls(service, "poll") == 1
    if done_meanwhile:
        scene.world.finish(ref)
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.calls(service, "provision", "effect") == 1
    healthy(scene)


@SQLITE
def test_create_that_definitely_failed_is_tried_again_with_the_new_plan(scene: Scene) -> None:
    """Between two attempts, and without a resize afterwards."""
    (service,) = scene.released()
    scene.world.script(Fault(method="provision", what="rate_limited", retry_after=timedelta(minutes=5)))
    scene.work()
    scene.clock.advance(timedelta(seconds=1))
    scene.change(service, "large", disk=20)
    scene.work()
    assert scene.calls(service, "provision") == 1, "not before retry-after"
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.calls(service, "resize") == 0
    assert scene.told(service) == ["ServiceActivated"]
    healthy(scene)


def make_a_step(scene: Scene, service: UUID) -> None:
    """The create that goes on later has made one of its steps."""
    (task,) = scene.engine.provisioning.resources.tasks(scene.seller, scene.resource(service).id)

    def save(tx: ProvisioningTx) -> None:
        operation = tx.operations.get(task.operation_id)
        tx.operations.save(attrs.evolve(operation, progress={"disk": "made"}), fence=operation.fence)

    scene.engine.run(save, seller=scene.seller)


@SQLITE
def test_steps_that_a_failed_attempt_has_made_stand_there(make_scene: MakeScene) -> None:
    """So a provider where nothing can be resized has the change held back."""
    scene = make_scene(driver="rigid")
    (service,) = scene.released()
    wait = timedelta(minutes=5)
    scene.world.script(Fault(method="provision", what="rate_limited", times=2, retry_after=wait))
    scene.work()
    make_a_step(scene, service)
    scene.settle(wait + timedelta(seconds=1))
    assert scene.calls(service, "provision") == 2
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == SMALL
    assert [action for action, _ in failures(service)] == ["change"]
    healthy(scene)


@SQLITE
def test_create_that_has_made_some_of_its_steps_is_finished_and_then_resized(scene: Scene) -> None:
    (service,) = scene.released()
    scene.world.script(Fault(method="provision", what="rate_limited", retry_after=timedelta(minutes=5)))
    scene.work()
    make_a_step(scene, service)
    resource_id = scene.resource(service).id
    scene.clock.advance(timedelta(seconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert [call.key for call in scene.world.calls("provision")][-1] == f"{resource_id}:provision:1:attempt_2"
    assert scene.calls(service, "resize") == 1
    healthy(scene)


@SQLITE
@pytest.mark.parametrize(("plan", "then", "code"), [("bad", "large", "l1"), ("unmapped", "elsewhere", "b1")])
def test_create_that_was_refused_goes_on_with_a_plan_that_can_be_had(
    scene: Scene, plan: str, then: str, code: str
) -> None:
    (service,) = scene.release(plan)
    scene.settle()
    assert scene.status(service) == "failed"
    scene.change(service, then, disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == [(code, {"disk": "20"})]
    assert scene.calls(service, "resize") == 0
    healthy(scene)


@SQLITE
def test_refused_create_of_a_plan_that_was_left_meanwhile_is_not_given_up(scene: Scene) -> None:
    """Its policy is for what cannot be built at all."""
    (service,) = scene.released("bad", on_failure="refund")
    scene.world.script(Fault(method="provision", what="timeout", ref=scene.resource(service).ref))
    scene.work(1)
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.told(service) == ["ServiceActivated"]
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
def test_refused_create_of_an_agreement_that_is_over_is_given_up_by_its_policy(scene: Scene) -> None:
    (service,) = scene.released("bad", on_failure="refund")
    scene.world.script(Fault(method="provision", what="timeout", ref=scene.resource(service).ref))
    scene.work(1)
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.end(service)
    scene.settle()
    assert scene.told(service) == ["ServiceAbandoned"]
    assert scene.world.resources() == []
    healthy(scene)


@SQLITE
def test_retry_of_a_create_with_an_unknown_end_takes_the_new_plan(make_scene: MakeScene) -> None:
    """The operator has looked; what he lets go out is changed between two attempts, and waits for nobody again."""
    scene = make_scene(dedupes=False, finds=False)
    faults = [Fault(method="provision", what=what) for what in ("timeout", "rate_limited")]
    scene.world.script(*faults)
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "failed"
    retry(scene, service)
    scene.work()
    assert scene.status(service) == "provisioning"
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
def test_account_that_is_not_configured_now_is_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    service = scene.running()

    def missing(self: DriverSet, account: str) -> None:
        raise NotFound("account", account)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(DriverSet, "get", missing)
        event = scene.change_event(service, "large", disk=20)
        scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert failures(service) == []
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("refused_since", [False, True])
def test_create_with_an_unknown_end_is_not_repeated_for_a_change(make_scene: MakeScene, refused_since: bool) -> None:
    """I10: the operator looks first, whatever came of a later try; then what he adopts is resized."""
    scene = make_scene(dedupes=False, finds=False)
    scene.world.script(Fault(method="provision", what="timeout", when="after"))
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "failed"
    if refused_since:
        scene.world.script(Fault(method="provision", what="refused"))
        retry(scene, service)
        scene.settle()
    asked = scene.calls(service, "provision")
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "failed"
    assert scene.calls(service, "provision") == asked
    (thing,) = scene.world.resources()
    resource = scene.resource(service)
    scene.engine.provisioning.resources.adopt(scene.seller, resource.id, thing.id, actor=STAFF)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_resize_without_an_answer_is_made_and_made_sure_of(make_scene: MakeScene, kind: dict[str, Any]) -> None:
    scene = make_scene(**kind)
    for what, when in FAULTS:
        service = scene.running()
        scene.world.script(Fault(method="resize", what=what, when=when, times=2, ref=scene.resource(service).ref))
        scene.change(service, "large", disk=20)
        scene.settle()
        assert scene.built_as(service) == LARGE, (what, when)
        assert scene.status(service) == "active", (what, when)
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("what", ["timeout", "rate_limited"])
def test_newer_change_while_an_older_one_is_tried_wins(scene: Scene, what: Any) -> None:
    service = scene.running()
    scene.world.script(Fault(method="resize", what=what, ref=scene.resource(service).ref))
    scene.change(service, "small", disk=99)
    scene.work()
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.built_as(service) == LARGE
    # An attempt that may have been sent is finished; one that was not, never goes out.
    assert scene.calls(service, "resize", "effect") == (2 if what == "timeout" else 1)
    assert scene.told(service) == ["ServiceActivated"], "it was neither resumed nor failed"
    healthy(scene)


@SQLITE
def test_refused_change_waits_for_the_operator_or_for_another_change(scene: Scene) -> None:
    service = scene.running()
    scene.change(service, "bad", disk=20)
    scene.settle()
    assert scene.status(service) == "failed"
    assert [action for action, _ in failures(service)] == ["resize"]
    scene.change(service, "bad", disk=20)
    scene.settle()
    assert scene.calls(service, "resize") == 1, "the same again is no new decision"
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == LARGE
    assert scene.told(service)[-1] == "ServiceFailed"
    healthy(scene)


@SQLITE
def test_refused_change_that_was_replaced_while_it_was_sent_fails_nothing(scene: Scene) -> None:
    service = scene.running()
    ref = scene.resource(service).ref
    scene.world.script(Fault(method="resize", what="timeout", ref=ref), Fault(method="resize", what="refused", ref=ref))
    scene.change(service, "small", disk=99)
    scene.work()
    scene.clock.advance(timedelta(milliseconds=1))
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == LARGE
    assert failures(service) == []
    healthy(scene)


@SQLITE
def test_failed_resize_of_a_suspended_service_does_not_stop_its_end(scene: Scene) -> None:
    service = scene.running()
    scene.overdue(service, 1)
    scene.settle()
    scene.world.script(Fault(method="resize", what="refused", times=9, ref=scene.resource(service).ref))
    scene.change(service, "large", disk=20)
    scene.settle()
    scene.clock.advance(timedelta(seconds=1))
    scene.end(service, after=timedelta(days=1))
    scene.settle(timedelta(hours=1))
    assert scene.status(service) == "suspended"
    scene.settle()
    assert scene.status(service) == "deprovisioned"
    healthy(scene)


@pytest.mark.parametrize("plan", ["elsewhere", "unmapped"])
def test_plan_that_cannot_be_had_is_held_back_while_the_service_runs_on(scene: Scene, plan: str) -> None:
    service = scene.running()
    event = scene.change_event(service, plan, disk=20)
    scene.clock.advance(timedelta(seconds=1))
    scene.publish(event)
    scene.settle()
    scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    scene.settle()
    resource = scene.resource(service)
    assert (resource.status, resource.billing_plan, resource.plan_code) == ("active", "small", "s1")
    assert resource.held is not None
    assert (resource.held.billing_plan, dict(resource.held.spec)) == (plan, {"disk": 20})
    assert failures(service) == [("change", resource.held.reason)]
    assert "retry the resource" in resource.held.reason
    listed = scene.engine.provisioning.resources.list(scene.seller, held=True)
    assert [each.id for each in listed] == [resource.id]
    with pytest.raises(Conflict, match=plan):
        retry(scene, service)
    scene.overdue(service, 1)
    scene.settle()
    scene.paid(service)
    scene.settle()
    assert scene.built_as(service) == SMALL
    mend(scene, plan)
    retry(scene, service)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert scene.resource(service).held is None
    assert scene.engine.provisioning.resources.list(scene.seller, held=True) == []
    healthy(scene)


@SQLITE
def test_change_back_lets_the_held_one_go(scene: Scene) -> None:
    service = scene.running()
    for plan in ("elsewhere", "small"):
        scene.clock.advance(timedelta(seconds=1))
        scene.change(service, plan, disk=10)
        scene.settle()
    assert scene.resource(service).held is None
    assert scene.calls(service, "resize") == 0
    healthy(scene)


@SQLITE
def test_change_is_held_back_also_before_the_service_runs(scene: Scene) -> None:
    (service,) = scene.released()
    scene.clock.advance(timedelta(seconds=1))
    event = scene.change_event(service, "elsewhere", disk=20)
    scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.built_as(service) == SMALL
    assert scene.resource(service).held is not None
    scene.end(service)
    scene.settle()
    assert scene.resource(service).held is None, "what has ended waits for nobody"
    healthy(scene)


@SQLITE
def test_driver_that_cannot_resize_leaves_it_to_the_operator(make_scene: MakeScene) -> None:
    scene = make_scene(driver="rigid")
    service = scene.running()
    scene.change(service, "large", disk=20)
    scene.settle()
    resource = scene.resource(service)
    assert resource.status == "active"
    reason = "driver rigid cannot resize: do it at the provider, then adopt the resource"
    assert failures(service) == [("change", reason)]
    commands = scene.engine.provisioning.resources
    with pytest.raises(Conflict, match="cannot resize"):
        retry(scene, service)
    with pytest.raises(Conflict, match="cannot resize"):
        commands.change_plan(scene.seller, resource.id, billing_plan="large", spec={}, actor=STAFF)
    scene.overdue(service, 1)
    scene.settle()
    assert scene.at_provider(service) == ["suspended"], "it can be suspended as before"
    assert resource.driver_ref is not None
    commands.adopt(scene.seller, resource.id, resource.driver_ref, actor=STAFF)
    scene.settle()
    after = scene.resource(service)
    assert (after.status, after.billing_plan, after.plan_code, after.held) == ("suspended", "large", "l1", None)
    assert after.applied_version == after.spec_version
    healthy(scene)


@SQLITE
def test_driver_that_cannot_resize_builds_what_is_wanted_by_then(make_scene: MakeScene) -> None:
    scene = make_scene(driver="rigid")
    (service,) = scene.released()
    scene.clock.advance(timedelta(seconds=1))
    event = scene.change_event(service, "large", disk=20)
    scene.engine.run(lambda tx: on_change_requested(tx, event), seller=scene.seller)
    scene.settle()
    assert scene.built_as(service) == LARGE
    assert failures(service) == []
    healthy(scene)


@SQLITE
def test_resize_of_a_suspended_service_is_followed_where_there_is_nothing_to_poll(make_scene: MakeScene) -> None:
    scene = make_scene(driver="mute", async_polls=1)
    service = scene.running()
    scene.overdue(service, 1)
    scene.work()
    scene.world.drift_suspend(scene.resource(service).ref)
    scene.settle()
    scene.change(service, "large", disk=20)
    scene.settle()
    assert scene.status(service) == "suspended"
    assert scene.built_as(service) == LARGE
    healthy(scene)


@SQLITE
def test_refused_change_that_was_made_by_hand_is_adopted(scene: Scene) -> None:
    service = scene.running()
    scene.change(service, "bad", disk=20)
    scene.settle()
    resource = scene.resource(service)
    assert resource.driver_ref is not None
    scene.engine.provisioning.resources.adopt(scene.seller, resource.id, resource.driver_ref, actor=STAFF)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.calls(service, "resize") == 1
    healthy(scene)


@SQLITE
def test_change_for_a_service_not_yet_known_waits_for_it_and_for_one_ended_is_over(scene: Scene) -> None:
    (service,) = scene.release()
    (release,) = scene.jobs()
    scene.engine.run(lambda tx: tx.jobs.cancel(release.id, now=tx.now))
    scene.change(service, "large", disk=20)
    scene.work()
    (early,) = scene.jobs()
    assert "no resource yet" in early.last_error
    scene.engine.run(lambda tx: tx.jobs.cancel(early.id, now=tx.now))
    other = scene.running()
    scene.end(other)
    scene.settle()
    scene.change(other, "unmapped")
    scene.settle()
    assert failures(other) == []
    assert scene.resource(other).held is None


@SQLITE
def test_pause_is_nobodys_business_but_the_customers(scene: Scene) -> None:
    """No case, so Standing is not asked."""
    service = scene.running()
    scene.publish(scene.suspend_event(service, None))
    scene.settle()
    assert scene.at_provider(service) == ["suspended"]
    assert STANDING.asked == []
    scene.publish(scene.resume_event(service))
    scene.settle()
    assert scene.at_provider(service) == ["active"]
    assert scene.told(service)[-2:] == ["ServiceSuspended", "ServiceResumed"]
    healthy(scene)


@SQLITE
@pytest.mark.parametrize("jobs_before", range(6))
def test_reactivated_agreement_keeps_its_data_wherever_the_end_had_come_to(scene: Scene, jobs_before: int) -> None:
    service = scene.running()
    scene.end(service, after=timedelta(days=1))
    scene.work(jobs_before)
    scene.clock.advance(timedelta(seconds=1))
    scene.publish(scene.resume_event(service, reactivated=True), scene.change_event(service, "large", disk=20))
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.at_provider(service) == ["active"]
    assert scene.built_as(service) == LARGE
    assert scene.calls(service, "deprovision") == 0
    healthy(scene)


@SQLITE
def test_reactivation_comes_too_late_for_what_is_destroyed_or_given_up(scene: Scene) -> None:
    destroyed = scene.running()
    scene.end(destroyed)
    scene.settle()
    (abandoned,) = scene.released("bad", on_failure="refund")
    while not scene.resource(abandoned).remedy:
        assert scene.work(1)
    for service in (abandoned, destroyed):
        scene.clock.advance(timedelta(seconds=1))
        event = scene.resume_event(service, reactivated=True)
        scene.engine.run(lambda tx, event=event: on_resume_requested(tx, event), seller=scene.seller)
        scene.settle()
        assert scene.status(service) == "deprovisioned"
        assert scene.at_provider(service) == []
    assert scene.told(abandoned) == ["ServiceAbandoned"]
    healthy(scene)


@SQLITE
def test_verify_names_a_change_that_nobody_will_make(scene: Scene) -> None:
    service = scene.running()
    with database_of(scene.engine).begin() as connection:
        mine = RESOURCES.c.seller_id == scene.seller
        connection.execute(RESOURCES.update().where(mine).values(spec_version=2))
    (found,) = scene.violations()
    assert (found.kind, found.subject) == ("resource-stalled", str(scene.resource(service).id))
