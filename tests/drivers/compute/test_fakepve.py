"""Somebody else's idea of Proxmox VE: `fakepve` checks parameters and rights by Proxmox's own schema, in its words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from larabill_core.clock import SystemClock
from larabill_core.contracts.outcome import Done, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_drivers.compute.proxmox.driver import Proxmox
from larabill_drivers.compute.proxmox.settings import ProxmoxSettings

pytestmark = pytest.mark.skipif(
    find_spec("fakepve") is None and os.environ.get("CI") != "true", reason="fakepve is not installed"
)

SERVER = Path(__file__).with_name("pve_process.py")
CONFIG: dict[str, Any] = {"template": "9000", "memory": 2048, "disk": 20, "cores": 2, "ip": "ip=dhcp", "user": "admin"}
KEY = f"ssh-ed25519 {'A' * 68} me@example.com"
MOST_POLLS = 500
AT_ONCE = 10


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Where it listens, and whom to trust."""
    command = [sys.executable, str(SERVER), str(tmp_path_factory.mktemp("pve"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def open_driver(address: dict[str, Any], **more: Any) -> Proxmox:
    settings = ProxmoxSettings(
        base_url=address["base_url"],
        ca_file=Path(address["ca_file"]),
        token_id="larabill@pve!billing",
        token_secret=Secret("5a0c4c0e-3b52-4f7e-8d0d-2f6f6b1f9a11"),
        **more,
    )
    return Proxmox(settings, account="main", clock=SystemClock())


def order(driver: Proxmox, service: UUID) -> ProvisionRequest:
    return ProvisionRequest(
        ref=driver.ref_for(service),
        key=f"{service}:provision:1:attempt_1",
        service_id=service,
        plan_code="small",
        region="",
        spec={"hostname": f"vm-{service.hex[-6:]}.example.com", "ssh_keys": [KEY]},
        config=CONFIG,
        contact=None,
        password=Secret("a-Passw0rd & more"),
        progress={},
        save_progress=lambda progress: None,
    )


def settle(driver: Proxmox, outcome: Outcome, ref: str) -> Outcome:
    for _ in range(MOST_POLLS):
        if not isinstance(outcome, Pending):
            return outcome
        outcome = driver.poll(outcome.handle, ref)
        assert not isinstance(outcome, Unknown), outcome
    pytest.fail("it comes to no end")


def build(driver: Proxmox, service: UUID) -> str:
    done = settle(driver, driver.provision(order(driver, service)), driver.ref_for(service))
    assert isinstance(done, Done), done
    assert done.ref is not None
    return done.ref


def change(driver: Proxmox, service: UUID, ref: str, action: str, **config: Any) -> None:
    request = ResourceRequest(
        ref=driver.ref_for(service),
        key=f"{service}:{action}:2:attempt_1",
        service_id=service,
        driver_ref=ref,
        plan_code="small",
        spec={},
        config={**CONFIG, **config},
    )
    outcome = settle(driver, getattr(driver, action)(request), request.ref)
    assert isinstance(outcome, Done), outcome


def test_a_vm_from_its_order_to_its_end(address: dict[str, Any]) -> None:
    driver, service = open_driver(address), new_id()
    ref = build(driver, service)

    def status() -> RemoteStatus | None:
        found = driver.find(driver.ref_for(service))
        assert found is None or found.driver_ref == ref
        return found.status if found else None

    assert status() is RemoteStatus.ACTIVE
    change(driver, service, ref, "resize", memory=4096, disk=40, cores=4)
    assert status() is RemoteStatus.ACTIVE
    change(driver, service, ref, "suspend")
    assert status() is RemoteStatus.SUSPENDED
    change(driver, service, ref, "resume")
    assert status() is RemoteStatus.ACTIVE
    for action in ("stop", "start", "restart"):
        change(driver, service, ref, action)
    assert {reading.metric for reading in driver.usage(ref)} >= {"traffic_in", "traffic_out"}
    assert driver.health(ref).state == "ok"
    change(driver, service, ref, "deprovision")
    assert status() is None


def test_what_was_told_is_what_stands(address: dict[str, Any]) -> None:
    driver, service = open_driver(address), new_id()
    kind, _, vmid = build(driver, service).partition("/")
    guest = driver._cluster.guest(kind, int(vmid))
    assert guest is not None
    assert guest.name == f"vm-{service.hex[-6:]}.example.com"
    assert guest.tags == {driver.ref_for(service)}
    assert guest.user == "admin"
    assert guest.description == f"LaraBill {driver.ref_for(service)}"


def test_ten_creates_at_once_take_ten_ids(address: dict[str, Any]) -> None:
    """Of a range with room for twelve: they all see the same ids free, and most are taken when they come to ask."""
    driver = open_driver(address, first_id=500, last_id=511)
    services = [new_id() for _ in range(AT_ONCE)]
    barrier, refs = threading.Barrier(AT_ONCE), dict[UUID, str]()

    def create(service: UUID) -> None:
        barrier.wait()
        refs[service] = build(driver, service)

    threads = [threading.Thread(target=create, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(refs.values())) == AT_ONCE, refs
    listed = {found.ref: found.driver_ref for found in driver.list_resources()}
    assert {driver.ref_for(service): refs[service] for service in services}.items() <= listed.items()
