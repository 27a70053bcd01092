"""Servers of a Pterodactyl panel: the panel's unique `external_id` is our ref, on servers and on users."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.customers import Contact
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_drivers.asking import Api, Ended, follow, look, outcome, wanted
from larabill_drivers.game.pterodactyl.answers import (
    FAILED,
    Egg,
    NamedPage,
    Server,
    ServerAttributes,
    Servers,
    User,
    explain,
    is_absent,
    refuses,
)
from larabill_drivers.game.pterodactyl.settings import PterodactylConfig, PterodactylSettings, PterodactylSpec
from larabill_drivers.http import Answer, HttpClient

INSTALLING = timedelta(minutes=1)
"""How long to leave a server that is being installed alone."""
MOST_PAGES = 1000
PER_PAGE = "100"


class Pterodactyl:
    """One panel. It deduplicates: a second server or user of the same `external_id` is refused."""

    name = "pterodactyl"
    dedupes = True

    def __init__(
        self,
        settings: PterodactylSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._address = settings.base_url.rstrip("/")
        client = HttpClient(
            f"{self._address}/api/application",
            headers={"Authorization": f"Bearer {settings.application_key.reveal()}"},
            secrets=[settings.application_key],
            transport=transport,
        )
        self._api = Api(client, clock, explain)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        config, spec = wanted(request, PterodactylConfig, PterodactylSpec)
        if request.region and request.region not in self._settings.regions:
            return Failed(reason=f"no region {request.region!r} in the settings' regions", code="unknown_region")
        if request.contact is None:
            return Failed(reason="a panel user needs the customer's name and e-mail address", code="no_contact")
        user = request.progress.get("user")
        if not isinstance(user, int):
            user = self._user(request.contact)
            request.save_progress({"user": user})
        egg = self._api.read(
            self._api.request("GET", f"/nests/{config.nest}/eggs/{config.egg}", query={"include": "variables"}), Egg
        )
        body = {
            "external_id": request.ref,
            "name": spec.name or request.ref,
            "user": user,
            "egg": config.egg,
            "docker_image": config.docker_image or egg.attributes.docker_image,
            "startup": config.startup or egg.attributes.startup,
            "environment": {**egg.environment, **config.environment, **spec.environment},
            "limits": _limits(config, spec),
            "feature_limits": _feature_limits(config, spec),
            "deploy": {
                "dedicated_ip": False,
                "port_range": [],
                "locations": [*self._settings.regions.get(request.region, ())],
            },
            "start_on_completion": True,
        }
        return self._created(self._api.request("POST", "/servers", json=body), request.ref)

    def _created(self, answer: Answer, ref: str) -> Outcome:
        if answer.status == 422 and self._api.says(answer, _is_taken):
            there = self._by_ref(ref)
            return Manual(reason="the panel has it, and does not show it") if there is None else self._progress(there)
        if answer.status == 400:  # no node or port is free, and others of the panel's own reasons
            return self._api.refused(answer, retryable=True)
        return self._progress(self._api.read(answer, Server).attributes)

    @follow
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle is the server's id."""
        there = self._by_id(handle)
        return Manual(reason="the panel has it no more") if there is None else self._progress(there)

    def _progress(self, server: ServerAttributes) -> Outcome:
        if server.status in FAILED:
            return Manual(reason=f"the panel says {server.status}: look at its installation log, then reinstall it")
        if server.remote_status is RemoteStatus.BUILDING:
            return Pending(handle=str(server.id))
        return Done(ref=str(server.id), facts=self._facts(server))

    @look
    def find(self, ref: str) -> Found | None:
        there = self._by_ref(ref)
        return None if there is None else self._found(there, ref)

    @look
    def list_resources(self) -> list[Found]:
        return [
            self._found(server, server.external_id)
            for server in self._all_servers()
            if server.external_id is not None and _is_ours(server.external_id)
        ]

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        """Not while it is installed: the panel would forget that it was not."""
        there = self._standing(request)
        if there.remote_status is RemoteStatus.BUILDING:
            return Failed(reason=f"it is {there.status}", retryable=True, retry_after=INSTALLING, code="installing")
        return self._told("POST", request, "/suspend")

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        if self._standing(request).remote_status is not RemoteStatus.SUSPENDED:
            return Done(ref=request.driver_ref)
        return self._told("POST", request, "/unsuspend")

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        config, spec = wanted(request, PterodactylConfig, PterodactylSpec)
        body = {
            "allocation": self._standing(request).allocation,
            "limits": _limits(config, spec),
            "feature_limits": _feature_limits(config, spec),
        }
        answer = self._api.request("PATCH", f"/servers/{_id(request)}/build", json=body)
        return Done(ref=str(self._api.read(answer, Server).attributes.id))

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        there = self._by_id(_id(request))
        if there is None:
            return Done(ref=request.driver_ref)
        _check_ours(there, request.ref)
        return self._told("DELETE", request, "")

    @look
    def regions(self) -> list[Offer]:
        """Ours, from the settings."""
        return [Offer(code=code, name=code) for code in self._settings.regions]

    @look
    def plans(self) -> list[Offer]:
        """The panel's nests: it has no plans."""
        page = self._api.read(self._api.request("GET", "/nests", query={"per_page": PER_PAGE}), NamedPage)
        return [Offer(code=str(nest.attributes.id), name=nest.attributes.name) for nest in page.data]

    def _user(self, contact: Contact) -> int:
        """The panel's user of this customer, made when there is none."""
        external_id = f"lb-{contact.customer_id.hex}"
        answer = self._api.request("GET", f"/users/external/{external_id}")
        if answer.status != 404 or not self._api.says(answer, is_absent):
            return self._checked_user(answer, external_id)
        first, _, last = contact.name.strip().partition(" ")
        body = {
            "external_id": external_id,
            "email": contact.email,
            "username": external_id,
            "first_name": first[:191] or "-",
            "last_name": last[:191] or "-",
        }
        answer = self._api.request("POST", "/users", json=body)
        if answer.status == 422 and self._api.says(answer, _is_taken):
            answer = self._api.request("GET", f"/users/external/{external_id}")
        return self._checked_user(answer, external_id)

    def _checked_user(self, answer: Answer, external_id: str) -> int:
        user = self._api.read(answer, User).attributes
        if user.external_id != external_id:
            raise Ended(Unknown(reason="the panel answered with another user"))
        return user.id

    def _standing(self, request: ResourceRequest) -> ServerAttributes:
        """The server, which is ours. Raises `Ended`."""
        there = self._by_id(_id(request))
        if there is None:
            raise Ended(Failed(reason="there is no such server", code="not_found"))
        _check_ours(there, request.ref)
        return there

    def _by_ref(self, ref: str) -> ServerAttributes | None:
        there = self._server(f"/servers/external/{ref}")
        if there is not None:
            _check_ours(there, ref)
        return there

    def _by_id(self, id: str) -> ServerAttributes | None:
        return self._server(f"/servers/{id}")

    def _server(self, path: str) -> ServerAttributes | None:
        """None when the panel says that there is none. Raises `Ended`."""
        answer = self._api.request("GET", path)
        if answer.status == 404 and self._api.says(answer, is_absent):
            return None
        return self._api.seen(answer, Server).attributes

    def _all_servers(self) -> Iterator[ServerAttributes]:
        for page in range(1, MOST_PAGES + 1):
            answer = self._api.request("GET", "/servers", query={"page": str(page), "per_page": PER_PAGE})
            servers = self._api.seen(answer, Servers)
            yield from (server.attributes for server in servers.data)
            if page >= servers.meta.pagination.total_pages:
                return

    def _told(self, method: str, request: ResourceRequest, path: str) -> Outcome:
        answer = self._api.request(method, f"/servers/{_id(request)}{path}")
        if answer.status == 404:
            there = self._by_id(_id(request))
            if there is None and method == "DELETE":
                return Done(ref=request.driver_ref)
        self._api.accepted(answer)
        return Done(ref=request.driver_ref)

    def _found(self, server: ServerAttributes, ref: str) -> Found:
        return Found(ref=ref, driver_ref=str(server.id), status=server.remote_status, facts=self._facts(server))

    def _facts(self, server: ServerAttributes) -> Facts:
        return {"login_url": f"{self._address}/server/{server.identifier}", "identifier": server.identifier}


def _limits(config: PterodactylConfig, spec: PterodactylSpec) -> dict[str, int]:
    return {
        "memory": config.memory + spec.memory,
        "swap": config.swap,
        "disk": config.disk + spec.disk,
        "io": config.io,
        "cpu": config.cpu + spec.cpu,
    }


def _feature_limits(config: PterodactylConfig, spec: PterodactylSpec) -> dict[str, int]:
    names = ("databases", "backups", "allocations")
    return {name: getattr(config, name) + getattr(spec, name) for name in names}


def _id(request: ResourceRequest) -> str:
    if not request.driver_ref.isascii() or not request.driver_ref.isdigit():
        raise Ended(Failed(reason="the panel's ids are numbers", code="bad_id"))
    return request.driver_ref


def _is_taken(answer: Any) -> bool:
    return refuses(answer, "external_id", "unique")


def _is_ours(external_id: str) -> bool:
    return external_id.startswith("lb-") and len(external_id) == 35


def _check_ours(server: ServerAttributes, ref: str) -> None:
    if server.external_id != ref:
        raise Ended(Manual(reason=f"the panel's server {server.id} carries another external_id"))
