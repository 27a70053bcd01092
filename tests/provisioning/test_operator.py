"""What an operator may do with a failed resource, and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.provisioning.scene import STAFF, Scene

from larabill_core.access import Actor
from larabill_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_drivers.world import Fault
from larabill_provisioning.plans.sync import sync_plan_maps
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.settings import PlanSettings

MakeScene = Callable[..., Scene]
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_retry_after_the_map_was_mended_builds(make_scene: MakeScene) -> None:
    scene = make_scene()
    (service,) = scene.release("bad")
    scene.settle()
    resource = scene.resource(service)
    scene.engine.run(_mend, seller=scene.seller)
    scene.engine.provisioning.resources.retry(scene.seller, resource.id, actor=STAFF)
    scene.settle()
    assert scene.status(service) == "active"
    assert scene.trail(service)[-4:] == ["failed", "queued", "provisioning", "active"]
    assert "staff:ops-1" in {audit.actor for audit in scene.audits(service) if audit.action == "retry"}
    assert scene.violations() == []


def _mend(tx: ProvisioningTx) -> None:
    sync_plan_maps(tx, [PlanSettings(plan="bad", account="acme", provider_plan="s1")])


@SQLITE
def test_retry_finds_what_is_there_already(scene: Scene) -> None:
    (service,) = scene.release("bad")
    scene.settle()
    resource = scene.resource(service)
    with scene.world.transaction() as tx:
        made = tx.make("resource", account="acme", ref=resource.ref, key="", body={"status": "active"})
    asked = scene.world.calls("provision")
    scene.engine.provisioning.resources.retry(scene.seller, resource.id, actor=STAFF)
    scene.settle()
    assert scene.resource(service).driver_ref == made.id
    assert scene.status(service) == "active"
    assert scene.world.calls("provision") == asked


@pytest.fixture
def lost(make_scene: MakeScene) -> tuple[Scene, UUID]:
    """A service whose create nobody knows the end of, at a provider that lists but cannot find."""
    scene = make_scene(dedupes=False, finds=False)
    scene.world.script(Fault(method="provision", what="timeout", when="after"))
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "failed"
    return scene, service


@SQLITE
def test_adopt_takes_what_the_provider_shows(lost: tuple[Scene, UUID]) -> None:
    scene, service = lost
    resource = scene.resource(service)
    (thing,) = scene.world.resources()
    adopt = scene.engine.provisioning.resources.adopt
    with pytest.raises(Conflict, match="has nothing with the id"):
        adopt(scene.seller, resource.id, "invented", actor=STAFF)
    with pytest.raises(InvalidInput):
        adopt(scene.seller, resource.id, "", actor=STAFF)
    adopt(scene.seller, resource.id, thing.id, actor=STAFF)
    scene.settle()
    after = scene.resource(service)
    assert (after.status, after.driver_ref) == ("active", thing.id)
    assert scene.told(service)[-1] == "ServiceActivated"
    assert scene.violations() == []
    assert scene.live() == []


@SQLITE
def test_adopt_of_something_suspended_resumes_it(lost: tuple[Scene, UUID]) -> None:
    scene, service = lost
    (thing,) = scene.world.resources()
    scene.world.drift_suspend(thing.ref)
    resource = scene.resource(service)
    scene.engine.provisioning.resources.adopt(scene.seller, resource.id, thing.id, actor=STAFF)
    scene.settle()
    assert scene.at_provider(service) == ["active"]
    assert scene.told(service)[-1] == "ServiceActivated"
    assert scene.violations() == []


@SQLITE
def test_what_stands_for_one_service_is_not_adopted_for_another(lost: tuple[Scene, UUID]) -> None:
    scene, service = lost
    other = scene.resource(scene.running())
    resource = scene.resource(service)
    with pytest.raises(Conflict, match="that could be it"):
        scene.engine.provisioning.resources.adopt(scene.seller, resource.id, other.driver_ref, actor=STAFF)


@SQLITE
def test_what_stands_there_under_another_s_name_is_not_adopted(lost: tuple[Scene, UUID]) -> None:
    """It was made for a service whose answer never came, which may be another seller's."""
    scene, service = lost
    (thing,) = scene.world.resources()
    (other,) = scene.release("bad")
    scene.settle()
    adopt = scene.engine.provisioning.resources.adopt
    with pytest.raises(Conflict, match="that could be it"):
        adopt(scene.seller, scene.resource(other).id, thing.id, actor=STAFF)
    adopt(scene.seller, scene.resource(service).id, thing.id, actor=STAFF)


@SQLITE
def test_abandon_removes_what_is_there_and_tells_billing_the_remedy(make_scene: MakeScene) -> None:
    scene = make_scene(provisioning={"deadline": "1m"}, async_polls=1_000_000)
    (service,) = scene.release()
    scene.settle()
    assert scene.status(service) == "failed"
    assert len(scene.world.resources()) == 1
    resource = scene.resource(service)
    scene.engine.provisioning.resources.abandon(scene.seller, resource.id, "credit", actor=STAFF)
    scene.work()
    assert scene.world.resources() == []


@SQLITE
def test_only_staff_decide_and_only_on_what_has_failed(scene: Scene) -> None:
    service = scene.running()
    resource = scene.resource(service)
    commands = scene.engine.provisioning.resources
    customer = Actor(kind="customer", id="c-1", customer_id=scene.customer)
    for command in (
        lambda actor: commands.retry(scene.seller, resource.id, actor=actor),
        lambda actor: commands.abandon(scene.seller, resource.id, "credit", actor=actor),
        lambda actor: commands.adopt(scene.seller, resource.id, resource.driver_ref, actor=actor),
    ):
        with pytest.raises(Conflict, match="it is active"):
            command(STAFF)
        with pytest.raises(Forbidden):
            command(customer)
    with pytest.raises(Forbidden):
        commands.change_plan(scene.seller, resource.id, billing_plan="large", spec={}, actor=customer)
    with pytest.raises(InvalidInput, match="credit or refund"):
        commands.abandon(scene.seller, resource.id, "nothing", actor=STAFF)
    with pytest.raises(NotFound):
        commands.get(new_id(), resource.id)
