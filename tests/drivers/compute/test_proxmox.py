"""The driver `proxmox` holds to the contract, whatever the cluster does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import httpx
import pytest
from tests.drivers.specs import spec_path

from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.compute.proxmox.driver import Proxmox
from larabill_drivers.compute.proxmox.fake import CONTAINERS, SECRET, FakeProxmox
from larabill_drivers.compute.proxmox.fake_tasks import USER
from larabill_drivers.compute.proxmox.settings import ProxmoxSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.fault_matrix import LATER, LOST
from larabill_drivers.testing.pve_schema import PveSchema
from larabill_drivers.world import Fault
from larabill_drivers.world.http_api import FakeApi

SETTINGS = ProxmoxSettings(
    base_url="https://pve.example.com:8006",
    token_id=USER,
    token_secret=Secret(SECRET),
    regions={"fra": ("pve1", "pve2")},
)
MACHINE: dict[str, Any] = {"template": "9000", "memory": 2048, "disk": 20, "cores": 2, "ip": "ip=dhcp", "user": "admin"}
CONTAINER: dict[str, Any] = {
    "kind": "lxc",
    "template": CONTAINERS,
    "memory": 512,
    "disk": 8,
    "storage": "local-zfs",
    "network": "name=eth0,bridge=vmbr0,ip=dhcp",
}


@cache
def pve_schema() -> PveSchema:
    return PveSchema(spec_path("proxmox.json"))


class TestProxmox(BehindHttp):
    fake = FakeProxmox
    region = "fra"
    config = MACHINE
    other_config: ClassVar[dict[str, Any]] = {**MACHINE, "memory": 4096, "disk": 40}

    @pytest.fixture
    def schema(self) -> PveSchema:
        return pve_schema()

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Proxmox:
        return Proxmox(SETTINGS, account="main", clock=clock, transport=transport)


class TestContainers(TestProxmox):
    """Made in another way, and otherwise treated as VMs are: the long tests are of their making only."""

    config = CONTAINER
    other_config: ClassVar[dict[str, Any]] = {**CONTAINER, "memory": 1024, "disk": 16}

    @pytest.mark.parametrize("action", ["provision"])
    @pytest.mark.parametrize("faults", [LOST, LATER], ids=["lost", "later"])
    def test_whatever_is_lost_it_comes_to_its_end_once(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str, faults: tuple[Fault, ...]
    ) -> None:
        super().test_whatever_is_lost_it_comes_to_its_end_once(providers, clock, action, faults)

    @pytest.mark.parametrize("action", ["provision"])
    def test_wherever_an_answer_is_cut_it_comes_to_its_end_once(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str
    ) -> None:
        super().test_wherever_an_answer_is_cut_it_comes_to_its_end_once(providers, clock, action)
