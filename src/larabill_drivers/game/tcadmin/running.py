"""What runs: power, health and usage of a server, and the password of its user. All of it needs the REST API."""

from __future__ import annotations

import re
from decimal import Decimal

from larabill_core.contracts.metrics import Health, Reading
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provisioner import RemoteStatus, ResourceRequest
from larabill_core.privacy import Secret
from larabill_drivers.asking import Ended, look, outcome
from larabill_drivers.game.tcadmin.answers import Service, ServiceStatus
from larabill_drivers.game.tcadmin.driver import billing_id, check_password
from larabill_drivers.game.tcadmin.rest import LookingTcadmin

_ON = (
    ServiceStatus.RUNNING,
    ServiceStatus.STARTING,
    ServiceStatus.STOPPING,
    ServiceStatus.RESUMING,
    ServiceStatus.PAUSING,
)
_OFF = (ServiceStatus.STOPPED, ServiceStatus.START_ERROR, ServiceStatus.DISABLED, ServiceStatus.PAUSED)
_CLIENT = re.compile(r"lb-[0-9a-f]{32}")
_USER_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
STARTED, STOPPED = "started", "stopped"
"""Handles beside those of `rest`."""


class TcadminWithRest(LookingTcadmin):
    """All that can be done with both APIs."""

    @outcome
    def start(self, request: ResourceRequest) -> Outcome:
        return self._switched("StartByBillingId", request, STARTED)

    @outcome
    def stop(self, request: ResourceRequest) -> Outcome:
        return self._switched("StopByBillingId", request, STOPPED)

    @outcome
    def restart(self, request: ResourceRequest) -> Outcome:
        """The panel cannot tell a repeated one from another."""
        return self._switched("RestartByBillingId", request, STARTED)

    @outcome
    def power_state(self, request: ResourceRequest) -> Outcome:
        there = self._after(billing_id(request))
        if there is None:
            return Failed(reason="the panel shows no service of this billing id", code="not_found")
        if there.process in _ON:
            return Done(ref=request.driver_ref, facts={POWER: "on"})
        if there.process in _OFF:
            return Done(ref=request.driver_ref, facts={POWER: "off"})
        return Unknown(reason=f"the panel says ServiceStatus {there.service_status}")

    def _changed(self, there: Service, handle: str, ref: str) -> Outcome:
        if handle not in (STARTED, STOPPED):
            return super()._changed(there, handle, ref)
        if handle == STARTED and there.process is ServiceStatus.START_ERROR:
            return Manual(reason=f"the panel's service {there.service_id} does not start")
        is_there = there.process is (ServiceStatus.RUNNING if handle == STARTED else ServiceStatus.STOPPED)
        return Done(ref=ref) if is_there else Pending(handle=handle)

    def _switched(self, function: str, request: ResourceRequest, handle: str) -> Outcome:
        there = self._standing(request)
        if there.remote_status is not RemoteStatus.ACTIVE:
            return Failed(reason="it is suspended, or being worked on", code="not_active")
        if function == "StopByBillingId" and there.process is ServiceStatus.STOPPED:
            return Done(ref=request.driver_ref)
        if function == "StartByBillingId" and there.process is ServiceStatus.RUNNING:
            return Done(ref=request.driver_ref)
        self._billing.tell(function, {"client_package_id": request.ref})
        return Pending(handle=handle)

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """Memory and bandwidth are left out: nobody says in which unit the panel counts them."""
        there = self._shown(driver_ref)
        values = {"cpu": (there.current_cpu, "percent"), "players": (there.current_players, "player")}
        return [
            Reading(metric=metric, value=Decimal(str(value)), unit=unit, kind="gauge")
            for metric, (value, unit) in values.items()
            if 0 <= value <= 1_000_000
        ]

    @look
    def health(self, driver_ref: str) -> Health:
        there = self._shown(driver_ref)
        if there.remote_status is None or there.process in (None, ServiceStatus.UNKNOWN):
            raise Ended(Unknown(reason=f"the panel says ServiceStatus {there.service_status}"))
        if there.remote_status is RemoteStatus.SUSPENDED:
            return Health(state="down", detail="suspended")
        if there.process is ServiceStatus.RUNNING:
            return Health(state="ok")
        words = there.process.name.lower().replace("_", " ")
        return Health(state="down" if there.process in _OFF else "degraded", detail=words)

    @outcome
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        """Of the panel's user, who is one for all services of a customer."""
        word = check_password(password)
        user = self._rest.user(self._standing(request).user_id)
        if not _CLIENT.fullmatch(user.billing_id or ""):
            return Manual(reason=f"the panel's user {user.user_id} is none that we have made: change it there")
        named = {"user_name": user.user_name} if _USER_NAME.fullmatch(user.user_name) else {}
        form = {"client_id": user.billing_id or "", "user_password": word, **named}
        self._billing.tell("ChangePassword", form)
        return Done(ref=request.driver_ref)

    def _shown(self, ref: str) -> Service:
        there = self._by_ref(ref)
        if there is None:
            raise Ended(Unknown(reason="the panel shows no service of this billing id"))
        return there
