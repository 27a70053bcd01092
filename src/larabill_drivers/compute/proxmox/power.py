"""Guests are switched on and off, by their customers and by us."""

from __future__ import annotations

import re

import attrs

from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_drivers.asking import Ended, outcome
from larabill_drivers.compute.proxmox.answers import SUSPENDED, Ending, Guest
from larabill_drivers.compute.proxmox.build import done, tags
from larabill_drivers.compute.proxmox.cluster import Cluster
from larabill_drivers.compute.proxmox.order import params_of
from larabill_drivers.compute.proxmox.settings import ProxmoxSettings
from larabill_drivers.compute.proxmox.work import Step, Work

_ID = re.compile(r"(qemu|lxc)/([1-9][0-9]{2,8})")


class Powered:
    """Implements `Power`, and what suspending and resuming have of it."""

    _cluster: Cluster
    _settings: ProxmoxSettings

    @outcome
    def start(self, request: ResourceRequest) -> Outcome:
        guest = self._standing(request)
        if SUSPENDED in guest.tags:
            return Failed(reason=f"{guest.id} is suspended", code="suspended")
        return done(guest) if self._cluster.current(guest).runs else self._start(guest, "on")

    @outcome
    def stop(self, request: ResourceRequest) -> Outcome:
        return self._shut_down(self._standing(request), "off")

    @outcome
    def restart(self, request: ResourceRequest) -> Outcome:
        guest = self._standing(request)
        if SUSPENDED in guest.tags:
            return Failed(reason=f"{guest.id} is suspended", code="suspended")
        if not self._cluster.current(guest).runs:
            return self._start(guest, "on")
        upid = self._cluster.tell(guest, "POST", "/status/reboot", params_of(timeout=self._patience))
        return Pending(handle=self._step(guest, "restart", upid))

    @outcome
    def power_state(self, request: ResourceRequest) -> Outcome:
        guest = self._standing(request)
        return Done(ref=guest.id, facts={POWER: "on" if self._cluster.current(guest).runs else "off"})

    @property
    def _patience(self) -> int:
        return int(self._settings.shutdown_timeout.total_seconds())

    def _start(self, guest: Guest, step: Step) -> Outcome:
        return Pending(handle=self._step(guest, step, self._cluster.tell(guest, "POST", "/status/start")))

    def _shut_down(self, guest: Guest, step: Step) -> Outcome:
        """Gently, and switched off when that takes too long."""
        if not self._cluster.current(guest).runs:
            return done(guest)
        params = params_of(timeout=self._patience, forceStop=True)
        return Pending(handle=self._step(guest, step, self._cluster.tell(guest, "POST", "/status/shutdown", params)))

    def _powered(self, work: Work, ending: Ending, ref: str) -> Outcome:
        """A task that is over says little (a HA manager goes on after it): whether it runs decides."""
        guest = self._ours(work, ref)
        runs = self._cluster.current(guest).runs
        if work.step == "restart" and ending.how == "failed":
            return Failed(reason=f"{guest.id} was not restarted: {ending.words}", retryable=ending.may_go_later)
        if runs is (work.step in ("on", "resume", "restart")):
            return self._unmarked(guest) if work.step == "resume" else done(guest)
        if ending.how == "ok":
            return Pending(handle=work.handle)
        if work.step in ("suspend", "off"):
            upid = self._cluster.tell(guest, "POST", "/status/stop")
            return Pending(handle=self._step(guest, work.step, upid))
        if ending.may_go_later:
            return self._start(guest, work.step)
        return Failed(reason=f"{guest.id} was not started: {ending.words}", code="not_started")

    def _unmarked(self, guest: Guest) -> Outcome:
        if SUSPENDED in guest.tags:
            self._cluster.configure(guest, {"tags": tags(guest.tags - {SUSPENDED})})
        return done(guest)

    def _step(self, guest: Guest, step: Step, upid: str, work: Work | None = None) -> str:
        """The handle of what was begun."""
        if work is not None:
            return attrs.evolve(work, upid=upid).handle
        return Work(step=step, kind="lxc" if guest.kind == "lxc" else "qemu", vmid=guest.vmid, upid=upid).handle

    def _standing(self, request: ResourceRequest) -> Guest:
        """The guest of a service. Raises `Ended`: gone, or another's."""
        kind, vmid = guest_of(request)
        guest = self._cluster.guest(kind, vmid)
        if guest is None:
            raise Ended(Failed(reason=f"there is no {request.driver_ref}", code="not_found"))
        return _checked(guest, request.ref)

    def _ours(self, work: Work, ref: str) -> Guest:
        guest = self._cluster.guest(work.kind, work.vmid)
        if guest is None:
            raise Ended(Manual(reason=f"{work.id} is there no more"))
        return _checked(guest, ref)


def guest_of(request: ResourceRequest) -> tuple[str, int]:
    """`qemu/101`, as we have named it. Raises `Ended`."""
    return parse_id(request.driver_ref)


def parse_id(driver_ref: str) -> tuple[str, int]:
    found = _ID.fullmatch(driver_ref)
    if found is None:
        raise Ended(Failed(reason="guests are called qemu/101 or lxc/101", code="bad_id"))
    return found[1], int(found[2])


def _checked(guest: Guest, ref: str) -> Guest:
    if not guest.is_whole(ref):
        raise Ended(Manual(reason=f"{guest.id} does not carry our ref"))
    return guest
