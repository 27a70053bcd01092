"""What of the panel's answers is read, and what its states mean to us."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec

from larabill_core.contracts.outcome import Manual
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_drivers.asking import Ended
from larabill_drivers.panels.enhance.settings import LARGEST_ID

T = TypeVar("T")

Uuid: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)]
Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Word: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,40}\Z")]
Label: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f]{1,200}\Z")]
Url: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,2000}\Z")]


class Page(msgspec.Struct, Generic[T]):
    """A part of a list of `total` items."""

    items: list[T]
    total: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class Org(msgspec.Struct, rename="camel"):
    """An organisation: a customer, or the seller."""

    id: Uuid
    name: str
    status: str
    created_at: str
    subscriptions_count: Amount
    suspended_by: Uuid | None = None


class Used(msgspec.Struct):
    """How much of a resource is used; no `total` means no limit."""

    name: Word
    usage: Amount
    total: Amount | None = None


class Subscription(msgspec.Struct, rename="camel"):
    id: Number
    plan_id: Number
    subscriber_id: Uuid
    status: str
    friendly_name: str
    resources: list[Used]
    suspended_by: Uuid | None = None

    def remote_status(self, org: Org) -> RemoteStatus:
        """`status` stays "active" while it is suspended; a suspended organisation holds all that it has."""
        is_suspended = self.suspended_by is not None or org.suspended_by is not None
        return RemoteStatus.SUSPENDED if is_suspended else RemoteStatus.ACTIVE


class Domain(msgspec.Struct):
    domain: str


class Website(msgspec.Struct, rename="camel"):
    id: Uuid
    domain: Domain
    status: str
    subscription_id: Number | None = None


class Login(msgspec.Struct):
    id: Uuid
    email: str


class Member(msgspec.Struct, rename="camel"):
    """A login's place in an organisation; until an invitation is accepted it is not active."""

    id: Uuid
    login_id: Uuid
    is_active: bool
    roles: list[str]


class Plan(msgspec.Struct):
    id: Number
    name: Label


class Group(msgspec.Struct):
    id: Uuid
    name: Label


class Groups(msgspec.Struct):
    items: list[Group]


class Made(msgspec.Struct):
    id: Uuid


class MadeNumber(msgspec.Struct):
    id: Number


def stands(thing: Org | Subscription | Website) -> bool:
    """What is deleted stays in the panel's lists, and is not there for us. Raises `Ended` for an unknown status."""
    match thing.status:
        case "deleted":
            return False
        case "active" | "disabled":
            return True
        case _:
            kind = type(thing).__name__.lower()
            raise Ended(Manual(reason=f"{kind} {thing.id} has a status at the panel that this driver does not know"))


def explain(answer: Any) -> str:
    """The panel's own words: `code`, `detail` and `message`."""
    return ": ".join([explain_briefly(answer), *([answer["message"]] if "message" in answer else [])])


def explain_briefly(answer: Any) -> str:
    """Its code only, where a message might repeat an e-mail address."""
    return " ".join(str(answer[name])[:80] for name in ("code", "detail") if name in answer or name == "code")


def is_absent(answer: Any) -> bool:
    """Whether a 404 is the panel's word for "there is none", and not a wrong address."""
    return bool(answer["code"] == "not_found")
