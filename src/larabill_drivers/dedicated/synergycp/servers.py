"""The panel's servers, who may use them, and how far their installation is. Every method raises `Ended`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import attrs
import msgspec

from larabill_core.contracts.outcome import Failed, Manual, Unknown
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.errors import shown
from larabill_drivers.asking import Ended
from larabill_drivers.dedicated.synergycp.answers import Access, Server
from larabill_drivers.dedicated.synergycp.panel import Panel, Refused, unseen
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings

Installed: TypeAlias = Literal["done", "working", "failed"]


@attrs.frozen
class Servers:
    """A server is ours by its own `billing.id`: machines are sold again and again, under the same number."""

    panel: Panel

    def by_ref(self, ref: str) -> Server | None:
        """None when the panel lists none. A list with servers of others is no answer: it was not filtered."""
        found = self.panel.page("/server", Server, {"billing_id": ref}).data
        if any(server.billing_id != ref for server in found):
            raise Ended(Unknown(reason="the panel does not filter servers by billing_id"))
        if len(found) > 1:
            numbers = ", ".join(str(server.id) for server in found[:5])
            raise Ended(Manual(reason=f"several servers of the panel carry our billing id: {numbers}"))
        return found[0] if found else None

    def by_id(self, id: int) -> Server:
        server = self.panel.look(f"/server/{id}", Server)
        if server.id != id:
            raise Ended(Unknown(reason="the panel answered with another server"))
        return server

    def ours(self) -> Iterator[Server]:
        """Those that our integration has sold and that carry a ref of ours."""
        for server in self.panel.every("/server", Server, {"integration_id": "me"}):
            if is_ref(server.billing_id):
                yield server

    def standing(self, ref: str, driver_ref: str) -> Server | None:
        """The server that carries `ref`, and is the one that we know; None when none does."""
        there = self.by_ref(ref)
        if there is not None and str(there.id) != driver_ref:
            raise Ended(Manual(reason=f"our billing id stands at the panel's server {there.id}, which is another"))
        return there

    def still(self, id: int, ref: str) -> Server:
        """Looked at once more, just before something is done that cannot be undone."""
        there = self.by_id(id)
        if there.billing_id != ref:
            raise Ended(Manual(reason=f"the panel's server {id} carries another billing id by now"))
        return there

    def is_elsewhere(self, id: int, ref: str) -> bool:
        """Whether server `id` carries `ref`, although the list does not show it."""
        try:
            return self.panel.get(f"/server/{id}", Server).billing_id == ref
        except Refused as no:
            if isinstance(no.outcome, Failed) and no.outcome.code == "404":
                return False
            raise unseen(no) from None


@attrs.frozen
class Accesses:
    """Suspending is to make the accesses to a server inactive: the owner's, or everybody's by the setting."""

    panel: Panel
    settings: SynergyCpSettings

    def set(self, server: Server, *, is_active: bool) -> None:
        """The owner's last: by it the panel says how a server is, and then the others are done."""
        rows = sorted(self._rows(server), key=lambda row: bool(row.is_primary))
        if not rows or not rows[-1].is_primary:
            raise Ended(Manual(reason=f"nobody is the owner of the panel's server {server.id}"))
        body: dict[str, Any] = {"is_active": is_active}
        if not is_active:
            body |= {"auto": True, "suspension_reason": self.settings.suspension_reason}
        changed = False
        for row in rows:
            if bool(row.is_active) is is_active:
                continue
            try:
                self._tell(f"/server/{server.id}/access/{row.id}", row, body)
            except Ended as end:
                raise (_half(end) if changed else end) from None
            changed = True

    def _rows(self, server: Server) -> list[Access]:
        query = {} if self.settings.suspend_sub_clients else {"is_primary": "1"}
        rows = self.panel.every(f"/server/{server.id}/access", Access, query)
        return [row for row in rows if row.is_primary or self.settings.suspend_sub_clients]

    def _tell(self, path: str, row: Access, body: dict[str, Any]) -> None:
        now = self.panel.tell("PATCH", path, Access, json=body)
        if now.id != row.id or bool(now.is_active) is not body["is_active"]:
            raise Ended(Unknown(reason="the panel accepts it, but does not show it"))


@attrs.frozen
class Installs:
    """The fields of an install are not described: the settings say where its state stands and which states end it."""

    panel: Panel
    settings: SynergyCpSettings

    def state(self, server: Server) -> Installed:
        """Of the newest install. Without the setting every server is done."""
        if not self.settings.install_field:
            return "done"
        state = self._words(server)
        if state in self.settings.install_failed:
            return "failed"
        return "done" if state in self.settings.install_done else "working"

    def failure(self, server: Server) -> Manual:
        where = f"the panel's server {server.id}"
        return Manual(reason=f"the installation of {where} ended as {shown(self._words(server))}: install it there")

    def _words(self, server: Server) -> str:
        installs = [*self.panel.every(f"/server/{server.id}/install", dict[str, Any])]
        if not installs:
            return "none"
        value: Any = max(installs, key=lambda install: _number(install.get("id")))
        for name in self.settings.install_field.split("."):
            if not isinstance(value, dict) or name not in value:
                raise Ended(Unknown(reason=f"an install of the panel has no {self.settings.install_field}"))
            value = value[name]
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def is_ref(billing_id: str) -> bool:
    """Whether it may be one that `ref_for` has made."""
    return len(billing_id) == 35 and billing_id.startswith("lb-")


def check_active(server: Server) -> None:
    """Of one that is being built. Raises `Ended`."""
    if server.status is not RemoteStatus.ACTIVE:
        reason = f"the panel's server {server.id} stands, and its owner has no access: look there, then adopt it"
        raise Ended(Manual(reason=reason))


def number(driver_ref: str) -> int:
    """The panel's number of a server. Raises `Ended`."""
    if not driver_ref.isascii() or not driver_ref.isdigit() or len(driver_ref) > 10:
        raise Ended(Failed(reason="the panel's ids are numbers", code="bad_id"))
    return int(driver_ref)


def _number(id: Any) -> int:
    return id if type(id) is int else 0


def _half(end: Ended) -> Ended:
    """Some accesses are changed, others not: that is no "nothing happened"."""
    match end.outcome:
        case Failed(retryable=True) as failed:
            return Ended(Unknown(reason=f"half done: {failed.reason}"))
        case Failed() as failed:
            return Ended(Manual(reason=f"half done, some accesses are changed: {failed.reason}"))
        case _:
            return end
