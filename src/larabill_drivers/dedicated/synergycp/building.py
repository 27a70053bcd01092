"""How a server is taken from the inventory, although looking and taking are two calls and others take too.

The number of the server is saved before it is asked for. After an answer that was lost the same server is asked for
again, which the panel can only refuse or do once; another one only when that one is seen to be somebody else's.
"""

from __future__ import annotations

from typing import Any

import attrs

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Failed, Unknown
from larabill_core.contracts.provisioner import ProvisionRequest
from larabill_drivers.asking import Ended
from larabill_drivers.dedicated.synergycp.answers import Handed, Server
from larabill_drivers.dedicated.synergycp.clients import Clients
from larabill_drivers.dedicated.synergycp.panel import Panel, Refused
from larabill_drivers.dedicated.synergycp.servers import Servers, check_active
from larabill_drivers.dedicated.synergycp.settings import SynergyCpConfig, wanted
from larabill_drivers.dedicated.synergycp.stock import Stock

MOST_SERVERS = 5
"""So many servers may be taken by others while we ask for them."""


@attrs.frozen
class Builder:
    panel: Panel
    servers: Servers
    stock: Stock
    clients: Clients

    def build(self, request: ProvisionRequest) -> Server:
        """The server that carries the request's ref, found or taken. Raises `Ended`."""
        order, name = wanted(request.config, request.spec)
        groups = self.stock.groups(order, request.region)
        there = self._standing(request.ref)
        if there is not None:
            return there
        if request.contact is None:
            reason = "a client of the panel needs the customer's name and e-mail address"
            raise Ended(Failed(reason=reason, code="no_contact"))
        asked = self._asked_before(request)
        # Looked at before a client is made: while there is none, nothing is begun, and the plan may change.
        server = asked or self.stock.take(order, groups)
        client = self._client(request, request.contact)
        refused: set[int] = set()
        while len(refused) < MOST_SERVERS:
            request.save_progress({"client": client, "server": server})
            try:
                return self._handed(request, order, name, client, server)
            except Refused:
                there = self._standing(request.ref)
                if there is not None:
                    return there
                is_free = self._is_free(server, asked_before=server == asked)
                request.save_progress({"client": client})
                if is_free:  # so it was refused for something else
                    self.stock.need_addresses(order, groups)
                    raise
            refused.add(server)
            server = self.stock.take(order, groups, refused)
        raise self.stock.empty(f"others have taken {MOST_SERVERS} servers before us")

    def _standing(self, ref: str) -> Server | None:
        there = self.servers.by_ref(ref)
        if there is not None:
            check_active(there)
        return there

    def _asked_before(self, request: ProvisionRequest) -> int | None:
        """The server that an earlier try has asked for, unless it has become somebody else's."""
        server = request.progress.get("server")
        if not isinstance(server, int):
            return None
        return server if self._is_free(server, asked_before=True) else None

    def _is_free(self, server: int, *, asked_before: bool) -> bool:
        """Whether it is still to be had. What was asked for before and is nobody's that we know may become ours yet."""
        there = self.servers.by_id(server)
        if asked_before and not there.is_free and not there.billing_id:
            reason = f"the panel's server {server} was asked for before, and is neither free nor ours yet"
            raise Ended(Unknown(reason=reason))
        return there.is_free

    def _client(self, request: ProvisionRequest, contact: Contact) -> int:
        known = request.progress.get("client")
        if isinstance(known, int):
            return known
        client, is_new = self.clients.ensure(contact)
        if is_new:
            request.save_progress({**request.progress, "client": client})
        return client

    def _handed(self, request: ProvisionRequest, order: SynergyCpConfig, name: str, client: int, server: int) -> Server:
        body = _order(request, order, name) | {"server_id": server, "client_id": client}
        hidden = [request.password.reveal()]
        handed = self.panel.tell("POST", "/server/provision", Handed, json=body, hidden=hidden).server
        if handed.id != server or handed.billing_id != request.ref:
            raise Ended(Unknown(reason="the panel answered with another server"))
        return handed


def _order(request: ProvisionRequest, order: SynergyCpConfig, name: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "ips_billing": order.ips,
        "pxe_profile_billing": order.image,
        "nickname": name or request.ref,
        "password": request.password.reveal(),
        "billing": {"id": request.ref} | ({"max_bandwidth": order.bandwidth} if order.bandwidth else {}),
        "access": {"pxe": order.pxe_access, "ipmi": order.ipmi_access, "switch": order.switch_access},
    }
    return body | ({"port_speed_billing": order.port_speed} if order.port_speed else {})
