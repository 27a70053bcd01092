"""What of VirtFusion's answers is read about packages, templates, hypervisors and traffic."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from larabill_drivers.compute.virtfusion.answers import Body, Count, Id, Page

Label: TypeAlias = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
ENDLESS = 10**6
"""How often something fits in where nothing limits it."""


class Package(Body):
    """Memory in MB, storage in GB."""

    id: Id
    name: Label
    enabled: bool
    memory: Count
    cpu_cores: Count
    primary_storage: Count


class PackageAnswer(Body):
    data: Package


class Packages(Body):
    data: list[Package]


class Template(Body):
    id: Id
    name: Label
    version: Label = ""
    variant: Label = ""


class TemplateGroup(Body):
    templates: list[Template]


class TemplateGroups(Body):
    data: list[TemplateGroup]


class Room(Body):
    """`free` is below zero where there is no limit (`max` 0)."""

    max: Count
    free: int

    def room(self, each: int) -> int:
        """How often `each` fits in."""
        return ENDLESS if not self.max or not each else max(self.free, 0) // each


class Disk(Room):
    enabled: int | bool = True


class FreeIpv4(Body):
    free: int


class Addresses(Body):
    ipv4: FreeIpv4


class GroupNetwork(Body):
    total: Addresses


class HypervisorResources(Body):
    servers: Room
    memory: Room
    cpu_cores: Room
    local_storage: Disk
    network: GroupNetwork
    other_storage: list[Disk] = msgspec.field(default_factory=list)


class HypervisorState(Body):
    enabled: bool
    commissioned: bool
    prohibit: bool

    @property
    def takes(self) -> bool:
        """Whether new servers are put on it."""
        return self.enabled and self.commissioned and not self.prohibit


class Hypervisor(Body):
    hypervisor: HypervisorState
    resources: HypervisorResources


class GroupPage(Page):
    data: list[Hypervisor]


class Month(Body):
    """Bytes of one period."""

    start: str
    rx: Count
    tx: Count
    total: Count


class Months(Body):
    monthly: list[Month]


class TrafficAnswer(Body):
    data: Months
