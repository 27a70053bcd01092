"""What the kernel's endpoints do. A seller's staff see what is theirs; staff of the installation see all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from larabill_core.audits import AuditsWanted
from larabill_core.calls.limits import LimitSettings
from larabill_core.errors import InvalidInput, NotFound, RetryLater
from larabill_core.http.endpoint import Call
from larabill_core.http.wire import id_of, newest_first, next_of
from larabill_core.ids import PREFIXES, parse_public_id
from larabill_core.jobs import Job, JobStatus
from larabill_core.module import load_target
from larabill_core.operating import wire
from larabill_core.ports.unit_of_work import Tx
from larabill_core.verify import violations_of

if TYPE_CHECKING:
    from larabill_core.engine import Engine

SHOWN: Final = 1000
LONGEST_NAME: Final = 100
"""Characters that a job keeps of who approved it."""
NEEDS_YOU: Final = (JobStatus.PARKED, JobStatus.DEAD)


def list_jobs(tx: Tx, call: Call[wire.JobsQuery, None]) -> wire.JobPage:
    query = call.query
    if query.needs_you and query.status is not None:
        raise InvalidInput.one("needs_you", "cannot be asked for together with status", remedy="leave one out")
    statuses = (query.status,) if query.status is not None else NEEDS_YOU if query.needs_you else ()
    found = tx.jobs.list(
        statuses=statuses,
        queue=query.queue,
        tag=query.tag,
        seller_id=call.actor.seller_id,
        after=id_of(query.after, "job", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.job_out(job) for job in found]
    return wire.JobPage(items=items, next=next_of(items, query))


def get_job(tx: Tx, call: Call[Any, None]) -> wire.JobOut:
    return wire.job_out(_job(tx, call))


def retry_job(tx: Tx, call: Call[Any, None]) -> wire.JobOut:
    return wire.job_out(tx.jobs.retry(_job(tx, call).id, approved_by=str(call.actor)[:LONGEST_NAME], now=tx.now))


def cancel_job(tx: Tx, call: Call[Any, None]) -> wire.JobOut:
    return wire.job_out(tx.jobs.cancel(_job(tx, call).id, now=tx.now))


def _job(tx: Tx, call: Call[Any, None]) -> Job:
    """Raises `NotFound`, also for a job of another seller or of none, to staff of one seller (B01)."""
    job = tx.jobs.get(call.path["job"])
    if call.actor.seller_id not in (None, job.seller_id):
        raise NotFound("job", job.id)
    return job


def list_breakers(tx: Tx, call: Call[Any, None]) -> wire.BreakerList:
    known = tx.engine.drivers.accounts()
    items = []
    for state in tx.limits.list():
        settings = tx.engine.drivers.limits(state.account) if state.account in known else LimitSettings()
        items.append(wire.breaker_out(state, settings, tx.now))
    return wire.BreakerList(items=items)


def reset_breaker(tx: Tx, call: Call[Any, None]) -> None:
    tx.limits.reset(call.path["account"])


def list_actions(tx: Tx, call: Call[Any, None]) -> wire.ActionPage:
    query = call.query
    found = tx.actions.page(
        seller_id=call.actor.seller_id,
        after=id_of(query.after, "act", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.action_out(action) for action in found]
    return wire.ActionPage(items=items, next=next_of(items, query))


def get_audit(tx: Tx, call: Call[wire.AuditQuery, None]) -> wire.AuditTrail:
    """Asks each module that is on, and puts their pages together: one statement each."""
    query = call.query
    wanted = AuditsWanted(
        **_subject(query.subject),
        after=id_of(query.after, "adt", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    lines = [line for module in tx.engine.modules if module.audits for line in load_target(module.audits)(tx, wanted)]
    lines.sort(key=lambda line: line.id, reverse=wanted.newest_first)
    items = [wire.line_out(line) for line in lines[: query.limit]]
    return wire.AuditTrail(subject=query.subject, items=items, next=next_of(items, query))


def _subject(text: str) -> dict[str, Any]:
    prefix = text.partition("_")[0]
    if prefix not in PREFIXES:
        raise InvalidInput.one(
            "subject", "is no id of ours", text, "give the id of an order, an invoice, a resource, …"
        )
    return {"kind": PREFIXES[prefix].replace(" ", "_"), "id": parse_public_id(text, prefix, "subject")}


def verify(engine: Engine, call: Call[Any, None]) -> wire.VerifyOut:
    seller: UUID | None = call.seller_id
    if seller is None:
        raise NotFound("seller", "none")
    found = violations_of(engine, seller)
    return wire.VerifyOut(found=len(found), violations=[wire.violation_out(each) for each in found[:SHOWN]])


def health(engine: Engine, call: Call[Any, None]) -> wire.HealthOut:
    if not engine.is_ready():
        raise RetryLater("the database does not answer, or its tables are of another release")
    return wire.HealthOut(status="ok")
