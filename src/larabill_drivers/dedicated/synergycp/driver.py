"""Servers of a SynergyCP panel: the panel's `billing.id` is our ref, on servers, and `billing_id` on clients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.customers import Contact
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_drivers.asking import Ended, look, outcome
from larabill_drivers.dedicated.synergycp.answers import Named, Server
from larabill_drivers.dedicated.synergycp.building import Builder
from larabill_drivers.dedicated.synergycp.clients import Clients
from larabill_drivers.dedicated.synergycp.panel import Panel
from larabill_drivers.dedicated.synergycp.servers import Accesses, Installs, Servers, check_active, is_ref, number
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings, wanted
from larabill_drivers.dedicated.synergycp.stock import Stock

INSTALLING = timedelta(minutes=2)
"""How long to leave a server that is being installed alone."""
PARTS = ("cpu", "mem", "disk", "add-on")


class SynergyCp:
    """One panel. It does not deduplicate: the driver looks for the ref, and asks for the same server again."""

    name = "synergycp"
    dedupes = False

    def __init__(
        self,
        settings: SynergyCpSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._panel = Panel(settings, clock, transport)
        self._servers = Servers(self._panel)
        self._stock = Stock(self._panel, settings)
        self._clients = Clients(self._panel)
        self._accesses = Accesses(self._panel, settings)
        self._installs = Installs(self._panel, settings)
        self._builder = Builder(self._panel, self._servers, self._stock, self._clients)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        return self._built(self._builder.build(request))

    @outcome
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle is the server's number."""
        there = self._servers.standing(ref, handle)
        if there is None:
            return Manual(reason="no server of the panel carries our billing id any more")
        check_active(there)
        return self._built(there)

    def _built(self, server: Server) -> Outcome:
        match self._installs.state(server):
            case "failed":
                return self._installs.failure(server)
            case "working":
                return Pending(handle=str(server.id), poll_after=INSTALLING)
            case _:
                return Done(ref=str(server.id), facts=_facts(server))

    @look
    def find(self, ref: str) -> Found | None:
        there = self._servers.by_ref(ref)
        if there is None:
            return None
        found = _found(there)
        if found.status is RemoteStatus.SUSPENDED:
            return found
        match self._built(there):
            case Done():
                return found
            case Pending():
                return Found(ref=ref, driver_ref=found.driver_ref, status=RemoteStatus.BUILDING, facts=found.facts)
            case other:
                raise Ended(other)

    @look
    def list_resources(self) -> list[Found]:
        return [_found(server) for server in self._servers.ours()]

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        self._accesses.set(self._standing(request), is_active=False)
        return Done(ref=request.driver_ref)

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        self._accesses.set(self._standing(request), is_active=True)
        return Done(ref=request.driver_ref)

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        """Erases the disks, where the settings allow that."""
        server = number(request.driver_ref)
        if self._servers.standing(request.ref, request.driver_ref) is None:
            if self._servers.is_elsewhere(server, request.ref):
                return Manual(reason=f"the panel's server {server} carries our billing id, but is not listed by it")
            return Done(ref=request.driver_ref)
        if not self._settings.wipe:
            return Manual(reason=f"wipe the panel's server {server} by hand: the setting wipe is off")
        self._servers.still(server, request.ref)
        now = self._panel.tell("PATCH", f"/server/{server}", Server, json={"wiped": "1", "auto": True})
        if now.id != server:
            return Unknown(reason="the panel answered with another server")
        return Done(ref=request.driver_ref)

    @outcome
    def change_contact(self, request: ResourceRequest, contact: Contact) -> Outcome:
        """Of the panel's client, who has the customer's other servers too."""
        self._clients.change(contact)
        return Done(ref=request.driver_ref)

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """Traffic since the panel's billing period began: it counts in bits."""
        server = self._servers.by_id(number(driver_ref))
        if not is_ref(server.billing_id):
            raise Ended(Unknown(reason=f"the panel's server {server.id} is not ours any more"))
        if server.usage is None:
            return []
        return [Reading(metric="traffic", value=server.usage.bytes, unit="byte", kind="counter")]

    @look
    def regions(self) -> list[Offer]:
        """Ours, from the settings; without, the panel's IP groups."""
        if self._settings.regions:
            return [Offer(code=code, name=code) for code in self._settings.regions]
        return self._offers("/group")

    @look
    def plans(self) -> list[Offer]:
        """The parts of which servers are made: the panel has no plans."""
        return [
            Offer(code=offer.code, name=f"{part}: {offer.name}")
            for part in PARTS
            for offer in self._offers("/part", {"part_type": part})
        ]

    @look
    def images(self) -> list[Offer]:
        """PXE profiles."""
        return self._offers("/pxe/profile")

    @look
    def capacity(self, plan_code: str, region: str, config: Mapping[str, Any]) -> int | None:
        """Of the plan as it is, without what a customer may choose."""
        order, _ = wanted(config, {})
        return self._stock.left(order, self._stock.groups(order, region))

    def _offers(self, path: str, query: Mapping[str, Any] | None = None) -> list[Offer]:
        """What has a billing id: nothing else can be ordered."""
        return [Offer(code=each.billing_id, name=each.name) for each in self._named(path, query) if each.billing_id]

    def _named(self, path: str, query: Mapping[str, Any] | None) -> list[Named]:
        return [*self._panel.every(path, Named, query)]

    def _standing(self, request: ResourceRequest) -> Server:
        """The server, which is ours. Raises `Ended`."""
        there = self._servers.standing(request.ref, str(number(request.driver_ref)))
        if there is None:
            raise Ended(Failed(reason="no server of the panel carries our billing id", code="not_found"))
        return there


def _found(server: Server) -> Found:
    return Found(ref=server.billing_id, driver_ref=str(server.id), status=server.status, facts=_facts(server))


def _facts(server: Server) -> Facts:
    return {"server": str(server.id)} | ({"address": server.address} if server.address else {})
