"""Game servers of a TCAdmin 2 panel: its billing id is our ref, and all that is done to a server is done by it.

The billing API takes creates and ends into a queue, and tells no number of them. So `Tcadmin`, which has nothing else,
says done when the panel has accepted; `rest.TcadminWithRest` looks whether it came true.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.customers import Contact
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome
from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.errors import Faults
from larabill_core.privacy import Secret
from larabill_drivers.asking import Ended, look, outcome, wanted
from larabill_drivers.game.tcadmin.answers import Line
from larabill_drivers.game.tcadmin.billing import BillingApi
from larabill_drivers.game.tcadmin.settings import TcadminConfig, TcadminSettings, TcadminSpec

SETUP = "setup"
QUEUED = "queued by the panel"
"""The fact `setup`, where nobody can see what became of it."""
_PASSWORD = re.compile(r"[A-Za-z0-9_.~-]{8,25}")
_EMAIL = re.compile(r"[^\s@<>\"'&,;]{1,64}@[A-Za-z0-9.-]{1,255}")


class Tcadmin:
    """One panel. A second create of the same billing id would make a second server, and none can be looked for."""

    name = "tcadmin"
    dedupes = False

    def __init__(
        self,
        settings: TcadminSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._clock = clock
        self._address = settings.base_url.rstrip("/")
        self._billing = BillingApi(settings, clock, transport)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        """Sent once for each attempt: an unanswered create is the caller's to park."""
        form = self._create_form(request)
        self._billing.check()
        line = self._billing.tell("AddPendingSetup", form)
        return Done(ref=request.ref, facts={SETUP: QUEUED, **self._facts(request.ref, line.login)})

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        return self._told("SuspendGameAndVoiceByBillingID", request)

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        return self._told("UnSuspendGameAndVoiceByBillingID", request)

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        """Never another game: the panel would delete what the customer has."""
        config, spec = wanted(request, TcadminConfig, TcadminSpec, only_choices)
        self._update(request, config, spec)
        if config.cpu or config.memory:
            return by_hand(config.cpu, config.memory)
        return Done(ref=request.driver_ref)

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        return self._told("DeleteGameAndVoiceByBillingID", request)

    @look
    def regions(self) -> list[Offer]:
        """Ours, from the settings."""
        return [Offer(code=code, name=code) for code in self._settings.regions]

    @look
    def plans(self) -> list[Offer]:
        """The panel's games: it has no plans."""
        return self._billing.games()

    def _told(self, function: str, request: ResourceRequest) -> Outcome:
        self._billing.tell(function, {"client_package_id": billing_id(request)})
        return Done(ref=request.driver_ref)

    def _update(self, request: ResourceRequest, config: TcadminConfig, spec: TcadminSpec) -> Line:
        form = {
            "client_package_id": billing_id(request),
            "game_slots": str(config.slots + spec.slots),
            "game_private": _flag(config.private),
            "game_branded": _flag(config.branded),
            **({"game_priority": config.priority} if config.priority else {}),
        }
        return self._billing.tell("UpdateSettings", form)

    def _facts(self, ref: str, login: str = "") -> Facts:
        """Where the customer logs in (as the vendor's module for WHMCS links there), and as whom where it is known."""
        url = f"{self._address}/Interface/Base/Home.aspx?GoToServiceBillingID={ref}"
        return {"login_url": url, **({"login_name": login} if login else {})}

    def _create_form(self, request: ProvisionRequest) -> dict[str, str]:
        """Whole, since the panel says yes to half of it and then makes the user only. Raises `Ended`."""
        config, spec = wanted(request, TcadminConfig, TcadminSpec, only_choices)
        if request.contact is None:
            raise Ended(Failed(reason="a panel user needs the customer's name and e-mail address", code="no_contact"))
        return {
            "game_package_id": request.ref,
            "skip_page": "1",
            "game_id": str(config.game),
            "game_slots": str(config.slots + spec.slots),
            "game_private": _flag(config.private),
            "game_branded": _flag(config.branded),
            "game_start": _flag(config.start),
            **self._place(request.region, config),
            **_user(request.contact, request.password),
            **_given("game_hostname", spec.name),
            **_given("game_priority", config.priority),
            **_given("game_cpu", str(config.cpu or "")),
            **_given("game_memory", str(config.memory or "")),
            **{f"gamevar_{name}": value for name, value in {**config.variables, **spec.variables}.items()},
        }

    def _place(self, region: str, config: TcadminConfig) -> dict[str, str]:
        if region and region not in self._settings.regions:
            reason = f"no region {region!r} in the settings' regions"
            raise Ended(Failed(reason=reason, code="unknown_region"))
        if config.server:
            return {"game_server": str(config.server)}
        datacenter = self._settings.regions[region] if region else config.datacenter
        if not datacenter:
            raise Ended(Failed(reason="neither the order names a region nor the plan a place", code="bad_plan"))
        return {"game_datacenter": datacenter}


def only_choices(config: TcadminConfig, spec: TcadminSpec, faults: Faults) -> None:
    """A customer sets no variable that the plan does not leave to them."""
    for name in spec.variables:
        if name not in config.choices:
            faults.add("spec.variables", "is not for the customer to choose", value=name)


def by_hand(cpu: int, memory: int) -> Manual:
    """After a resize: the billing API has no way to change them."""
    reason = f"changed, but for cpu and memory: set cpu {cpu} % and memory {memory} MB (0: the game's own) at the panel"
    return Manual(reason=reason)


def billing_id(request: ResourceRequest) -> str:
    """Ours, and no other: the panel acts on every service that has it. Raises `Ended`."""
    if request.driver_ref != request.ref:
        reason = f"the panel's billing id must be {request.ref}: set it there, then adopt the resource under that id"
        raise Ended(Failed(reason=reason, code="bad_id"))
    return request.ref


def check_password(password: Secret) -> str:
    """Raises `Ended` for what modules of others cut or strip before they send it, and the panel so may not take."""
    if not _PASSWORD.fullmatch(password.reveal()):
        reason = "the panel may not take this password: 8 to 25 letters, digits and _.~- are safe"
        raise Ended(Failed(reason=reason, code="bad_password"))
    return password.reveal()


def client_id(customer_id: UUID) -> str:
    """By which the panel knows that two services are of one customer."""
    return f"lb-{customer_id.hex}"


def _user(contact: Contact, password: Secret) -> dict[str, str]:
    if not _EMAIL.fullmatch(contact.email):
        raise Ended(Failed(reason="the customer's e-mail address is none that the panel takes", code="bad_contact"))
    first, _, last = contact.name.strip().partition(" ")
    return {
        "client_id": client_id(contact.customer_id),
        "user_email": contact.email,
        "user_name": _login(contact.customer_id),
        "user_password": check_password(password),
        "user_fname": _plain(first),
        "user_lname": _plain(last),
    }


def _login(customer_id: UUID) -> str:
    """15 characters, which is the most that others send: `lb` and the 64 bits that are random in a UUIDv7."""
    return "lb" + base64.b32encode(customer_id.bytes[8:]).decode().rstrip("=").lower()


def _plain(name: str) -> str:
    """What of a person's name the panel may show: letters and what stands between them."""
    return "".join(each for each in name if each.isalnum() or each in " .-").strip()[:50] or "-"


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _given(field: str, value: str) -> Mapping[str, str]:
    return {field: value} if value else {}


def make(settings: TcadminSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None) -> Any:
    """The driver that can do what the settings allow: without a key of the REST API it does not look."""
    from larabill_drivers.game.tcadmin.running import TcadminWithRest

    kind = Tcadmin if settings.rest_key is None else TcadminWithRest
    return kind(settings, account=account, clock=clock, transport=transport)
