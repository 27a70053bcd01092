"""What a cluster tells of its guests, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import METRICS, Health, Reading
from larabill_core.contracts.outcome import Unknown
from larabill_core.errors import Faults
from larabill_core.structure import structure
from larabill_drivers.asking import Ended, look
from larabill_drivers.compute.proxmox.answers import Current, Guest, Resource
from larabill_drivers.compute.proxmox.build import free_memory
from larabill_drivers.compute.proxmox.cluster import Cluster
from larabill_drivers.compute.proxmox.power import parse_id
from larabill_drivers.compute.proxmox.settings import ProxmoxConfig, ProxmoxSettings

MIB = 1 << 20
_TROUBLE = ("io-error", "internal-error", "guest-panicked")
"""States of QEMU in which a guest hangs."""


class Telling:
    """Implements `Metrics`, `CanTellHealth`, `Inventory`, `CanListImages` and `CanTellCapacity`."""

    _cluster: Cluster
    _settings: ProxmoxSettings

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """Traffic counts from the last start on. The disk of a VM is not looked into: only containers say how full."""
        guest, now = self._now(driver_ref)
        readings = [
            _reading("traffic_in", now.netin, "counter"),
            _reading("traffic_out", now.netout, "counter"),
            _reading("memory", now.mem),
            _reading("cpu", (Decimal(str(now.cpu)) * 100).quantize(Decimal("0.01"))),
            _reading("uptime", now.uptime),
        ]
        return [*readings, _reading("disk", now.disk)] if guest.kind == "lxc" else readings

    @look
    def health(self, driver_ref: str) -> Health:
        guest, now = self._now(driver_ref)
        if not now.runs:
            return Health(state="down", detail="it is switched off")
        if now.qmpstatus in _TROUBLE:
            return Health(state="down", detail=f"QEMU says {now.qmpstatus}")
        if now.qmpstatus not in ("", "running"):
            return Health(state="degraded", detail=f"QEMU says {now.qmpstatus[:40]}")
        return Health(state="degraded", detail=f"locked: {guest.lock[:40]}") if guest.lock else Health(state="ok")

    @look
    def regions(self) -> list[Offer]:
        """Those of the settings; without, the cluster's nodes, for somebody who writes settings."""
        if self._settings.regions:
            return [Offer(code=code, name=code) for code in self._settings.regions]
        return [Offer(code=node, name=node) for node in sorted(self._nodes())]

    @look
    def plans(self) -> list[Offer]:
        """VM templates: Proxmox has no plans."""
        return [_template(line) for line in self._cluster.guests() if line.template and line.type == "qemu"]

    @look
    def images(self) -> list[Offer]:
        """VM templates, and the templates of containers on any node."""
        found = {offer.code: offer for offer in self.plans()}
        for node in sorted(self._nodes()):
            for volume in self._cluster.container_templates(node):
                found[volume] = Offer(code=volume, name=volume.partition("/")[2])
        return [*found.values()]

    @look
    def capacity(self, plan_code: str, region: str, config: Mapping[str, Any]) -> int | None:
        """By memory that is promised to nobody yet, on the nodes where such a guest may stand."""
        wanted = structure(ProxmoxConfig, config, Faults(), "config")
        if wanted is None or (region and region not in self._settings.regions):
            return None
        resources = self._cluster.resources()
        free = free_memory(resources)
        nodes = self._settings.regions.get(region, tuple(free))
        if wanted.kind == "qemu" and not wanted.spread:
            at = {str(line.node) for line in resources if line.template and str(line.vmid) == wanted.template}
            nodes = tuple(at.intersection(nodes))
        return sum(max(free.get(node, 0), 0) // (wanted.memory * MIB) for node in nodes)

    def _nodes(self) -> set[str]:
        return {str(each.node) for each in self._cluster.resources("node") if each.node and each.status == "online"}

    def _now(self, driver_ref: str) -> tuple[Guest, Current]:
        kind, vmid = parse_id(driver_ref)
        guest = self._cluster.guest(kind, vmid)
        if guest is None:
            raise Ended(Unknown(reason=f"there is no {driver_ref}"))
        return guest, self._cluster.current(guest)


def _reading(metric: str, value: int | Decimal, kind: Literal["counter", "gauge"] = "gauge") -> Reading:
    return Reading(metric=metric, value=Decimal(value), unit=METRICS[metric], kind=kind)


def _template(line: Resource) -> Offer:
    return Offer(code=str(line.vmid), name=line.name or str(line.vmid))
