"""The same servers, where a key of the panel's REST API lets us look whether what was accepted came true.

That API is not described by the vendor; its paths and fields are those of the vendor's SDK (TCAdminApiSharp @ 3258558).
It is only read, never written by.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_drivers.asking import Api, Ended, look, outcome, wanted
from larabill_drivers.game.tcadmin.answers import Service, Services, ServiceStatus, User, UserFields, explain
from larabill_drivers.game.tcadmin.driver import SETUP, Tcadmin, billing_id, by_hand, only_choices
from larabill_drivers.game.tcadmin.settings import TcadminConfig, TcadminSettings, TcadminSpec
from larabill_drivers.http import HttpClient

GONE, RESIZED, SUSPENDED, ACTIVE = "gone", "resized", "suspended", "active"
"""Handles, with `SETUP`: what is waited for. After a colon what it is compared with."""
LONGEST_QUEUE = timedelta(hours=1)
"""How long a create may be in the panel's queue, where nobody sees it, before a person looks there."""
PROCESSING = timedelta(minutes=1)
_REF = re.compile(r"lb-[0-9a-f]{32}")


class RestApi:
    """One key of one user of the panel. Raises `Ended`."""

    def __init__(self, settings: TcadminSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        assert settings.rest_key is not None  # noqa: S101 - `make` chooses by it
        client = HttpClient(
            settings.rest_url or settings.base_url,
            headers={"api_key": settings.rest_key.reveal()},
            secrets=[settings.rest_key, settings.password],
            transport=transport,
        )
        self._api = Api(client, clock, explain)

    def services(self) -> list[Service]:
        """All that the key's user may see: the SDK names no way to ask for a part of them."""
        found = self._api.seen(self._api.request("GET", "/api/service/gameservices"), Services)
        if not found.success:
            raise Ended(Unknown(reason="cannot look: the panel's REST API does not list the services"))
        return found.result

    def user(self, id: int) -> UserFields:
        found = self._api.seen(self._api.request("GET", f"/api/user/{id}"), User)
        if not found.success or found.result.user_id != id:
            raise Ended(Unknown(reason="cannot look: the panel's REST API does not show the service's user"))
        return found.result


class LookingTcadmin(Tcadmin):
    """Creates, changes and ends are pending until the panel's list of services says that they came true."""

    def __init__(
        self,
        settings: TcadminSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(settings, account=account, clock=clock, transport=transport)
        self._rest = RestApi(settings, clock, transport)

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        """Sent at most once until it has definitely failed: what waits in the panel's queue cannot be seen."""
        sent = request.progress.get("sent_at")
        if isinstance(sent, int):
            return Pending(handle=f"{SETUP}:{sent}:")
        form = self._create_form(request)
        self._billing.check()
        now = int(self._clock.now().timestamp())
        request.save_progress({"sent_at": now})
        try:
            line = self._billing.tell("AddPendingSetup", form)
        except Ended as end:
            if isinstance(end.outcome, Failed):
                request.save_progress({})
            raise
        return Pending(handle=f"{SETUP}:{now}:{line.login}")

    @outcome
    def poll(self, handle: str, ref: str) -> Outcome:
        """Never a failure: what was sent stays sent."""
        there = self._after(ref)
        what, _, rest = handle.partition(":")
        if what == GONE:
            return Done(ref=ref) if there is None else Pending(handle=handle)
        if what == SETUP:
            return self._set_up(there, handle, ref, rest)
        if there is None:
            return Manual(reason="the panel has it no more")
        return self._changed(there, handle, ref)

    def _set_up(self, there: Service | None, handle: str, ref: str, rest: str) -> Outcome:
        sent, _, login = rest.partition(":")
        if there is None:
            at = datetime.fromtimestamp(int(sent), UTC)
            if self._clock.now() < at + LONGEST_QUEUE:
                return Pending(handle=handle)
            reason = f"asked for at {at:%Y-%m-%d %H:%M} UTC, and the panel shows no service of the billing id {ref}"
            return Manual(reason=f"{reason}: look in its Scheduled Tasks, and start there what has failed")
        if there.process is ServiceStatus.START_ERROR:
            return Manual(reason=f"the panel's service {there.service_id} is built, but does not start")
        match _known(there):
            case RemoteStatus.BUILDING:
                return Pending(handle=handle)
            case RemoteStatus.SUSPENDED:
                return Manual(reason=f"the panel's service {there.service_id} was suspended while it was built")
        return Done(ref=ref, facts=self._seen_facts(there, ref, login))

    def _changed(self, there: Service, handle: str, ref: str) -> Outcome:
        what, *numbers = handle.split(":")
        if what == RESIZED:
            slots, cpu, memory = map(int, numbers)
            if there.slots != slots:
                return Pending(handle=handle)
            if (cpu and there.cpu_limit != cpu) or (memory and there.memory_limit != memory):
                return by_hand(cpu, memory)
            return Done(ref=ref)
        is_there = _known(there) is (RemoteStatus.SUSPENDED if what == SUSPENDED else RemoteStatus.ACTIVE)
        return Done(ref=ref) if is_there else Pending(handle=handle)

    @look
    def find(self, ref: str) -> Found | None:
        there = self._by_ref(ref)
        return None if there is None else self._found(there, ref)

    @look
    def list_resources(self) -> list[Found]:
        every = [(each, each.billing_id or "") for each in self._rest.services()]
        return [self._found(service, ref) for service, ref in every if _REF.fullmatch(ref)]

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        if _settled(self._standing(request)) is RemoteStatus.SUSPENDED:
            return Done(ref=request.driver_ref)
        return _then(super().suspend(request), SUSPENDED)

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        if _settled(self._standing(request)) is RemoteStatus.ACTIVE:
            return Done(ref=request.driver_ref)
        return _then(super().resume(request), ACTIVE)

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        config, spec = wanted(request, TcadminConfig, TcadminSpec, only_choices)
        there = self._standing(request)
        _settled(there)
        _check_game(there, config)
        self._update(request, config, spec)
        return Pending(handle=f"{RESIZED}:{config.slots + spec.slots}:{config.cpu}:{config.memory}")

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        """Asked for also where nothing is seen: a key that has lost its rights sees nothing either."""
        self._by_ref(billing_id(request))
        return _then(super().deprovision(request), GONE)

    def _standing(self, request: ResourceRequest) -> Service:
        """The service, which is ours. Raises `Ended`: nothing was done yet."""
        there = self._by_ref(billing_id(request))
        if there is None:
            raise Ended(Failed(reason="the panel shows no service of this billing id", code="not_found"))
        return there

    def _after(self, ref: str) -> Service | None:
        """The same after something was done. Raises `Ended`: not to be known, or a person's to see."""
        try:
            return self._by_ref(ref)
        except Ended as end:
            raise (Ended(Unknown(reason=str(end))) if isinstance(end.outcome, Failed) else end) from None

    def _by_ref(self, ref: str) -> Service | None:
        found = [service for service in self._rest.services() if service.billing_id == ref]
        if len(found) > 1:
            numbers = ", ".join(str(each.service_id) for each in found[:5])
            raise Ended(Manual(reason=f"{len(found)} services carry the billing id {ref}: {numbers}; leave it to one"))
        return found[0] if found else None

    def _found(self, there: Service, ref: str) -> Found:
        return Found(ref=ref, driver_ref=ref, status=_known(there), facts=self._seen_facts(there, ref))

    def _seen_facts(self, there: Service, ref: str, login: str = "") -> dict[str, str]:
        address = {"address": there.address} if there.address else {}
        return {**self._facts(ref, login), **address, "service_id": str(there.service_id)}


def _known(there: Service) -> RemoteStatus:
    """Raises `Ended` for a status that nobody has described."""
    if there.remote_status is None:
        states = f"BillingStatus {there.billing_status} and ServiceStatus {there.service_status}"
        raise Ended(Manual(reason=f"the panel's service {there.service_id} has {states}: look what they mean"))
    return there.remote_status


def _settled(there: Service) -> RemoteStatus:
    """Not while the panel works on it. Raises `Ended`."""
    if there.process is ServiceStatus.PROCESSING:
        raise Ended(Failed(reason="it is being worked on", retryable=True, retry_after=PROCESSING, code="processing"))
    return _known(there)


def _check_game(there: Service, config: TcadminConfig) -> None:
    """To switch it would delete what the customer has."""
    if there.game_id != config.game:
        reason = f"the service runs game {there.game_id}, and the plan has {config.game}: switch it at the panel"
        raise Ended(Failed(reason=reason, code="other_game"))


def _then(sent: Outcome, handle: str) -> Outcome:
    """Accepted is not done yet."""
    return Pending(handle=handle) if isinstance(sent, Done) else sent
