"""Servers of a VirtFusion control server: their name is our ref from the build on, and their uuid stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.addresses import Address
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provisioner import Found, ResourceRequest
from larabill_drivers.asking import Ended, follow, look, outcome
from larabill_drivers.compute.virtfusion.answers import Server, is_ours
from larabill_drivers.compute.virtfusion.control import check_ours
from larabill_drivers.compute.virtfusion.hooks import Hears
from larabill_drivers.compute.virtfusion.inventory import Offers
from larabill_drivers.compute.virtfusion.panel import Enters
from larabill_drivers.compute.virtfusion.power import Switches
from larabill_drivers.compute.virtfusion.settings import VirtFusionSettings, Wanted, wanted
from larabill_drivers.compute.virtfusion.stock import Package
from larabill_drivers.compute.virtfusion.work import Work, read_work, work_on

SWITCHED = ("start", "stop", "off")


def make(
    settings: VirtFusionSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None
) -> VirtFusion:
    """The driver; it hears webhooks only when it has a token to know them by."""
    kind = HearingVirtFusion if settings.webhook_token else VirtFusion
    return kind(settings, account=account, clock=clock, transport=transport)


class VirtFusion(Switches, Enters, Offers):
    """One control server."""

    @look
    def find(self, ref: str) -> Found | None:
        """VirtFusion cannot be asked for a name: the whole list is read."""
        named = [each for each in self._listed() if each.name == ref]
        if len(named) > 1:
            raise Ended(Unknown(reason=f"servers {named[0].id} and {named[1].id} both carry this name"))
        there = self._server(named[0].id) if named else None
        if there is None:
            return None
        if there.name != ref:
            raise Ended(Unknown(reason="it has got another name just now"))
        return Found(ref=ref, driver_ref=there.driver_ref, status=there.status, facts=self._facts(there))

    @look
    def list_resources(self) -> list[Found]:
        return [
            Found(ref=each.name, driver_ref=f"{each.id}:{each.uuid}", status=each.status)
            for each in self._listed()
            if each.name is not None and is_ours(each.name)
        ]

    @look
    def addresses(self, request: ResourceRequest) -> Iterable[Address]:
        return [*self._standing(request).addresses()]

    @follow
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle says what was asked of which server: it is looked at, and what it still lacks is asked for."""
        work = read_work(handle)
        there = self._server(work.server, remote=work.kind in SWITCHED)
        if there is None:
            return self._gone(work)
        check_ours(there, ref, work.uuid)
        match work.kind:
            case "build":
                return self._built(there, work, ref)
            case "suspend" | "resume":
                is_so = there.suspended is (work.kind == "suspend")
                return Done(ref=there.driver_ref) if is_so else work.pending()
            case "resize":
                return self._resized(there, work)
            case "restart":
                return self._restarted(there, work)
            case "delete" | "undo":
                return work.pending()
            case _:
                return self._switched(there, work)

    def _gone(self, work: Work) -> Outcome:
        if work.kind == "delete":
            return Done(ref=f"{work.server}:{work.uuid}")
        if work.kind == "undo":
            return Failed(reason=f"it could not be built, and is removed: {work.reason}", code="build_refused")
        return Manual(reason="VirtFusion has the server no more")

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        return self._set(request, "suspend", is_so=True)

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        return self._set(request, "resume", is_so=False)

    def _set(self, request: ResourceRequest, kind: Any, *, is_so: bool) -> Outcome:
        there = self._standing(request)
        if there.suspended is is_so:
            return Done(ref=request.driver_ref)
        self._change("POST", f"/servers/{there.id}/{'suspend' if is_so else 'unsuspend'}")
        return work_on(there, kind).pending()

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        try:
            there = self._standing(request)
            self._change("DELETE", f"/servers/{there.id}", query={"delay": "0"})
        except Ended as end:
            if isinstance(end.outcome, Failed) and end.outcome.code == "not_found":
                return Done(ref=request.driver_ref)
            raise
        return work_on(there, "delete").pending()

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        """To another package, and to what the plan says instead of it. Disks only grow, and only with the package."""
        want, there = wanted(request), self._standing(request)
        package = self._package(want.config.package)
        if package is None:
            return Failed(reason=f"VirtFusion has no package {want.config.package}", code="unknown_plan")
        storage = there.settings.resources.storage
        if want.sizes.get("storage", storage) != storage:
            return Failed(reason=f"its disk stays at {storage} GB: only a package changes it", code="disk_size")
        self._change("PUT", f"/servers/{there.id}/package/{package.id}", json=_taken_over(want))
        try:
            self._change_sizes(there, want)
        except Ended as end:
            if isinstance(end.outcome, Failed) and not end.outcome.retryable:
                return Manual(reason=f"it has the package {package.id} now, but not all sizes: {end.outcome.reason}")
            raise
        return self._resizing(there, want, package).pending()

    def _change_sizes(self, there: Server, want: Wanted) -> None:
        for size, (path, field) in _SIZES.items():
            if size in want.sizes:
                # The traffic is text there, as VirtFusion describes it.
                value: Any = str(want.sizes[size]) if size == "traffic" else want.sizes[size]
                self._change("PUT", f"/servers/{there.id}/modify/{path}", json={field: value})

    def _resizing(self, there: Server, want: Wanted, package: Package) -> Work:
        memory = want.sizes.get("memory", package.memory)
        return work_on(there, "resize", memory=memory, cores=want.sizes.get("cpuCores", package.cpu_cores))

    def _resized(self, there: Server, work: Work) -> Outcome:
        """An accepted change is none until the server shows it."""
        shown = there.settings.resources
        if there.tasks.active:
            return work.pending()
        if (shown.memory, shown.cpu_cores) != (work.memory, work.cores):
            return Unknown(reason=f"it still has {shown.memory} MB and {shown.cpu_cores} cores")
        return Done(ref=there.driver_ref)


class HearingVirtFusion(Hears, VirtFusion):
    """With webhooks."""


_SIZES = {"memory": ("memory", "memory"), "cpuCores": ("cpuCores", "cores"), "traffic": ("traffic", "traffic")}
"""What can be changed apart from the package: its path, and the field in the body."""


def _taken_over(want: Wanted) -> dict[str, bool]:
    """What the server takes over from its new package."""
    return {
        "cpu": "cpuCores" not in want.sizes,
        "memory": "memory" not in want.sizes,
        "primaryDiskSize": "storage" not in want.sizes,
        "primaryNetworkTraffic": "traffic" not in want.sizes,
        "primaryDiskReadIOPS": True,
        "primaryDiskReadThroughput": True,
        "primaryDiskWriteIOPS": True,
        "primaryDiskWriteThroughput": True,
        "primaryNetworkInboundSpeed": True,
        "primaryNetworkOutboundSpeed": True,
        "backupPlan": True,
    }
