"""Switching a server on and off. VirtFusion's jobs do it: what they came to is seen at the machine itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from larabill_core.contracts.outcome import Done, Failed, Outcome, Unknown
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_drivers.asking import Ended, outcome
from larabill_drivers.compute.virtfusion.answers import JobAnswer, QueuedAnswer, RemoteState, Server
from larabill_drivers.compute.virtfusion.control import Control
from larabill_drivers.compute.virtfusion.work import Work, work_on

GENTLE = timedelta(minutes=3)
"""How long a guest may take to shut itself down, before it is switched off."""
STATES = {"running": "on", "shutoff": "off", "shut off": "off", "stopped": "off"}
"""VirtFusion documents `running` only; the others are libvirt's. What is not here is unknown."""


class Switches(Control):
    """Implements `Power`."""

    @outcome
    def start(self, request: ResourceRequest) -> Outcome:
        there = self._switchable(request)
        if _power(there) == "on":
            return Done(ref=request.driver_ref)
        self._job(there, "boot")
        return work_on(there, "start").pending()

    @outcome
    def stop(self, request: ResourceRequest) -> Outcome:
        """Gently first. A guest that does not listen is switched off after a while."""
        there = self._switchable(request)
        if _power(there) == "off":
            return Done(ref=request.driver_ref)
        self._job(there, "shutdown")
        return work_on(there, "stop", until=(self._clock.now() + GENTLE).isoformat()).pending()

    @outcome
    def restart(self, request: ResourceRequest) -> Outcome:
        """VirtFusion knows no keys: a restart whose answer is lost may be a second one."""
        there = self._switchable(request)
        return work_on(there, "restart", queue=self._job(there, "restart")).pending()

    @outcome
    def power_state(self, request: ResourceRequest) -> Outcome:
        return Done(ref=request.driver_ref, facts={POWER: _power(self._standing(request, remote=True))})

    def _switchable(self, request: ResourceRequest) -> Server:
        there = self._standing(request, remote=True)
        if there.suspended:
            raise Ended(Failed(reason="it is suspended", code="not_active"))
        return there

    def _job(self, there: Server, action: str) -> int:
        """The job that VirtFusion will do it by."""
        answer = self._ask_change("POST", f"/servers/{there.id}/power/{action}")
        return self._api.read(answer, QueuedAnswer).data.queue_id

    def _switched(self, there: Server, work: Work) -> Outcome:
        """How a start or stop stands."""
        if _power(there) == ("on" if work.kind == "start" else "off"):
            return Done(ref=there.driver_ref)
        if work.kind == "stop" and self._clock.now() >= datetime.fromisoformat(work.until):
            self._job(there, "poweroff")
            return work_on(there, "off").pending()
        return work.pending()

    def _restarted(self, there: Server, work: Work) -> Outcome:
        job = self._api.seen(self._api.request("GET", f"/queue/{work.queue}"), JobAnswer).data
        if job.failed:
            return Failed(reason=f"VirtFusion's job {work.queue} failed: its queue says why", code="job_failed")
        return work.pending() if job.finished is None else Done(ref=there.driver_ref)


def _power(there: Server) -> str:
    """ "on" or "off". Raises `Ended`: nobody can tell."""
    state = there.remote_state.state.lower() if isinstance(there.remote_state, RemoteState) else "not told"
    if state not in STATES:
        raise Ended(Unknown(reason=f"the machine is {state}"))
    return STATES[state]
