"""The kernel's own things on the wire. The payload of a job is never shown: it may hold personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from larabill_core.audits import AuditLine
from larabill_core.calls.limits import LimitSettings, LimitState
from larabill_core.http.wire import Cursor, Listing, shown_id
from larabill_core.ids import public_id
from larabill_core.jobs import Job, JobStatus
from larabill_core.ports.requests import Action
from larabill_core.verify import Violation


class JobsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which jobs a list shows; `needs_you`: those that are parked or dead."""

    status: JobStatus | None = None
    needs_you: bool = False
    queue: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,49}$")] | None = None
    tag: Annotated[str, Meta(pattern="^[ -~]{1,150}$")] | None = None


class JobOut(msgspec.Struct, frozen=True, kw_only=True):
    """A job. `event` is the id of what caused it; `last_error` says why it is parked, dead or tried again."""

    id: str
    event: str
    handler: str
    queue: str
    status: JobStatus
    seller: str | None
    attempts: int
    last_error: str
    tags: list[str]
    approved_by: str
    run_at: datetime
    lease_until: datetime | None
    created_at: datetime
    finished_at: datetime | None


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[JobOut]
    next: str | None


class BreakerOut(msgspec.Struct, frozen=True, kw_only=True):
    """How much one account may be asked. `open` until `open_until`; `trial`: the next call decides.

    `failures` in a row so far; `tokens` of `burst` are left, and `rate` come back each second.
    """

    account: str
    state: Literal["closed", "open", "trial"]
    failures: int
    failures_to_open: int
    open_until: datetime | None
    tokens: float
    burst: int
    rate: float
    concurrency: int


class BreakerList(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that were ever called."""

    items: list[BreakerOut]


class ActionOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff did: the endpoint, the ids in its path, and the request that the log is searched for."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    seller: str | None
    request: str


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ActionOut]
    next: str | None


class AuditQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`subject`: the public id of anything that has a trail."""

    subject: Cursor


class AuditLineOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to it, and its state before and after."""

    id: str
    at: datetime
    actor: str
    action: str
    before: str
    after: str
    reason: str


class AuditTrail(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    subject: str
    items: list[AuditLineOut]
    next: str | None


class ViolationOut(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that the database breaks: its number, a stable word, the row, and what is wrong."""

    invariant: str
    kind: str
    subject: str
    message: str


class VerifyOut(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing, on a healthy database. `found` counts all, `violations` shows the first thousand."""

    found: int
    violations: list[ViolationOut]


class HealthOut(msgspec.Struct, frozen=True, kw_only=True):
    """The database answers and its tables are of this release."""

    status: Literal["ok"]


def job_out(job: Job) -> JobOut:
    """The job without its payload."""
    return JobOut(
        id=public_id("job", job.id),
        event=public_id("evt", job.event_id),
        handler=job.handler,
        queue=job.queue,
        status=job.status,
        seller=shown_id("sel", job.seller_id),
        attempts=job.attempts,
        last_error=job.last_error,
        tags=list(job.tags),
        approved_by=job.approved_by,
        run_at=job.run_at,
        lease_until=job.lease_until,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def breaker_out(state: LimitState, settings: LimitSettings, now: datetime) -> BreakerOut:
    """The state of one account, as it is now."""
    shown: Literal["closed", "open", "trial"] = "closed"
    if state.open_until is not None:
        shown = "open" if now < state.open_until else "trial"
    return BreakerOut(
        account=state.account,
        state=shown,
        failures=state.failures,
        failures_to_open=settings.failures_to_open,
        open_until=state.open_until,
        tokens=state.tokens,
        burst=settings.burst,
        rate=settings.rate,
        concurrency=settings.concurrency,
    )


def action_out(action: Action) -> ActionOut:
    """One line of what staff did."""
    return ActionOut(
        id=public_id("act", action.id),
        at=action.at,
        actor=action.actor,
        action=action.action,
        subject=action.subject,
        seller=shown_id("sel", action.seller_id),
        request=action.request_id,
    )


def line_out(line: AuditLine) -> AuditLineOut:
    """One line of a trail."""
    return AuditLineOut(
        id=public_id("adt", line.id),
        at=line.at,
        actor=line.actor,
        action=line.action,
        before=line.before,
        after=line.after,
        reason=line.reason,
    )


def violation_out(violation: Violation) -> ViolationOut:
    """One violation."""
    return ViolationOut(
        invariant=violation.invariant, kind=violation.kind, subject=violation.subject, message=violation.message
    )
