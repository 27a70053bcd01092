"""What a control server offers, how much more fits in, and what a server has used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Unknown
from larabill_core.errors import Faults
from larabill_core.structure import structure
from larabill_drivers.asking import Ended, look
from larabill_drivers.compute.virtfusion.control import Control, parse_driver_ref
from larabill_drivers.compute.virtfusion.settings import VirtFusionConfig
from larabill_drivers.compute.virtfusion.stock import (
    GroupPage,
    Hypervisor,
    Package,
    PackageAnswer,
    Packages,
    TemplateGroups,
    TrafficAnswer,
)

_START = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


class Offers(Control):
    """Implements `Inventory`, `CanListImages`, `CanTellCapacity` and `Metrics`."""

    @look
    def regions(self) -> list[Offer]:
        """Ours, from the settings."""
        return [Offer(code=code, name=code) for code in self._settings.regions]

    @look
    def plans(self) -> list[Offer]:
        """The packages that can be ordered."""
        return [Offer(code=str(each.id), name=each.name) for each in self._packages()]

    @look
    def images(self) -> list[Offer]:
        """The templates of all packages together; a package may have fewer."""
        found: dict[str, Offer] = {}
        for package in self._packages():
            path = f"/media/templates/fromServerPackageSpec/{package.id}"
            for group in self._api.seen(self._api.request("GET", path), TemplateGroups).data:
                for each in group.templates:
                    name = " ".join(filter(None, (each.name, each.version, each.variant)))
                    found.setdefault(str(each.id), Offer(code=str(each.id), name=name))
        return [*found.values()]

    @look
    def capacity(self, plan_code: str, region: str, config: Mapping[str, Any]) -> int | None:
        """What the free memory, cores, disks and addresses of the region's hypervisor group come to.

        None where a plan or region is not known. What storage profile a package is bound to is not looked at.
        """
        plan = structure(VirtFusionConfig, config, Faults(), "config")
        group = self._settings.regions.get(region, 0) if region else (plan.group if plan else 0)
        package = self._package(plan.package) if plan else None
        if plan is None or package is None or not group:
            return None
        if not package.enabled:
            return 0
        hosts = [*self._pages(f"/compute/hypervisors/groups/{group}/resources", GroupPage)]
        fit = sum(_fit(host, plan, package) for host in hosts if host.hypervisor.takes)
        # The addresses are the group's, and told with each of its hypervisors.
        free = max((host.resources.network.total.ipv4.free for host in hosts), default=0)
        return min(fit, max(free, 0) // plan.ipv4) if plan.ipv4 else fit

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """The traffic of the period that runs: bytes, which begin anew with the next."""
        id, _ = parse_driver_ref(driver_ref)
        months = self._api.seen(self._api.request("GET", f"/servers/{id}/traffic"), TrafficAnswer).data.monthly
        dated = [each for each in months if _START.fullmatch(each.start)]
        if not dated:
            return []
        running = max(dated, key=lambda each: each.start)
        values = (("traffic_in", running.rx), ("traffic_out", running.tx), ("traffic", running.total))
        return [Reading(metric=name, value=Decimal(value), unit="byte", kind="counter") for name, value in values]

    def _packages(self) -> Iterator[Package]:
        found = self._api.seen(self._api.request("GET", "/packages"), Packages).data
        return (each for each in found if each.enabled)

    def _package(self, id: int) -> Package | None:
        """None when there is none that VirtFusion would show. Raises `Ended`."""
        answer = self._api.request("GET", f"/packages/{id}")
        if answer.status == 404:
            return None
        package = self._api.seen(answer, PackageAnswer).data
        if package.id != id:
            raise Ended(Unknown(reason="VirtFusion answered with another package"))
        return package


def _fit(host: Hypervisor, plan: VirtFusionConfig, package: Package) -> int:
    """How many servers of a plan one hypervisor has room for. A `max` of 0 is no limit."""
    resources = host.resources
    storage = plan.storage or package.primary_storage
    disks = [each for each in (resources.local_storage, *resources.other_storage) if each.enabled]
    return min(
        resources.servers.room(1),
        resources.memory.room(plan.memory or package.memory),
        resources.cpu_cores.room(plan.cpu_cores or package.cpu_cores),
        max((disk.room(storage) for disk in disks), default=0),
    )
