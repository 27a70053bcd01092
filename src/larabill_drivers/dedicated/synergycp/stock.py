"""What the panel has in its inventory: whole servers of certain parts, and free blocks of addresses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from larabill_core.contracts.outcome import Failed
from larabill_drivers.asking import Ended
from larabill_drivers.dedicated.synergycp.answers import Made, Server
from larabill_drivers.dedicated.synergycp.panel import Panel
from larabill_drivers.dedicated.synergycp.settings import SynergyCpConfig, SynergyCpSettings


@attrs.frozen
class Stock:
    """Every method raises `Ended`: that nothing is left is a failure that passes, which is waited for."""

    panel: Panel
    settings: SynergyCpSettings

    def groups(self, order: SynergyCpConfig, region: str) -> tuple[str, ...]:
        """The IP groups to take from; none is any."""
        if not region:
            return order.groups
        if not self.settings.regions:
            return (region,)
        if region not in self.settings.regions:
            reason = f"no region {region!r} in the settings' regions"
            raise Ended(Failed(reason=reason, code="unknown_region"))
        return self.settings.regions[region]

    def take(self, order: SynergyCpConfig, groups: tuple[str, ...], but: Collection[int] = ()) -> int:
        """A free server for which there are addresses, none of `but`."""
        servers = self.panel.page("/server", Server, _parts(order, groups)).data
        free = [server.id for server in servers if server.is_free and server.id not in but]
        if not free:
            raise self.empty("no server of these parts is free")
        self.need_addresses(order, groups)
        return free[0]

    def need_addresses(self, order: SynergyCpConfig, groups: tuple[str, ...]) -> None:
        if not self._addresses(order, groups):
            raise self.empty("no such block of addresses is free")

    def left(self, order: SynergyCpConfig, groups: tuple[str, ...]) -> int | None:
        """How many orders could be met; None when the panel counts what is not free."""
        query = {**_parts(order, groups), "force_refresh_count": "1"}
        page = self.panel.page("/server", Server, query)
        if not all(server.is_free for server in page.data):
            return None
        return min(page.total, self._addresses(order, groups))

    def empty(self, what: str) -> Ended:
        failed = Failed(reason=what, retryable=True, retry_after=self.settings.look_again, code="no_capacity")
        return Ended(failed)

    def _addresses(self, order: SynergyCpConfig, groups: tuple[str, ...]) -> int:
        query: dict[str, Any] = {"server": "none", "billing_id": order.ips}
        if groups:
            query["group[billing][]"] = [*groups]
        return self.panel.page("/entity", Made, query).total


def _parts(order: SynergyCpConfig, groups: tuple[str, ...]) -> Mapping[str, Any]:
    """The filters for servers of exactly these parts, as PHP reads them."""
    query: dict[str, Any] = {
        "available": "1",
        "parts[exact]": "1",
        "cpu_billing": order.cpu,
        "mem_billing": order.memory,
    }
    lists = {"disks_billing[]": order.disks, "addons_billing[]": order.addons, "ip_group_billing[]": groups}
    return query | {name: [*ids] for name, ids in lists.items() if ids}
