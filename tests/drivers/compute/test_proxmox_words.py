"""Proxmox's words and its schema, our handles and settings: what is taken for what."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest
from tests.drivers.compute.test_proxmox import SETTINGS, pve_schema

from larabill_core.contracts.outcome import Failed, Manual, Unknown
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.testing.clock import ManualClock
from larabill_drivers.compute.proxmox import answers
from larabill_drivers.compute.proxmox.driver import Proxmox
from larabill_drivers.compute.proxmox.fake import CONTAINERS, FakeProxmox
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSettings, ProxmoxSpec
from larabill_drivers.compute.proxmox.work import Work, parse_handle
from larabill_drivers.http import Answer
from larabill_drivers.world import FakeWorld
from larabill_drivers.world.http_api import Reply, Request
from larabill_drivers.world.serving import InProcess

KEY = f"ssh-ed25519 {'A' * 68} me@example.com"
UPID = "UPID:pve1:00001000:00007000:697DF5C0:qmstart:101:larabill@pve!billing:"


@pytest.fixture
def pve(clock: ManualClock) -> FakeProxmox:
    return FakeProxmox(FakeWorld.open(":memory:"), clock=clock, schema=pve_schema())


@pytest.fixture
def driver(pve: FakeProxmox, clock: ManualClock) -> Proxmox:
    return Proxmox(SETTINGS, account="main", clock=clock, transport=InProcess(pve))


# Its words


def said(status: int, message: str = "", errors: Any = None, phrase: str = "") -> Answer:
    body = {"data": None, **({"message": message} if message else {}), **({"errors": errors} if errors else {})}
    return Answer(status=status, headers=httpx.Headers(), body=json.dumps(body).encode(), phrase=phrase)


@pytest.mark.parametrize(
    ("answer", "kind", "retryable"),
    [
        (said(500, "VM is locked (clone)\n"), Failed, True),
        (said(500, phrase="VM is locked (clone)"), Failed, True),
        (said(500, "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout"), Failed, True),
        (said(500, "detected modified configuration - file changed by other user? Try again."), Failed, True),
        (said(500, "VM 101 is running - destroy failed"), Failed, False),
        (said(501, "Method 'PUT /x' not implemented"), Failed, False),
        (said(400, "Parameter verification failed.", {"cipassword": "secret-echoed"}), Failed, False),
        (Answer(status=400, headers=httpx.Headers(), body=b"<html>"), Unknown, False),
        (Answer(status=400, headers=httpx.Headers(), body=b'{"data": 1, "message": "x"}'), Unknown, False),
    ],
)
def test_which_no_is_a_no(driver: Proxmox, answer: Answer, kind: type[Any], retryable: bool) -> None:
    end = driver._cluster.api.refused(answer)
    assert isinstance(end, kind)
    assert getattr(end, "retryable", False) is retryable
    assert "echoed" not in str(end)


@pytest.mark.parametrize("words", ["got timeout", "unexpected error", "rbd error: rbd: listing images failed"])
def test_a_500_of_other_words_decides_nothing(driver: Proxmox, words: str) -> None:
    assert not driver._cluster.api.decided(said(500, words))
    assert not driver._cluster.api.decided(said(596, "VM is locked (clone)"))


def test_a_disk_in_the_way_is_no_taken_id() -> None:
    assert answers.is_taken("unable to create VM 101: config file already exists", 101)
    assert answers.is_taken("CT 101 already exists on node 'pve1'", 101)
    assert not answers.is_taken("unable to create VM 1101: config file already exists", 101)
    assert not answers.is_taken("disk image '/x/vm-101-disk-0.raw' already exists", 101)


@pytest.mark.parametrize(
    ("drive", "size"),
    [
        ("a:b,size=20G", 20 << 30),
        ("a:b,size=528K", 528 << 10),
        ("a:b,size=2.5G", 5 << 29),
        ("a:b", 0),
        ("a:b,size=x", 0),
    ],
)
def test_sizes_of_disks(drive: str, size: int) -> None:
    assert answers.size_of(drive) == size


# Handles and settings


def test_a_handle_comes_back_as_it_was() -> None:
    work = Work(step="grow", kind="qemu", vmid=101, upid=UPID, device="scsi0", gib=20, words="it's no: größer, 50 %")
    assert parse_handle(work.handle) == work
    assert parse_handle(Work(step="boot", kind="lxc", vmid=999_999_999).handle) is not None
    longest = attrs.evolve(work, words="ü" * 500)
    assert len(longest.handle) <= 500
    assert parse_handle(longest.handle) is not None


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "look",
        UPID,
        f"burn qemu/101 - {UPID} ",
        f"on qemu/../x - {UPID} ",
        "on qemu/101 - UPID:../../x:1:2:3:a:b:c: ",
    ],
)
def test_no_other_handle_is_followed(driver: Proxmox, pve: FakeProxmox, handle: str) -> None:
    assert isinstance(driver.poll(handle, "lb-" + "0" * 32), Manual)
    assert pve.asked == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: attrs.evolve(SETTINGS, token_id="root@pam"),
        lambda: attrs.evolve(SETTINGS, first_id=99),
        lambda: attrs.evolve(SETTINGS, first_id=500, last_id=400),
        lambda: attrs.evolve(SETTINGS, regions={"fra": ()}),
        lambda: attrs.evolve(SETTINGS, regions={"fra": ("pve1/../x",)}),
        lambda: attrs.evolve(SETTINGS, pool="a b"),
        lambda: ProxmoxConfig(template="debian", memory=1024, disk=10),
        lambda: ProxmoxConfig(template="9000", memory=1, disk=0, cores=0),
        lambda: ProxmoxConfig(template="9000", memory=1024, disk=10, storage="local"),
        lambda: ProxmoxConfig(template=CONTAINERS, memory=1024, disk=10, kind="lxc"),
        lambda: ProxmoxConfig(template="9000", memory=1024, disk=10, user="root; x", disk_device="ide2"),
        lambda: ProxmoxSpec(ssh_keys=(KEY,) * 21),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInput):
        make()


def test_a_lost_look_is_no_nothing(driver: Proxmox, pve: FakeProxmox) -> None:
    pve.resources = lambda tx, request: Reply(status=500, body={"data": None, "message": "x does not exist"})  # type: ignore[method-assign]
    with pytest.raises(RetryLater):
        driver.find("lb-" + "0" * 32)


# Its schema


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (b"full=true", "full: is no boolean"),
        (b"speed=1", "speed: property is not defined"),
        (b"name=a_b", "name: is no dns-name"),
        (b"newid=99", "newid: is out of bounds"),
        (b"storage=x&storage=y", "given twice"),
        (b"format=iso", "format: is not one of"),
    ],
)
def test_the_schema_is_strict(form: bytes, fault: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = form if b"newid" in form else form + b"&newid=101"
    request = Request(method="POST", path="/api2/json/nodes/pve1/qemu/9000/clone", headers=headers, body=body)
    (found,) = pve_schema().request_faults(request)
    assert fault in found


def test_the_schema_knows_property_strings() -> None:
    def faults(net0: str) -> list[str]:
        request = Request(
            method="PUT",
            path="/api2/json/nodes/pve1/qemu/101/config",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=str(httpx.QueryParams({"net0": net0})).encode(),
        )
        return pve_schema().request_faults(request)

    assert faults("virtio,bridge=vmbr0,tag=7") == []
    assert faults("virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1") == []
    assert faults("virtio,bridge=vmbr0,tag=5000") == ["net0.tag: is out of bounds"]
    assert faults("virtio,speed=1") == ["net0.speed: property is not defined in schema"]


def test_the_settings_show_no_secret() -> None:
    assert "0f6d2a1e" not in repr(SETTINGS)
    assert isinstance(SETTINGS, ProxmoxSettings)
