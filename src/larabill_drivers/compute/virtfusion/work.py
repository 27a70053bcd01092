"""Work that VirtFusion does in its queue, as the handle of a `Pending`; and how far a create has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from larabill_core.contracts.outcome import Manual, Pending
from larabill_drivers.asking import Ended
from larabill_drivers.compute.virtfusion.answers import Count, Id, Server, Uuid

Kind: TypeAlias = Literal["build", "undo", "suspend", "resume", "resize", "delete", "start", "stop", "off", "restart"]
Host: TypeAlias = Annotated[str, msgspec.Meta(max_length=253)]
Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=120)]

SOON = timedelta(seconds=5)
"""When to look first after a job that takes seconds."""


class Work(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, frozen=True):
    """What was asked of which server.

    Of a build: `os`, `hostname`, `ipv6`, `vnc`, how often it may be repeated (`again`), and whose password is set after
    it (`login`). Of a resize: the `memory` (MB) and `cores` that it comes to. Of a restart: its job in the `queue`.
    Of a gentle stop: `until` when (ISO 8601). Of what is undone: the `reason`.
    """

    kind: Kind
    server: Id
    uuid: Uuid
    os: Count = 0
    hostname: Host = ""
    ipv6: bool = False
    vnc: bool = False
    again: Count = 0
    login: Short = ""
    memory: Count = 0
    cores: Count = 0
    queue: Count = 0
    until: Short = ""
    reason: Short = ""

    def pending(self, after: timedelta | None = SOON) -> Pending:
        return Pending(handle=msgspec.json.encode(self).decode(), poll_after=after)


def work_on(there: Server, kind: Kind, **more: Any) -> Work:
    return Work(kind=kind, server=there.id, uuid=there.uuid, **more)


def read_work(handle: str) -> Work:
    """The work of a handle. Raises `Ended`: it is none of ours."""
    try:
        return msgspec.json.decode(handle, type=Work)
    except msgspec.MsgspecError:
        raise Ended(Manual(reason="the handle is none of this driver's")) from None


class Steps(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, frozen=True):
    """How far a create has come, as its progress holds it.

    `user`: VirtFusion's user of the customer. `known`: the servers that this user had when, at `asked_at` (ISO 8601),
    one more was asked for. `server`: the id of the one that was made, with its `uuid`.
    """

    user: Count = 0
    known: tuple[Id, ...] = ()
    asked_at: Short = ""
    server: Count = 0
    uuid: Short = ""

    def stored(self) -> dict[str, Any]:
        stored: dict[str, Any] = msgspec.to_builtins(self)
        return stored


def read_steps(progress: Mapping[str, Any]) -> Steps:
    """Raises `Ended`: what was done before cannot be read, so nothing more may be made."""
    try:
        return msgspec.convert(dict(progress), Steps)
    except msgspec.ValidationError:
        raise Ended(Manual(reason="the progress of this create cannot be read: look for its server first")) from None
