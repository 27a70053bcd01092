"""Drift, strays, webhooks and what `verify` finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.provisioning.scene import Scene

from larabill_core.contracts.outcome import Done
from larabill_core.errors import ConfigurationError, InvalidInput, NotFound, Unverified
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.privacy import Secret
from larabill_drivers.world import Fault, Thing
from larabill_provisioning.plans.model import PlanMap, choose
from larabill_provisioning.plans.sync import sync_plan_maps
from larabill_provisioning.reconcile.look import look
from larabill_provisioning.reconcile.sync import SyncDue, _batch, _note
from larabill_provisioning.settings import PlanSettings, ProvisioningSettings
from larabill_provisioning.webhooks import LARGEST_BODY
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.provisioning.resources import RESOURCES
from larabill_sqlalchemy.storage import OF_ALL_SELLERS

MakeScene = Callable[..., Scene]
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
HOOK_SECRET = Secret("hook-secret-canary-7")


def sync(scene: Scene) -> None:
    """One period later."""
    scene.clock.advance(timedelta(hours=1))
    scene.engine.tick()
    scene.work()


def stray(scene: Scene) -> Thing:
    with scene.world.transaction() as tx:
        return tx.make("resource", account="acme", ref="lb-stray", key="", body={"status": "active"})


def test_drift_is_found_in_one_period_and_nothing_is_mended_by_itself(scene: Scene) -> None:
    """F32."""
    lost, suspended, healthy, resumed = (scene.running() for _ in range(4))
    scene.overdue(resumed, 1)
    scene.settle()
    scene.world.drift_delete(scene.resource(lost).ref)
    scene.world.drift_suspend(scene.resource(suspended).ref)
    with scene.world.transaction() as tx:
        (thing,) = tx.things("resource", account="acme", ref=scene.resource(resumed).ref)
        tx.change(thing, status="active")
    unknown = stray(scene)
    effects = [call for call in scene.world.calls() if call.phase == "effect"]
    sync(scene)
    assert [scene.resource(service).drift for service in (lost, suspended, healthy, resumed)] == [
        "lost",
        "suspended-there",
        "",
        "active-there",
    ]
    assert scene.resource(healthy).last_synced_at == scene.clock.now()
    (seen,) = scene.engine.provisioning.resources.strays()
    assert (seen.account, seen.driver_ref) == ("acme", unknown.id)
    assert [call for call in scene.world.calls() if call.phase == "effect"] == effects
    kinds = {violation.kind for violation in scene.live()}
    assert kinds == {"lost", "suspended-there", "active-there", "stray"}
    sync(scene)
    drifts = [audit for audit in scene.audits(lost) if audit.action == "drift"]
    assert len(drifts) == 1, "told once, not every hour"
    (again,) = scene.engine.provisioning.resources.strays("acme")
    assert again.first_seen_at == seen.first_seen_at < again.last_seen_at
    assert scene.violations() == []


@SQLITE
def test_drift_that_is_over_is_taken_back(scene: Scene) -> None:
    service = scene.running()
    scene.world.drift_suspend(scene.resource(service).ref)
    sync(scene)
    with scene.world.transaction() as tx:
        (thing,) = tx.things("resource", account="acme", ref=scene.resource(service).ref)
        tx.change(thing, status="active")
    sync(scene)
    assert scene.resource(service).drift == ""
    assert [audit.action for audit in scene.audits(service)][-1] == "drift_over"


@SQLITE
@pytest.mark.parametrize("kind", [{"finds": False}, {"lists": False}], ids=str)
def test_provider_that_can_only_find_or_only_list_is_compared_too(make_scene: MakeScene, kind: dict[str, bool]) -> None:
    scene = make_scene(**kind)
    service = scene.running()
    scene.world.drift_delete(scene.resource(service).ref)
    sync(scene)
    assert scene.resource(service).drift == "lost"


@SQLITE
def test_provider_that_cannot_be_asked_says_nothing_about_drift(scene: Scene) -> None:
    service = scene.running()
    scene.world.script(Fault(method="list", what="timeout", times=3))
    sync(scene)
    assert scene.resource(service).drift == ""
    assert scene.resource(service).last_synced_at is None
    assert [violation.kind for violation in scene.live()] == ["account-unreachable"]


def test_webhook_shortens_the_wait_for_a_poll(make_scene: MakeScene) -> None:
    scene = make_scene(async_polls=1_000)
    (service,) = scene.release()
    scene.work()
    assert scene.status(service) == "provisioning"
    scene.world.finish(scene.resource(service).ref)
    receive = scene.engine.provisioning.webhooks.receive
    results: list[str] = []

    def send(headers: object, body: bytes) -> None:
        results.append(receive("acme", headers, body))

    scene.world.deliver_webhooks(send, secret=HOOK_SECRET, at=scene.clock.now(), times=3)
    assert results == ["hurried", "duplicate", "duplicate"]
    scene.work()
    assert scene.status(service) == "active"
    scene.settle()
    assert scene.violations() == []


@SQLITE
def test_webhook_about_something_at_rest_looks_at_it(scene: Scene) -> None:
    service = scene.running()
    scene.world.drift_suspend(scene.resource(service).ref)
    receive = scene.engine.provisioning.webhooks.receive
    results: list[str] = []
    scene.world.deliver_webhooks(
        lambda headers, body: results.append(receive("acme", headers, body)),
        secret=HOOK_SECRET,
        at=scene.clock.now(),
    )
    scene.work()
    assert results == ["checking"]
    assert scene.resource(service).drift == "suspended-there"


@SQLITE
def test_webhook_that_is_not_believed_changes_nothing(scene: Scene) -> None:
    scene.running()
    receive = scene.engine.provisioning.webhooks.receive
    before = scene.jobs(*JobStatus)
    with pytest.raises(Unverified):
        scene.world.deliver_webhooks(
            lambda headers, body: receive("acme", headers, body), secret=Secret("wrong"), at=scene.clock.now()
        )
    with pytest.raises(Unverified, match="at most"):
        receive("acme", {}, b"x" * (LARGEST_BODY + 1))
    with pytest.raises(NotFound):
        receive("nobody", {}, b"{}")
    assert scene.jobs(*JobStatus) == before


PLANTS = {
    "service-has-two-resources": None,
    "driver-ref-shared": None,
    "resource-without-driver-ref": {"driver_ref": None, "standing_ref": None},
    "status-without-audit": {"status": "suspended"},
    "illegal-move": None,
    "active-unconfirmed": None,
    "resource-stalled": {"status": "suspending"},
}


@SQLITE
@pytest.mark.parametrize("kind", PLANTS)
def test_verify_names_what_is_planted(scene: Scene, kind: str) -> None:
    first, second = scene.running(), scene.running()
    assert scene.violations() == []
    resource, other = scene.resource(first), scene.resource(second)
    with database_of(scene.engine).begin() as connection:
        plant(connection, kind, resource.id, other.id)
    assert kind in {violation.kind for violation in scene.violations()}


def plant(connection: sa.Connection, kind: str, resource: UUID, other: UUID) -> None:
    connection = connection.execution_options(**OF_ALL_SELLERS)
    one = sa.update(RESOURCES).where(RESOURCES.c.id == resource)
    changes = PLANTS[kind]
    if changes is not None:
        connection.execute(one.values(changes))
    elif kind == "service-has-two-resources":
        connection.exec_driver_sql("DROP INDEX uq_larabill_resources_service_id")
        theirs = sa.select(RESOURCES.c.service_id).where(RESOURCES.c.id == other).scalar_subquery()
        connection.execute(one.values(service_id=theirs))
    elif kind == "driver-ref-shared":
        theirs = sa.select(RESOURCES.c.driver_ref).where(RESOURCES.c.id == other).scalar_subquery()
        connection.execute(one.values(driver_ref=theirs))
    elif kind == "active-unconfirmed":
        connection.exec_driver_sql("DELETE FROM larabill_operations")
    else:
        columns = "id, seller_id, resource_id, actor, action, before, after, at, metadata"
        connection.exec_driver_sql(
            f"INSERT INTO larabill_provision_audits ({columns}) "
            "SELECT ?, seller_id, id, 'x', 'x', 'pending', 'active', updated_at, '{}' FROM larabill_resources "
            "WHERE id = ?",
            (new_id().bytes, resource.bytes),
        )


def plan_map(region: str) -> PlanMap:
    return PlanMap(
        id=new_id(), seller_id=new_id(), billing_plan="small", account="a", provider_plan_code=region, region=region
    )


def test_map_of_the_region_is_chosen_before_the_one_for_any() -> None:
    maps = [plan_map("*"), plan_map("eu")]
    assert choose(maps, "small", "eu") is maps[1]
    assert choose(maps, "small", "us") is maps[0]
    assert choose(maps[1:], "small", "us") is None
    assert choose(maps, "large", "eu") is None


@SQLITE
def test_plan_maps_follow_the_manifest(scene: Scene) -> None:
    plans = scene.engine.provisioning.plans
    assert plans.sync(scene.seller) == 0
    wanted = [PlanSettings(plan="small", account="acme", provider_plan="s2"), *ONE_NEW]
    changed = scene.engine.run(lambda tx: sync_plan_maps(tx, wanted), seller=scene.seller)
    assert changed == 5
    assert [(each.billing_plan, each.provider_plan_code) for each in plans.list(scene.seller)] == [
        ("new", "n1"),
        ("small", "s2"),
    ]


ONE_NEW = [PlanSettings(plan="new", account="acme", provider_plan="n1")]


@SQLITE
def test_maps_to_accounts_that_are_not_there_are_refused_all_at_once(scene: Scene) -> None:
    wanted = [PlanSettings(plan=plan, account="nobody", provider_plan="x") for plan in ("a", "b")]
    with pytest.raises(ConfigurationError) as caught:
        scene.engine.run(lambda tx: sync_plan_maps(tx, wanted), seller=scene.seller)
    assert [fault.path for fault in caught.value.faults] == [
        "provisioning.plans[0].account",
        "provisioning.plans[1].account",
    ]


def test_settings_report_all_faults_at_once() -> None:
    twice = PlanSettings(plan="a", account="x", provider_plan="y")
    with pytest.raises(InvalidInput) as caught:
        ProvisioningSettings(plans=(twice, twice, PlanSettings(plan="", account="x", provider_plan="")), max_attempts=0)
    assert [fault.path for fault in caught.value.faults] == [
        "max_attempts",
        "plans[1].plan",
        "plans[2].plan",
        "plans[2].provider_plan",
    ]


@SQLITE
def test_what_changed_while_we_looked_is_no_drift(scene: Scene) -> None:
    service = scene.running()
    due = SyncDue(account="acme")
    batch = scene.engine.run(lambda tx: _batch(tx, due), seller=scene.seller)
    seen = look(scene.engine.drivers.get("acme"), [resource.ref for resource in batch])
    scene.overdue(service, 1)
    scene.settle()
    scene.engine.run(lambda tx: _note(tx, batch, seen), seller=scene.seller)
    assert scene.resource(service).drift == ""
    assert scene.resource(service).last_synced_at is None, "it is not what was read"


@SQLITE
def test_provider_that_gives_one_id_to_two_services_is_not_believed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scene.resource(scene.running())
    monkeypatch.setattr(
        scene.engine.drivers.get("acme"), "provision", lambda request: Done(ref=first.driver_ref), raising=True
    )
    (service,) = scene.release()
    scene.settle()
    resource = scene.resource(service)
    assert (resource.status, resource.driver_ref) == ("failed", None)
    assert "stands for another service" in resource.last_error
    assert scene.violations() == []
