"""How a Proxmox VE cluster is asked: its guests, their configuration, its tasks. What cannot be seen raises `Ended`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final, TypeVar

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Failed, Manual, Outcome, Unknown
from larabill_core.errors import InvalidInput
from larabill_drivers.asking import Api, Ended
from larabill_drivers.compute.proxmox.answers import (
    UPID,
    Current,
    CurrentAnswer,
    Ending,
    FreeId,
    Guest,
    GuestConfig,
    Nothing,
    Resource,
    Resources,
    Storages,
    TaskAnswer,
    TaskStarted,
    Volumes,
    is_absent,
    is_decided,
    is_locked,
    is_no_task,
    is_taken,
    words_of,
)
from larabill_drivers.compute.proxmox.settings import ProxmoxSettings
from larabill_drivers.http import Answer, HttpClient, trusting

T = TypeVar("T")

BUSY: Final = timedelta(seconds=30)
"""How long to leave a guest alone that is locked: by a backup, a migration, another task."""
LONGEST_UPID: Final = 250


class PveApi(Api):
    """Proxmox says by 500 nearly all that it says: which of it is a definite no, its words tell."""

    def denied(self, answer: Answer) -> str:
        return self._client.clean(self.words(answer)) or super().denied(answer)

    def decided(self, answer: Answer) -> bool:
        return answer.status in (500, 501) and is_decided(self.words(answer))

    def refused(self, answer: Answer, *, retryable: bool = False, code: str = "") -> Outcome:
        words = self.words(answer)
        if not words:
            return Unknown(reason=f"the provider answered {answer.status}, but not in its own words")
        reason = self._client.clean(f"Proxmox answered {answer.status}: {words}")
        if is_locked(words):
            return Failed(reason=reason, retryable=True, retry_after=BUSY, code="locked")
        return Failed(reason=reason, retryable=retryable, code=code or str(answer.status))

    def words(self, answer: Answer) -> str:
        """Why it says no; "" for a page of somebody else's."""
        try:
            return words_of(answer)
        except (InvalidInput, ValueError):
            return ""


class Cluster:
    """One cluster, asked at one of its nodes, which hands on what concerns another one."""

    def __init__(self, settings: ProxmoxSettings, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        if transport is None and settings.ca_file is not None:
            transport = trusting(settings.ca_file)
        token = f"PVEAPIToken={settings.token_id}={settings.token_secret.reveal()}"
        client = HttpClient(
            f"{settings.base_url.rstrip('/')}/api2/json",
            headers={"Authorization": token},
            secrets=[settings.token_secret],
            transport=transport,
        )
        self.api = PveApi(client, clock, lambda body: "")

    def resources(self, type: str = "") -> list[Resource]:
        """Of the whole cluster, as far as the token may see: `vm`, `node`, or all."""
        query = {"type": type} if type else None
        return self._seen(self.api.request("GET", "/cluster/resources", query=query), Resources).data

    def guests(self) -> list[Resource]:
        """All VMs and containers, also templates."""
        return [each for each in self.resources("vm") if each.type in ("qemu", "lxc") and each.vmid and each.node]

    def listed(self, kind: str, vmid: int) -> Resource | None:
        """Where it is now: it may have moved to another node."""
        return next((each for each in self.guests() if (each.type, each.vmid) == (kind, vmid)), None)

    def guest(self, kind: str, vmid: int) -> Guest | None:
        """None when the cluster says that no guest has this id. Raises `Ended`, also for one that we may not see."""
        line = self.listed(kind, vmid)
        if line is not None:
            found = self.guest_at(kind, vmid, str(line.node))
            if found is not None:
                return found
        if self.is_free(vmid):
            return None
        if line is None:
            reason = f"{vmid} is there, but it is no {kind}, or the token may not see it: it needs VM.Audit"
            raise Ended(Manual(reason=reason))
        raise Ended(Unknown(reason=f"{kind}/{vmid} has just left its node"))

    def guest_at(self, kind: str, vmid: int, node: str) -> Guest | None:
        """None when it is not on this node."""
        answer = self.api.request("GET", f"/nodes/{node}/{kind}/{vmid}/config")
        if answer.status >= 500 and is_absent(self.api.words(answer)):
            return None
        config = self._seen(answer, GuestConfig)
        try:
            return Guest.read(kind, vmid, node, config.data)
        except ValueError as problem:
            raise Ended(Unknown(reason=f"the configuration is not as described: {problem}")) from None

    def is_free(self, vmid: int) -> bool:
        """Whether no guest of the cluster has this id, seen by us or not."""
        answer = self.api.request("GET", "/cluster/nextid", query={"vmid": str(vmid)})
        if answer.status == 400 and "already exists" in self.api.words(answer):
            return False
        if str(self._seen(answer, FreeId).data) != str(vmid):
            raise Ended(Unknown(reason="Proxmox answered with another id"))
        return True

    def current(self, guest: Guest) -> Current:
        return self._seen(self.api.request("GET", f"{guest.path}/status/current"), CurrentAnswer).data

    def configure(self, guest: Guest, params: Mapping[str, str]) -> None:
        """At once. Refused when somebody else has changed the guest since it was read."""
        changes = {**params, **({"digest": guest.digest} if guest.digest else {})}
        self.api.read(self.api.request("PUT", f"{guest.path}/config", form=changes), Nothing)

    def tell(self, guest: Guest, method: str, path: str, params: Mapping[str, str] | None = None) -> str:
        """Begins a task, and gives its id."""
        where = "query" if method == "DELETE" else "form"
        return self.started(self.api.request(method, guest.path + path, **{where: params or {}}))

    def started(self, answer: Answer) -> str:
        """The id of the task that was begun. Raises `Ended`."""
        upid = self.api.read(answer, TaskStarted).data
        if not UPID.fullmatch(upid) or len(upid) > LONGEST_UPID:
            raise Ended(Unknown(reason="Proxmox answered with what is no id of a task"))
        return upid

    def is_taken(self, answer: Answer, vmid: int) -> bool:
        """Whether a create is refused because a guest has the id."""
        return answer.status >= 400 and is_taken(self.api.words(answer), vmid)

    def ending(self, upid: str) -> Ending | None:
        """How a task ended; None while it runs."""
        found = UPID.fullmatch(upid)
        if found is None:
            raise Ended(Manual(reason="the id of the task is none of Proxmox's"))
        answer = self.api.request("GET", f"/nodes/{found['node']}/tasks/{upid}/status")
        if answer.status >= 500 and is_no_task(self.api.words(answer)):
            return Ending("lost")
        task = self._seen(answer, TaskAnswer).data
        if task.status == "running":
            return None
        if task.exitstatus == "OK" or task.exitstatus.startswith("WARNINGS"):
            return Ending("ok")
        return Ending("failed", task.exitstatus[:200]) if task.exitstatus else Ending("lost")

    def container_templates(self, node: str) -> Iterator[str]:
        """The volumes of a node's container templates."""
        query = {"content": "vztmpl", "enabled": "1"}
        found = self._seen(self.api.request("GET", f"/nodes/{node}/storage", query=query), Storages)
        for each in found.data:
            path = f"/nodes/{node}/storage/{each.storage}/content"
            content = self._seen(self.api.request("GET", path, query={"content": "vztmpl"}), Volumes)
            yield from (volume.volid for volume in content.data)

    def _seen(self, answer: Answer, into: type[T]) -> T:
        return self.api.seen(answer, into)
