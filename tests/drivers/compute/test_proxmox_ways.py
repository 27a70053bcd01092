"""What is special to Proxmox: ids that race, clones that are locked, 500 for everything, tasks that fail later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.compute.test_proxmox import CONTAINER, MACHINE, SETTINGS, pve_schema

from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.compute.proxmox.driver import Proxmox
from larabill_drivers.compute.proxmox.fake import CONTAINERS, FakeProxmox
from larabill_drivers.compute.proxmox.sealed import unseal
from larabill_drivers.testing.caller import Caller
from larabill_drivers.testing.provisioner import PASSWORD, ProvisionerContract
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.http_api import Reply, Request
from larabill_drivers.world.serving import InProcess

KEY = f"ssh-ed25519 {'A' * 68} me@example.com"
ASK = ProvisionerContract()


@pytest.fixture
def pve(clock: ManualClock) -> FakeProxmox:
    return FakeProxmox(FakeWorld.open(":memory:"), clock=clock, schema=pve_schema())


@pytest.fixture
def service() -> UUID:
    return new_id()


def driver_for(pve: FakeProxmox, clock: ManualClock, **settings: Any) -> Proxmox:
    changed = attrs.evolve(SETTINGS, **settings)
    return Proxmox(changed, account="main", clock=clock, transport=InProcess(pve))


@pytest.fixture
def driver(pve: FakeProxmox, clock: ManualClock) -> Proxmox:
    return driver_for(pve, clock)


def caller(driver: Proxmox, clock: ManualClock) -> Caller:
    def wait(for_: timedelta) -> None:
        clock.advance(for_)

    return Caller(driver, wait)


def order(driver: Proxmox, clock: ManualClock, service: UUID, **changes: Any) -> Outcome:
    """A create, to its end."""
    request = ASK.provision_request(driver, service, **{"config": MACHINE, **changes})
    return caller(driver, clock).provision(request)


def build(driver: Proxmox, clock: ManualClock, service: UUID, **changes: Any) -> Done:
    done = order(driver, clock, service, **changes)
    assert isinstance(done, Done), done
    return done


def change(driver: Proxmox, clock: ManualClock, service: UUID, built: Done, action: str, **changes: Any) -> Outcome:
    request = attrs.evolve(ASK.resource_request(driver, service, built, action), **{"config": MACHINE, **changes})
    return caller(driver, clock).change(action, request)


def edit(pve: FakeProxmox, id: str, **body: Any) -> None:
    """Somebody does something at the cluster."""
    with pve.world.transaction() as tx:
        guest = tx.get("proxmox", id)
        assert guest is not None
        tx.change(guest, **body)


def config_of(pve: FakeProxmox, built: Done) -> dict[str, Any]:
    (found,) = [guest for guest in pve.things("guest") if guest.id == built.ref]
    return dict(found.body["config"])


# Creating


def test_a_vm_is_told_all_that_was_ordered(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    spec = {"hostname": "www.example.com", "ssh_keys": [KEY], "memory": 1024, "disk": 5}
    built = build(driver, clock, service, spec=spec)
    config = config_of(pve, built)
    assert built.facts == {
        "vmid": built.ref[5:] if built.ref else "",
        "hostname": "www.example.com",
        "username": "admin",
    }
    assert config["tags"] == f"golden;{driver.ref_for(service)}"
    assert (config["cores"], config["memory"], config["onboot"]) == (2, "3072", 1)
    assert config["scsi0"].endswith("size=25G")
    assert config["sshkeys"] == "ssh-ed25519%20" + "A" * 68 + "%20me%40example.com"
    assert config["description"] == f"LaraBill {driver.ref_for(service)}"


def test_the_password_waits_sealed_in_the_clone(pve: FakeProxmox, driver: Proxmox, service: UUID) -> None:
    ref = driver.ref_for(service)
    longest = {"ssh_keys": [f"ssh-rsa {'/' * 1400} a", f"ssh-rsa {'/' * 1500} a"], "hostname": "a" * 63}
    assert isinstance(driver.provision(ASK.provision_request(driver, service, config=MACHINE, spec=longest)), Pending)
    (clone,) = pve.things("task")
    description = clone.body["config"]["description"]
    assert len(description) <= 8192  # what Proxmox takes
    assert PASSWORD not in description
    orders = unseal(description, ref, SETTINGS.token_secret)
    assert orders is not None
    assert orders["cipassword"] == PASSWORD
    assert unseal(description, "lb-" + "0" * 32, SETTINGS.token_secret) is None
    assert unseal(description, ref, Secret("another")) is None
    assert unseal("somebody's words", ref, SETTINGS.token_secret) is None


def test_a_clone_of_another_secret_is_gone_on_with_by_the_next_try(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    request = ASK.provision_request(driver, service, config=MACHINE)
    begun = driver.provision(request)
    assert isinstance(begun, Pending)
    clock.advance(SETTINGS.shutdown_timeout)
    renewed = Proxmox(
        attrs.evolve(SETTINGS, token_secret=Secret("renewed")), account="main", clock=clock, transport=InProcess(pve)
    )
    pve.login = lambda request: None  # type: ignore[method-assign]
    stuck = renewed.poll(begun.handle, request.ref)
    assert isinstance(stuck, Manual)
    assert "another secret" in stuck.reason
    assert isinstance(order(renewed, clock, service), Done)
    assert pve.standing() == [request.ref]


def test_ids_are_of_our_range_and_race_with_nobody(pve: FakeProxmox, clock: ManualClock) -> None:
    driver = driver_for(pve, clock, first_id=500, last_id=502)
    services = [new_id() for _ in range(3)]
    refs = {build(driver, clock, service).ref for service in services}
    assert refs == {"qemu/500", "qemu/501", "qemu/502"}
    full = driver.provision(ASK.provision_request(driver, new_id(), config=MACHINE))
    assert isinstance(full, Failed)
    assert (full.code, full.retryable) == ("no_id", True)


def test_an_id_that_is_taken_meanwhile_is_left_to_whom_it_has(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    """The list does not show the other one: only "already exists" says that it is there."""
    with pve.world.transaction() as tx:
        pve.resources(tx, Request(method="GET", path="/"))
    hidden: list[int] = []
    send = pve.clone

    def clone(tx: Any, request: Request, node: str, vmid: str) -> Reply:
        if not hidden:
            hidden.append(int(request.form["newid"]))
            pve._make(tx, "qemu", hidden[0], "pve2", ref="", config={"name": "somebody-elses"})
        return send(tx, request, node, vmid)

    pve.clone = clone  # type: ignore[method-assign]
    built = build(driver, clock, service)
    assert built.ref != f"qemu/{hidden[0]}"
    assert sorted(pve.standing()) == ["", driver.ref_for(service)]


def test_a_clone_whose_answer_was_lost_is_known_by_its_id_alone(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    """While it is cloned it shows neither name nor tag: whoever forgets the id would build a second one."""
    noted: dict[str, Any] = {}
    pve.world.script(Fault(method="POST /nodes/{node}/qemu/{vmid}/clone", what="timeout", when="after"))
    request = ASK.provision_request(driver, service, config=MACHINE, save_progress=noted.update)
    assert isinstance(driver.provision(request), Unknown)
    again = driver.provision(attrs.evolve(request, progress=noted))
    assert isinstance(again, Pending)
    assert f"qemu/{noted['vmid']} " in again.handle
    assert pve.standing() == [request.ref]


def test_a_noted_id_that_another_has_taken_is_not_adopted(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    other = build(driver, clock, new_id())
    vmid = int((other.ref or "")[5:])
    built = order(driver, clock, service, progress={"vmid": vmid})
    first = driver.provision(ASK.provision_request(driver, new_id(), config=MACHINE, progress={"vmid": vmid}))
    assert isinstance(built, Done)
    assert isinstance(first, Pending)
    assert f"/{vmid} " not in first.handle


def test_what_is_refused_later_is_taken_back(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    """Only its task says that it cannot be started; what was never in anybody's hands is removed."""
    ends = order(driver, clock, service, config={**MACHINE, "network": "virtio,bridge=none"})
    assert isinstance(ends, Failed), ends
    assert "bridge 'none' does not exist" in ends.reason
    assert not ends.retryable
    assert pve.standing() == []


@pytest.mark.parametrize(
    ("config", "region", "code", "reason"),
    [
        ({"template": "9001"}, "fra", "bad_plan", "no template 9001"),
        ({"disk": 1}, "fra", "bad_plan", "2147483648 bytes"),
        ({"disk_device": "virtio0"}, "fra", "bad_plan", "virtio0"),
        ({}, "nowhere", "unknown_region", "nowhere"),
        ({}, "ams", "bad_plan", "not of region ams"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_made(
    pve: FakeProxmox, clock: ManualClock, config: Any, region: str, code: str, reason: str
) -> None:
    driver = driver_for(pve, clock, regions={"fra": ("pve1",), "ams": ("pve2",)})
    end = order(driver, clock, new_id(), config={**MACHINE, **config}, region=region)
    assert isinstance(end, Failed)
    assert end.code == code
    assert reason in end.reason
    assert pve.standing() == []


def test_a_bad_wish_is_refused_with_every_fault(driver: Proxmox) -> None:
    spec = {"hostname": "Not A Name", "ssh_keys": ["ssh-rsa AAAA; reboot"], "memory": -1}
    end = driver.provision(ASK.provision_request(driver, new_id(), config=MACHINE, spec=spec))
    assert isinstance(end, Failed)
    assert end.code == "bad_spec"
    assert all(field in end.reason for field in ("hostname", "ssh_keys.0", "memory"))
    end = driver.provision(ASK.provision_request(driver, new_id(), config=MACHINE, spec={"image": "beos"}))
    assert isinstance(end, Failed)
    assert end.code == "bad_spec"


def test_a_container_is_made_by_one_call(pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID) -> None:
    built = build(driver, clock, service, config=CONTAINER, region="fra")
    assert pve.counts["POST /nodes/{node}/lxc"] == 1
    assert built.facts["username"] == "root"
    assert {reading.metric for reading in driver.usage(built.ref or "")} >= {"disk", "traffic_in"}


# What stands


def test_a_guest_that_has_moved_is_found_where_it_is(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)
    edit(pve, str(built.ref), node="pve2")
    assert isinstance(change(driver, clock, service, built, "suspend"), Done)
    assert isinstance(change(driver, clock, service, built, "deprovision"), Done)
    assert pve.standing() == []


def test_what_is_locked_is_left_alone_until_it_is_not(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)
    edit(pve, str(built.ref), lock="backup")
    for action in ("suspend", "resize", "deprovision"):
        end = getattr(driver, action)(attrs.evolve(ASK.resource_request(driver, service, built), config=MACHINE))
        assert isinstance(end, Failed)
        assert end.retryable
        assert "locked" in end.reason


def test_what_is_protected_is_for_a_person(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)
    edit(pve, str(built.ref), config={**config_of(pve, built), "protection": 1})
    end = change(driver, clock, service, built, "deprovision")
    assert isinstance(end, Manual)
    assert "protection mode" in end.reason


def test_a_guest_that_we_may_not_see_is_not_gone(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    """Without VM.Audit the list is silent, and says so of nothing: the id is taken all the same."""
    built = build(driver, clock, service)
    pve.resources = lambda tx, request: Reply(body={"data": []})  # type: ignore[method-assign]
    end = change(driver, clock, service, built, "deprovision")
    assert isinstance(end, Manual)
    assert "VM.Audit" in end.reason


def test_suspended_is_off_marked_and_not_started_by_its_customer(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)
    assert isinstance(change(driver, clock, service, built, "suspend"), Done)
    config = config_of(pve, built)
    assert "lb-suspended" in config["tags"]
    assert config["onboot"] == 0
    for action in ("start", "restart"):
        end = change(driver, clock, service, built, action)
        assert isinstance(end, Failed)
        assert end.code == "suspended"
    assert isinstance(change(driver, clock, service, built, "resume"), Done)
    assert config_of(pve, built)["tags"] == f"golden;{driver.ref_for(service)}"
    assert config_of(pve, built)["onboot"] == 1


def test_switched_off_by_its_customer_it_is_as_active_as_before(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)
    assert isinstance(change(driver, clock, service, built, "stop"), Done)
    found = driver.find(driver.ref_for(service))
    assert found is not None
    assert found.status is RemoteStatus.ACTIVE
    assert driver.health(str(built.ref)).state == "down"
    state = driver.power_state(ASK.resource_request(driver, service, built))
    assert isinstance(state, Done)
    assert state.facts == {POWER: "off"}


def test_a_disk_is_never_made_smaller(pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID) -> None:
    built = build(driver, clock, service)
    end = change(driver, clock, service, built, "resize", config={**MACHINE, "disk": 10, "cores": 8})
    assert isinstance(end, Failed)
    assert end.code == "disk_shrinks"
    assert config_of(pve, built)["cores"] == 2


def test_what_is_half_built_is_listed_but_not_found(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    driver.provision(ASK.provision_request(driver, service, config=MACHINE))
    clock.advance(SETTINGS.shutdown_timeout)
    assert driver.find(driver.ref_for(service)) is None
    (listed,) = driver.list_resources()
    assert (listed.ref, listed.status) == (driver.ref_for(service), RemoteStatus.BUILDING)


# What it tells


def test_what_a_cluster_offers(pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID) -> None:
    assert [offer.code for offer in driver.regions()] == ["fra"]
    assert [offer.code for offer in driver_for(pve, clock, regions={}).regions()] == ["pve1", "pve2"]
    assert [(offer.code, offer.name) for offer in driver.plans()] == [("9000", "debian-12")]
    assert [offer.code for offer in driver.images()] == ["9000", CONTAINERS]
    assert driver.capacity("small", "fra", MACHINE) == 32
    assert driver.capacity("small", "fra", {**MACHINE, "spread": True}) == 64
    assert driver.capacity("small", "nowhere", MACHINE) is None
    build(driver, clock, service)
    assert driver.capacity("small", "fra", MACHINE) == 31


def test_traffic_counts_anew_from_every_start(
    pve: FakeProxmox, driver: Proxmox, clock: ManualClock, service: UUID
) -> None:
    built = build(driver, clock, service)

    def traffic() -> int:
        (reading,) = [each for each in driver.usage(str(built.ref)) if each.metric == "traffic_in"]
        assert (reading.unit, reading.kind) == ("byte", "counter")
        return int(reading.value)

    clock.advance(SETTINGS.shutdown_timeout * 10)
    before = traffic()
    assert isinstance(change(driver, clock, service, built, "restart"), Done)
    assert traffic() < before
