"""A pretended SynergyCP panel for the tests, a driver at it, and what happens there meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx
from tests.drivers.asking import SERVICE, provision_request, resource_request

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done
from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.privacy import Secret
from larabill_drivers.dedicated.synergycp.fake import KEY, FakeSynergyCp
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings
from larabill_drivers.dedicated.synergycp.sign_on import make
from larabill_drivers.world.serving import InProcess

CONFIG: Mapping[str, Any] = {
    "cpu": "CPU-E3",
    "memory": "MEM-32",
    "disks": ["SSD-1", "SSD-1"],
    "ips": "IP-29",
    "image": "OS-DEB12",
}
CONTACT = Contact(customer_id=UUID(int=0xC0FFEE), name="Canary Person", email="canary.person@example.com")
REF = f"lb-{SERVICE.hex}"


class Between(httpx.BaseTransport):
    """Lets `act` happen at the panel just before a request of `pattern` ("POST /server/provision"), `times` times."""

    def __init__(self, panel: FakeSynergyCp, pattern: str, act: Callable[[], None], times: int = 1) -> None:
        self._inner, self._pattern, self._act, self._times = InProcess(panel), pattern, act, times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._times and re.fullmatch(self._pattern, f"{request.method} {request.url.path}"):
            self._times -= 1
            self._act()
        return self._inner.handle_request(request)


class Saying(httpx.BaseTransport):
    """Answers every request so."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request)


def said(status: int, body: Any) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(body).encode()))


def opened(panel: FakeSynergyCp, transport: httpx.BaseTransport | None = None, **settings: Any) -> Any:
    given = {"base_url": "https://api.example.com", "api_key": Secret(KEY), **settings}
    transport = transport or InProcess(panel)
    return make(SynergyCpSettings(**given), account="main", clock=panel.clock, transport=transport)


def request(saved: list[Mapping[str, Any]] | None = None, **changes: Any) -> ProvisionRequest:
    saves = saved if saved is not None else []
    given: dict[str, Any] = {"config": CONFIG, "contact": CONTACT, "save_progress": saves.append, **changes}
    return provision_request(REF, **given)


def built(driver: Any) -> ResourceRequest:
    done = driver.provision(request())
    assert isinstance(done, Done), done
    return resource_request(REF, done.ref or "")


def change(panel: FakeSynergyCp, kind: str, number: int, **body: Any) -> None:
    with panel.world.transaction() as tx:
        [found] = [each for each in tx.things(kind, account="synergycp") if each.body["number"] == number]
        tx.change(found, **body)


def sell(panel: FakeSynergyCp, number: int, ref: str | None = "4711") -> None:
    """Somebody else takes a machine from the inventory."""
    change(panel, "server", number, client=99, billing_id=ref)
    with panel.world.transaction() as tx:
        panel.add_access(tx, number, 99, is_primary=True)


def server_of(panel: FakeSynergyCp, number: int) -> Mapping[str, Any]:
    [found] = [each.body for each in panel.things("server") if each.body["number"] == number]
    return dict(found)
