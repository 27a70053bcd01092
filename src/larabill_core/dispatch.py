"""Delivery: which handlers an event reaches, and how a worker carries out jobs.

At least once is what a lease gives; exactly once in effect is what the fence and the shared transaction give (I7).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from larabill_core.calls.backoff import backoff
from larabill_core.errors import ConcurrencyError, ConfigurationError, LeaseLost, Parked, RetryLater
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import Handler, Job, JobStatus, NewJob, Schedule
from larabill_core.messages import Event, Nothing, decode, encode
from larabill_core.module import load_target
from larabill_core.privacy import redact

if TYPE_CHECKING:
    from larabill_core.engine import Engine

log = logging.getLogger("larabill.jobs")

RETRY_BASE = timedelta(seconds=5)
RETRY_CAP = timedelta(hours=1)
BATCH = 10


class Registry:
    """The handlers of all modules that are on. Raises `ConfigurationError` for two of one name."""

    def __init__(self, handlers: Iterable[Handler]) -> None:
        self.handlers: dict[str, Handler] = {}
        self._subscribers: dict[str, list[Handler]] = {}
        for handler in handlers:
            if handler.name in self.handlers:
                raise ConfigurationError.one("handlers", "two handlers have one name", value=handler.name)
            self.handlers[handler.name] = handler
            if handler.event_name is not None:
                self._subscribers.setdefault(handler.event_name, []).append(handler)

    def for_events(self, events: Sequence[Event], now: datetime) -> list[Job]:
        """The jobs of published events: one for each subscribed handler."""
        return [
            _job(
                handler,
                event_id=event.event_id,
                seller_id=event.seller_id,
                payload=event,
                run_at=now,
                now=now,
            )
            for event in events
            for handler in self._subscribers.get(event.name, ())
        ]

    def for_new(self, jobs: Sequence[NewJob], now: datetime) -> list[Job]:
        """Stored jobs from asked ones. Raises `ConfigurationError` for a handler that nobody registered."""
        return [
            _job(
                self._known(new.handler),
                event_id=new.event_id,
                seller_id=new.seller_id,
                payload=new.payload,
                run_at=new.run_at or now,
                now=now,
                tags=new.tags,
            )
            for new in jobs
        ]

    def _known(self, name: str) -> Handler:
        if name not in self.handlers:
            raise ConfigurationError.one("handler", "is not registered by any module that is on", value=name)
        return self.handlers[name]


def _job(
    handler: Handler,
    *,
    event_id: UUID,
    seller_id: UUID | None,
    payload: object,
    run_at: datetime,
    now: datetime,
    tags: tuple[str, ...] = (),
) -> Job:
    return Job(
        id=new_id(),
        event_id=event_id,
        handler=handler.name,
        queue=handler.queue,
        seller_id=seller_id,
        payload=encode(payload),
        payload_version=handler.payload_version,
        status=JobStatus.READY,
        run_at=run_at,
        attempts=0,
        fence=0,
        lease_until=None,
        last_error="",
        approved_by="",
        created_at=now,
        finished_at=None,
        tags=tags,
    )


def tick(tx: Any, schedules: Iterable[Schedule]) -> None:
    """One job for the present slot of each schedule; the unique index drops what another process has written."""
    for schedule in schedules:
        slot = int(tx.now.timestamp() // schedule.every.total_seconds())
        tx.enqueue(NewJob(handler=schedule.handler, event_id=derived_id(f"schedule:{schedule.name}", str(slot))))


def work_once(engine: Engine, *, queues: Collection[str] = (), limit: int = BATCH) -> int:
    """Claim up to `limit` due jobs and carry each out. How many were claimed: 0 means that nothing is due.

    When those before it took long, a job is left to whoever claims it after its lease.
    """
    longest = max((handler.lease for handler in engine.registry.handlers.values()), default=timedelta(minutes=2))
    jobs = engine.run(lambda tx: tx.jobs.claim(queues=queues, limit=limit, now=tx.now, lease_until=tx.now + longest))
    for job in jobs:
        if job.lease_until is not None and engine.clock.now() < job.lease_until - longest / 2:
            carry_out(engine, job)
    return len(jobs)


def carry_out(engine: Engine, job: Job) -> None:
    """Run one claimed job to its end. Never raises for what the handler does: the outcome stands on the job."""
    handler = engine.registry.handlers.get(job.handler)
    try:
        if handler is None:
            raise Parked(f"no module that is on handles {job.handler!r}: turn the module on, then retry the job")
        if job.payload_version != handler.payload_version:
            raise Parked(f"payload version {job.payload_version}, but {handler.name} knows {handler.payload_version}")
        _run_handler(engine, handler, job)
    except LeaseLost:
        log.warning("job %s lost its lease: another worker has it", job.id)
    except Parked as problem:
        _settle(engine, job, status=JobStatus.PARKED, error=str(problem))
    except RetryLater as problem:
        _again(engine, handler, job, str(problem), problem.after)
    except ConcurrencyError as problem:
        _again(engine, handler, job, str(problem), timedelta(seconds=1))
    except Exception as problem:
        log.warning("job %s (%s) failed: %s", job.id, job.handler, redact(str(problem)))
        _again(engine, handler, job, f"{type(problem).__name__}: {problem}", None)


def _run_handler(engine: Engine, handler: Handler, job: Job) -> None:
    function = load_target(handler.target)
    payload = decode(job.payload, handler.payload)
    if handler.external:
        function(engine, payload, job)
        engine.run(lambda tx: tx.jobs.complete(job.id, job.fence, tx.now))
        return

    def work(tx: Any) -> None:
        function(tx, payload)
        tx.jobs.complete(job.id, job.fence, tx.now)

    engine.run(work, seller=job.seller_id, job=job)


def _again(engine: Engine, handler: Handler | None, job: Job, error: str, after: timedelta | None) -> None:
    if handler is None or job.attempts >= handler.max_attempts:
        _settle(engine, job, status=JobStatus.DEAD, error=f"gave up after {job.attempts} tries: {error}")
        return
    wait = after or backoff(job.attempts - 1, base=RETRY_BASE, cap=RETRY_CAP)
    _unless_lost(
        engine,
        lambda tx: tx.jobs.reschedule(job.id, job.fence, run_at=tx.now + wait, error=_safe(error)),
    )


def _settle(engine: Engine, job: Job, *, status: JobStatus, error: str) -> None:
    _unless_lost(engine, lambda tx: tx.jobs.bury(job.id, job.fence, status=status, error=_safe(error), now=tx.now))


def _unless_lost(engine: Engine, write: Any) -> None:
    try:
        engine.run(write)
    except LeaseLost:
        log.warning("a job lost its lease before its failure could be noted: another worker has it")


def _safe(error: str) -> str:
    return str(redact(error))[:1000]


KEEP_DONE = timedelta(days=30)
PURGE_BATCH = 5000


def purge_jobs(tx: Any, payload: Nothing) -> None:
    """Forget jobs that were done long ago; the rest of a large backlog follows in jobs of its own."""
    if tx.jobs.purge_done(before=tx.now - KEEP_DONE, limit=PURGE_BATCH) == PURGE_BATCH:
        tx.enqueue(NewJob(handler="core.purge_jobs"))
