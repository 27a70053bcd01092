"""What of VirtFusion's answers is read, and what a server's state means to us."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

import msgspec

from larabill_core.contracts.addresses import Address
from larabill_core.contracts.provisioner import RemoteStatus

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Uuid: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
State: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z _-]{0,39}$")]
Label: TypeAlias = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
Password: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

ALLOCATED, COMPLETE, FAILED = "allocated", "complete", "failed"
"""States of a server as the official samples show them; between them it is queued or built."""
COMMISSIONED = 3
"""What a list says of a server that is complete."""
ENDLESS = 10**6
"""How often something fits in where nothing limits it."""
OURS = re.compile(r"lb-[0-9a-f]{32}")
"""A ref of ours: the name that a server is given with its build."""


class Body(msgspec.Struct, rename="camel"):
    """A part of an answer."""


class Tasks(Body):
    active: bool


class Resources(Body):
    """Memory in MB, storage in GB."""

    memory: Count
    cpu_cores: Count
    storage: Count
    traffic: Count


class ServerSettings(Body):
    resources: Resources


class Ipv4(Body):
    address: str


class Ipv6(Body):
    subnet: str
    cidr: int


class Interface(Body):
    ipv4: list[Ipv4] = []
    ipv6: list[Ipv6] = []


class Network(Body):
    interfaces: list[Interface] = []


class RemoteState(Body):
    state: State


class Server(Body):
    """A server. Its `uuid` stays; its `name` is ours from the build on, and its customer may change it."""

    id: Id
    uuid: Uuid
    owner_id: Id
    name: str | None
    state: State
    suspended: bool
    build_failed: bool
    tasks: Tasks
    settings: ServerSettings
    network: Network = msgspec.field(default_factory=Network)
    hostname: str | None = None
    remote_state: RemoteState | bool = False

    @property
    def status(self) -> RemoteStatus:
        if self.suspended:
            return RemoteStatus.SUSPENDED
        return RemoteStatus.ACTIVE if self.state == COMPLETE else RemoteStatus.BUILDING

    @property
    def has_failed(self) -> bool:
        """Its build did not work out."""
        return self.build_failed or self.state == FAILED

    @property
    def is_untouched(self) -> bool:
        """Made, and neither built nor claimed for a service of ours."""
        return self.state == ALLOCATED and not is_ours(self.name)

    @property
    def driver_ref(self) -> str:
        """Id and uuid: so an id that is used again is seen."""
        return f"{self.id}:{self.uuid}"

    def addresses(self) -> Iterator[Address]:
        """Those that are addresses; networks of IPv6 as such."""
        for interface in self.network.interfaces:
            for four in interface.ipv4:
                yield from _address(four.address, 4)
            for six in interface.ipv6:
                yield from _address(f"{six.subnet}/{six.cidr}", 6)


class ServerAnswer(Body):
    data: Server


class Listed(Body):
    """A line of the list of all servers."""

    id: Id
    uuid: Uuid
    name: str | None
    commissioned: int
    suspended: bool

    @property
    def status(self) -> RemoteStatus:
        if self.suspended:
            return RemoteStatus.SUSPENDED
        return RemoteStatus.ACTIVE if self.commissioned == COMMISSIONED else RemoteStatus.BUILDING


class Page(msgspec.Struct):
    """The paginator's fields stand beside `data`."""

    current_page: Id
    last_page: Id
    total: Count


class ServersPage(Page):
    data: list[Listed]


class OwnServer(Body):
    """A line of the list of one user's servers."""

    id: Id
    name: str | None
    state: State

    @property
    def is_untouched(self) -> bool:
        return self.state == ALLOCATED and not is_ours(self.name)


class OwnServers(Body):
    data: list[OwnServer]


class User(Body):
    id: Id


class UserAnswer(Body):
    data: User


class Job(Body):
    """A job of the queue: `finished` is a time, null until then."""

    failed: bool
    finished: str | None = None


class JobAnswer(Body):
    data: Job


class Queued(Body):
    queue_id: Id


class QueuedAnswer(Body):
    data: Queued


class NewPassword(Body):
    expected_password: Password


class NewPasswordAnswer(Body):
    data: NewPassword


class Authentication(msgspec.Struct):
    """`endpoint_complete` is a path with two tokens that let in."""

    endpoint_complete: str


class Token(Body):
    authentication: Authentication


class TokenAnswer(Body):
    data: Token


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
    other_storage: list[Disk] = []


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


def is_ours(name: str | None) -> bool:
    """Whether it is a ref of ours, of whichever service."""
    return bool(name and OURS.fullmatch(name))


def explain(answer: Any) -> str:
    """VirtFusion's own words: `errors`, a list or a list for each field, or `msg`, or `message`."""
    errors = answer.get("errors")
    if isinstance(errors, dict):
        errors = [each for found in errors.values() for each in (found if isinstance(found, list) else [found])]
    if isinstance(errors, list) and errors:
        return "; ".join(str(each) for each in errors[:3])
    return str(answer["msg"] if "msg" in answer else answer["message"])


def is_absent(answer: Any) -> bool:
    """Whether a 404 is VirtFusion's word for "there is no such server", and not a wrong address or a proxy's."""
    return str(answer["msg"]).strip().lower() == "server not found"


def _address(text: str, version: Any) -> Iterator[Address]:
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return
    if interface.version == version and "%" not in text:
        yield Address(address=text, version=version)
