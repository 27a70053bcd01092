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
Password: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

ALLOCATED, QUEUED, COMPLETE, FAILED = "allocated", "queued", "complete", "failed"
"""States of a server as the official samples show them; there may be others."""
COMMISSIONED = 3
"""What a list says of a server that is complete."""
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
    ipv4: list[Ipv4] = msgspec.field(default_factory=list)
    ipv6: list[Ipv6] = msgspec.field(default_factory=list)


class Network(Body):
    interfaces: list[Interface] = msgspec.field(default_factory=list)


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
        return self.state == FAILED or (self.build_failed and self.state != QUEUED)

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
