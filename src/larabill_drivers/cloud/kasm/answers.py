"""What of the server's answers is read, and what a user's state means to us.

Dates are not read: they may be the string "None".
"""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

import msgspec

from larabill_core.contracts.provisioner import RemoteStatus
from larabill_drivers.cloud.kasm.settings import plain_id

Id: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$", max_length=36)
]
Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,300}$")]

UNFINISHED = "lb-unfinished"
"""The organization of a user whose groups are not all there yet. It is disabled so long."""

_REF = re.compile(r"lb-[0-9a-f]{32}")


class Group(msgspec.Struct):
    group_id: Id


class Session(msgspec.Struct):
    kasm_id: Id

    @property
    def id(self) -> str:
        return plain_id(self.kasm_id)


class User(msgspec.Struct):
    """A user. `kasms` are the sessions that are open; None when the server does not say."""

    user_id: Id
    username: Name
    disabled: bool
    organization: str | None = None
    groups: list[Group] = []
    kasms: list[Session] | None = None

    @property
    def id(self) -> str:
        return plain_id(self.user_id)

    @property
    def group_ids(self) -> frozenset[str]:
        return frozenset(plain_id(group.group_id) for group in self.groups)

    @property
    def is_ours(self) -> bool:
        return _REF.fullmatch(self.username) is not None

    @property
    def is_unfinished(self) -> bool:
        return self.disabled and self.organization == UNFINISHED

    @property
    def remote_status(self) -> RemoteStatus:
        if self.is_unfinished:
            return RemoteStatus.BUILDING
        return RemoteStatus.SUSPENDED if self.disabled else RemoteStatus.ACTIVE


class OneUser(msgspec.Struct):
    user: User


class AllUsers(msgspec.Struct):
    users: list[User]


class Image(msgspec.Struct):
    image_id: Id
    friendly_name: Name
    enabled: bool = True


class Images(msgspec.Struct):
    images: list[Image]


class Login(msgspec.Struct):
    url: Annotated[str, msgspec.Meta(pattern=r"^https://[!-~]{1,2000}$")]


class Accepted(msgspec.Struct):
    """An answer that says no more than that."""


def says_no(answer: Any) -> bool:
    """Whether it is a refusal, under whatever status."""
    return "error_message" in answer


def explain(answer: Any) -> str:
    """The server's own words: `error_message`, or `detail` of a problem document (RFC 9457, from 1.19 on)."""
    words = answer["error_message"] if says_no(answer) else answer["detail"]
    if not isinstance(words, str) or not words.strip():
        raise TypeError("no words")
    return words.strip()
