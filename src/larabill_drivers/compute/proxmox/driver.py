"""Guests of a Proxmox VE cluster. Our ref is a tag of theirs, once they are built to the end.

Proxmox deduplicates nothing, but an id is given away once: the one that a create will take is noted before it is sent.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import Faults
from larabill_core.privacy import Secret
from larabill_core.structure import structure
from larabill_drivers.asking import Ended, follow, look, outcome
from larabill_drivers.compute.proxmox.answers import SUSPENDED, Ending, Guest, ref_in, remote_status, tags_of
from larabill_drivers.compute.proxmox.build import GIB, Builder, done, facts, tags
from larabill_drivers.compute.proxmox.cluster import BUSY, Cluster
from larabill_drivers.compute.proxmox.order import Order, params_of
from larabill_drivers.compute.proxmox.power import Powered, guest_of
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSettings, ProxmoxSpec
from larabill_drivers.compute.proxmox.telling import Telling
from larabill_drivers.compute.proxmox.work import Work, parse_handle

BUILDS = ("clone", "grow", "boot", "undo")


class Proxmox(Powered, Telling):
    """One cluster."""

    name = "proxmox"
    dedupes = True

    def __init__(
        self,
        settings: ProxmoxSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._cluster = Cluster(settings, clock, transport)
        self._builder = Builder(self._cluster, settings, clock)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits: a tag, and a DNS name."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        config, spec = _wanted(request)
        if request.region and request.region not in self._settings.regions:
            return Failed(reason=f"no region {request.region!r} in the settings' regions", code="unknown_region")
        if spec.image and spec.image not in config.images:
            return Failed(reason=f"spec.image: the plan has no image {spec.image!r}", code="bad_spec")
        order = Order(ref=request.ref, region=request.region, config=config, spec=spec, password=request.password)
        return self._builder.build(order, request)

    @follow
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle says which step, of which guest, by which task; that is asked at the node in its id."""
        work = parse_handle(handle)
        if work is None:
            return Manual(reason="the handle of the work is none of this driver's")
        ending = self._cluster.ending(work.upid) if work.upid else None
        if work.upid and ending is None:
            return Pending(handle=handle)
        if work.step in BUILDS:
            return self._builder.follow(work, ending, ref)
        try:
            return self._followed(work, ending or Ending("lost"), ref)
        except Ended as end:
            if not isinstance(end.outcome, Failed) or end.outcome.retryable:
                raise
            return Manual(reason=f"it cannot be gone on with {work.id}: {end.outcome.reason}")

    def _followed(self, work: Work, ending: Ending, ref: str) -> Outcome:
        if work.step in ("stop", "destroy"):
            return self._ended(work, ending, ref)
        return self._resized(work, ending, ref) if work.step == "resize" else self._powered(work, ending, ref)

    @look
    def find(self, ref: str) -> Found | None:
        """What is built to its end: what is not, `provision` goes on with."""
        lines = [line for line in self._cluster.guests() if ref_in(line) == (ref, True)]
        if not lines:
            return None
        if len(lines) > 1:
            raise Ended(Manual(reason="several guests carry this ref"))
        guest = self._cluster.guest(lines[0].type, int(lines[0].vmid or 0))
        if guest is None or not guest.is_whole(ref):
            raise Ended(Manual(reason="the guest that carried this ref is being removed"))
        status = remote_status(guest.tags, self._cluster.current(guest).runs)
        return Found(ref=ref, driver_ref=guest.id, status=status, facts=facts(guest))

    @look
    def list_resources(self) -> list[Found]:
        """Also what is not built to its end, as `building`."""
        found = []
        for line in self._cluster.guests():
            ours = ref_in(line)
            if ours is not None and not line.template:
                status = remote_status(tags_of(line.tags), line.status == "running")
                found.append(
                    Found(
                        ref=ours[0],
                        driver_ref=f"{line.type}/{line.vmid}",
                        status=status if ours[1] else RemoteStatus.BUILDING,
                    )
                )
        return found

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        """Marked first, so that no node that comes up starts it again; then shut down."""
        guest = self._standing(request)
        if SUSPENDED not in guest.tags:
            self._cluster.configure(guest, {"onboot": "0", "tags": tags(guest.tags | {SUSPENDED})})
        return self._shut_down(guest, "suspend")

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        """The mark goes last, when it runs: until then it is suspended."""
        config, _ = _wanted(request)
        guest = self._standing(request)
        if SUSPENDED not in guest.tags:
            return done(guest)
        if self._cluster.current(guest).runs:
            return self._unmarked(guest)
        self._cluster.configure(guest, params_of(onboot=config.onboot))
        return self._start(guest, "resume")

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        """New cores and memory are there after the next start; containers have them at once."""
        config, spec = _wanted(request)
        guest = self._standing(request)
        order = Order(ref=request.ref, region="", config=config, spec=spec, password=Secret(""))
        device = config.disk_device if guest.kind == "qemu" else "rootfs"
        size = guest.disks.get(device, 0)
        if not size or size > order.gib * GIB:
            reason = f"disk {device} has {size} bytes: there must be one, and it cannot be made smaller"
            return Failed(reason=reason, code="disk_shrinks")
        if guest.kind != config.kind:
            return Failed(reason=f"it is {guest.kind}, and the plan is {config.kind}", code="bad_plan")
        self._cluster.configure(guest, order.size())
        work = Work(step="resize", kind=config.kind, vmid=guest.vmid, device=device, gib=order.gib)
        return self._grown(guest, work)

    def _grown(self, guest: Guest, work: Work) -> Outcome:
        if guest.disks.get(work.device, 0) >= work.gib * GIB:
            return done(guest)
        params = params_of(disk=work.device, size=f"{work.gib}G")
        try:
            upid = self._cluster.tell(guest, "PUT", "/resize", params)
        except Ended as end:
            if not isinstance(end.outcome, Failed) or end.outcome.retryable:
                raise
            reason = f"cores and memory are changed, but the disk of {guest.id} is not: {end.outcome.reason}"
            return Manual(reason=reason)
        return Pending(handle=self._step(guest, "resize", upid, work))

    def _resized(self, work: Work, ending: Ending, ref: str) -> Outcome:
        guest = self._ours(work, ref)
        if ending.how == "ok":
            return done(guest)
        if ending.may_go_later:
            return self._grown(guest, work)
        return Manual(reason=f"cores and memory are changed, but the disk of {guest.id} is not: {ending.words}")

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        kind, vmid = guest_of(request)
        guest = self._cluster.guest(kind, vmid)
        return Done(ref=request.driver_ref) if guest is None else self._end(guest, request.ref)

    def _end(self, guest: Guest, ref: str) -> Outcome:
        """Switched off, then removed: nothing that runs, and nothing that is not ours."""
        if not guest.is_whole(ref) and not guest.is_begun(ref):
            return Manual(reason=f"{guest.id} does not carry our ref")
        if guest.lock:
            return Failed(reason=f"{guest.id} is locked ({guest.lock[:30]})", retryable=True, retry_after=BUSY)
        if self._cluster.current(guest).runs:
            return Pending(handle=self._step(guest, "stop", self._cluster.tell(guest, "POST", "/status/stop")))
        how = params_of(purge=True, destroy_unreferenced_disks=self._settings.destroy_unreferenced_disks)
        return Pending(handle=self._step(guest, "destroy", self._cluster.tell(guest, "DELETE", "", how)))

    def _ended(self, work: Work, ending: Ending, ref: str) -> Outcome:
        guest = self._cluster.guest(work.kind, work.vmid)
        if guest is None or (work.step == "destroy" and not guest.is_whole(ref) and not guest.is_begun(ref)):
            return Done(ref=work.id)
        if ending.how == "failed" and not ending.may_go_later:
            return Manual(reason=f"{work.id} was not removed: {ending.words}")
        if guest.lock:
            return Pending(handle=work.handle, poll_after=BUSY)
        return self._end(guest, ref)


def _wanted(request: Any) -> tuple[ProxmoxConfig, ProxmoxSpec]:
    """What the plan is and the customer wishes. Raises `Ended` with every fault."""
    faults = Faults()
    config = structure(ProxmoxConfig, request.config, faults, "config")
    spec = structure(ProxmoxSpec, request.spec, faults, "spec")
    if config is None or spec is None:
        raise Ended(Failed(reason="; ".join(map(str, faults)), code="bad_plan" if spec is not None else "bad_spec"))
    return config, spec
