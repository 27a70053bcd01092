"""What of WHM's answers is read. Never `metadata.output.raw`: it is HTML, and may hold the password."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from larabill_core.contracts.provisioner import RemoteStatus

Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9]{0,15}\Z")]
Domain: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{1,251}[a-z0-9]\Z")]
Bytes: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Flag: TypeAlias = Literal[0, 1]
Url: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=r"\Ahttps://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?/[!#-;=?-\[\]_a-z~]{1,2000}\Z")
]
"""Without what ends a link in HTML, and without a user before the host."""

_TRACE = re.compile(r"\A(?:API failure: )?\(XID \w{1,20}\) ")


class Metadata(msgspec.Struct):
    result: Flag
    reason: str = ""


class Said(msgspec.Struct):
    """The envelope of every answer: whether it was done stands here, and not in the status."""

    metadata: Metadata


class Account(msgspec.Struct):
    """A hosting account. `is_locked`: only root may resume it."""

    user: Name
    domain: Domain
    owner: str
    plan: str
    suspended: Flag
    is_locked: Flag = 0
    ip: str = ""

    @property
    def status(self) -> RemoteStatus:
        return RemoteStatus.SUSPENDED if self.suspended else RemoteStatus.ACTIVE

    @property
    def driver_ref(self) -> str:
        """By the name it is found, by the domain it is known."""
        return f"{self.user}:{self.domain}"


class AccountRows(msgspec.Struct):
    acct: list[dict[str, Any]]


class Accounts(msgspec.Struct):
    """Rows as they come: those of others need not be as we think."""

    data: AccountRows


class Package(msgspec.Struct):
    name: str


class PackageRows(msgspec.Struct):
    pkg: list[Package]


class Packages(msgspec.Struct):
    data: PackageRows


class SessionData(msgspec.Struct):
    url: Url


class Session(msgspec.Struct):
    data: SessionData


class Traffic(msgspec.Struct):
    """Of this month, in bytes. `deleted`: of an account that is gone."""

    user: str
    totalbytes: Bytes
    deleted: Flag = 0


class TrafficRows(msgspec.Struct):
    acct: list[Traffic]


class TrafficAnswer(msgspec.Struct):
    data: TrafficRows


class Disk(msgspec.Struct):
    """Blocks of 1 KiB."""

    user: str
    blocks_used: Bytes


class DiskRows(msgspec.Struct):
    accounts: list[Disk]


class DiskAnswer(msgspec.Struct):
    data: DiskRows


class UserCount(msgspec.Struct):
    users: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class UserCountAnswer(msgspec.Struct):
    data: UserCount


def explain(answer: Any) -> str:
    """WHM's own words: `metadata.reason`, or the older `cpanelresult.error`."""
    if "metadata" in answer:
        return plain(str(answer["metadata"]["reason"]))
    return plain(str(answer["cpanelresult"]["error"]))


def plain(reason: str) -> str:
    """Without the number under which the server's log has it."""
    return _TRACE.sub("", reason)
