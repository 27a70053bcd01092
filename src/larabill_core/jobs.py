"""Jobs: the one mechanism for work that happens later. A published event is one job per subscribed handler.

A job is leased with a fence: the number grows with each claim, so a worker that lost its lease cannot write any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_core.ids import new_id
from larabill_core.messages import Event, Nothing


class JobStatus(StrEnum):
    """`parked` and `dead` stand in the operator's list with their reason (I8)."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    PARKED = "parked"
    CANCELLED = "cancelled"


OPEN_STATUSES = frozenset({JobStatus.READY, JobStatus.RUNNING})
"""Statuses in which a worker will still act on the job."""


@attrs.frozen(kw_only=True)
class NewJob:
    """A job to be written. Two with the same (`event_id`, `handler`) are one: the second is dropped silently."""

    handler: str
    payload: object = attrs.field(factory=Nothing)
    event_id: UUID = attrs.field(factory=new_id)
    seller_id: UUID | None = None
    run_at: datetime | None = None
    tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Job:
    """A stored job. `payload` is JSON text; `approved_by` names who let a parked job go on."""

    id: UUID
    event_id: UUID
    handler: str
    queue: str
    seller_id: UUID | None
    payload: str = attrs.field(repr=False)
    payload_version: int
    status: JobStatus
    run_at: datetime
    attempts: int
    fence: int
    lease_until: datetime | None
    last_error: str
    approved_by: str
    created_at: datetime
    finished_at: datetime | None
    tags: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Handler:
    """What runs a job: `target` ("package.module:function") is imported at first use.

    A transactional handler is called `f(tx, payload)`, and the job is done in that transaction (I7). An external one
    talks to the outside world: it is called `f(engine, payload, job)`, opens its own transactions, and must be safe to
    repeat. `payload` is the type to decode; for an event's subscription it is the event.
    """

    name: str
    target: str
    payload: type[Any] = Nothing
    queue: str = "default"
    external: bool = False
    max_attempts: int = 12
    lease: timedelta = timedelta(minutes=2)

    @property
    def event_name(self) -> str | None:
        """The name of the event that this handler subscribes to, if its payload is one."""
        return self.payload.name if issubclass(self.payload, Event) else None

    @property
    def payload_version(self) -> int:
        """The version of the payload that this handler understands."""
        return int(getattr(self.payload, "version", 1))


@attrs.frozen(kw_only=True)
class Schedule:
    """Run `handler` (with no payload, across sellers) once in each slot of `every`, however many processes ask."""

    name: str
    handler: str
    every: timedelta
