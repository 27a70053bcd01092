"""The one job table: outbox, inbox and queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_core.errors import Conflict, LeaseLost, NotFound
from larabill_core.jobs import Job, JobStatus
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.statements import Each, chunks, from_row, insert_new, keyset, skip_locked, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

JOBS = sa.Table(
    "larabill_jobs",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("event_id", Id, nullable=False),
    sa.Column("handler", code(100), nullable=False),
    sa.Column("queue", code(50), nullable=False),
    sa.Column("seller_id", Id),
    sa.Column("payload", text(), nullable=False),
    sa.Column("payload_version", sa.Integer, nullable=False),
    sa.Column("status", code(20), nullable=False),
    sa.Column("run_at", Instant, nullable=False),
    # When a worker may next take it: `run_at`, or the end of its lease; NULL when it is closed. One range to claim by.
    sa.Column("due_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("last_error", text(), nullable=False),
    sa.Column("approved_by", code(100), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Index("uq_larabill_jobs_event_id", "event_id", "handler", unique=True),
    sa.Index("ix_larabill_jobs_due_at", "due_at", "queue"),
    sa.Index("ix_larabill_jobs_status", "status", "id"),
    sa.Index("ix_larabill_jobs_seller_id", "seller_id", "id"),
    sa.Index("ix_larabill_jobs_queue", "queue", "status", "id"),
    sa.Index("ix_larabill_jobs_finished_at", "finished_at", "status"),
    **MYSQL_OPTIONS,
)

JOB_TAGS = sa.Table(
    "larabill_job_tags",
    METADATA,
    sa.Column("tag", code(150), primary_key=True),
    sa.Column("job_id", Id, sa.ForeignKey("larabill_jobs.id", ondelete="CASCADE"), primary_key=True, index=True),
    **MYSQL_OPTIONS,
)

_J = JOBS.c
_PURGED = (JobStatus.DONE.value, JobStatus.CANCELLED.value)
# Built once: each job needs them, and building a statement takes longer than carrying it out.
_DUE = skip_locked(sa.select(JOBS).where(_J.due_at <= sa.bindparam("now")).order_by(_J.due_at)).limit(
    sa.bindparam("most", type_=sa.Integer)
)
_IS_RUNNING = sa.and_(
    _J.id == sa.bindparam("job"), _J.fence == sa.bindparam("claimed"), _J.status == JobStatus.RUNNING.value
)
_COMPLETE = (
    sa.update(JOBS)
    .where(_IS_RUNNING)
    .values(status=JobStatus.DONE.value, due_at=None, lease_until=None, finished_at=sa.bindparam("now"))
)
_CLAIM = (
    sa.update(JOBS)
    .where(_J.id.in_(sa.bindparam("jobs", expanding=True)))
    .values(
        status=JobStatus.RUNNING.value,
        due_at=sa.bindparam("until"),
        lease_until=sa.bindparam("until"),
        fence=_J.fence + 1,
        attempts=_J.attempts + 1,
    )
)
_TAGS = (
    sa.select(JOB_TAGS.c.job_id, JOB_TAGS.c.tag)
    .where(JOB_TAGS.c.job_id.in_(sa.bindparam("jobs", expanding=True)))
    .order_by(JOB_TAGS.c.tag)
)


class Jobs:
    """Implements `larabill_core.ports.jobs.JobRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def add_many(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        insert_new(self._connection, JOBS, jobs, due_at=Each(map(_due_at, jobs)))
        tagged = {job.id: job.tags for job in jobs if job.tags}
        if not tagged:
            return
        written: set[UUID] = set()
        for ids in chunks(list(tagged)):
            written.update(self._connection.scalars(sa.select(_J.id).where(_J.id.in_(ids))))
        tags = [{"tag": tag, "job_id": id} for id, own in tagged.items() if id in written for tag in set(own)]
        insert_new(self._connection, JOB_TAGS, tags)

    def claim(self, *, queues: Collection[str] = (), limit: int, now: datetime, lease_until: datetime) -> list[Job]:
        due = _DUE.where(_J.queue.in_(sorted(queues))) if queues else _DUE
        rows = self._connection.execute(due, {"now": now, "most": limit}).all()
        if not rows:
            return []
        self._connection.execute(_CLAIM, {"jobs": [row.id for row in rows], "until": lease_until})
        return [
            attrs.evolve(
                job,
                status=JobStatus.RUNNING,
                lease_until=lease_until,
                fence=job.fence + 1,
                attempts=job.attempts + 1,
            )
            for job in _with_tags(self._connection, rows)
        ]

    def extend(self, job_id: UUID, fence: int, *, lease_until: datetime) -> None:
        self._write_running(job_id, fence, lease_until=lease_until, due_at=lease_until)

    def complete(self, job_id: UUID, fence: int, now: datetime) -> None:
        found = self._connection.execute(_COMPLETE, {"job": job_id, "claimed": fence, "now": now})
        if found.rowcount == 0:
            raise LeaseLost(job_id)

    def reschedule(self, job_id: UUID, fence: int, *, run_at: datetime, error: str) -> None:
        self._write_running(
            job_id,
            fence,
            status=JobStatus.READY.value,
            run_at=run_at,
            due_at=run_at,
            lease_until=None,
            last_error=error,
        )

    def bury(self, job_id: UUID, fence: int, *, status: JobStatus, error: str, now: datetime) -> None:
        self._write_running(job_id, fence, status=status.value, last_error=error, **_closed(now))

    def _write_running(self, job_id: UUID, fence: int, **values: Any) -> None:
        found = self._connection.execute(
            sa.update(JOBS).where(_IS_RUNNING).values(values), {"job": job_id, "claimed": fence}
        )
        if found.rowcount == 0:
            raise LeaseLost(job_id)

    def retry(self, job_id: UUID, *, approved_by: str, now: datetime) -> Job:
        job = self._locked(job_id)
        if job.status not in (JobStatus.DEAD, JobStatus.PARKED, JobStatus.READY):
            raise Conflict(f"job {job_id}", f"cannot be retried while it is {job.status}")
        return self._write(
            attrs.evolve(
                job,
                status=JobStatus.READY,
                run_at=now,
                attempts=0,
                lease_until=None,
                finished_at=None,
                approved_by=approved_by,
            )
        )

    def cancel(self, job_id: UUID, *, now: datetime) -> Job:
        job = self._locked(job_id)
        if job.status in (JobStatus.DONE, JobStatus.RUNNING):
            raise Conflict(f"job {job_id}", f"cannot be cancelled while it is {job.status}")
        return self._write(attrs.evolve(job, status=JobStatus.CANCELLED, lease_until=None, finished_at=now))

    def _write(self, job: Job) -> Job:
        self._connection.execute(sa.update(JOBS).where(_J.id == job.id).values(_row(job)))
        return job

    def get(self, job_id: UUID) -> Job:
        return self._one(job_id, sa.select(JOBS))

    def _locked(self, job_id: UUID) -> Job:
        return self._one(job_id, sa.select(JOBS).with_for_update())

    def _one(self, job_id: UUID, query: sa.Select[Any]) -> Job:
        rows = self._connection.execute(query.where(_J.id == job_id)).all()
        if not rows:
            raise NotFound("job", job_id)
        return _with_tags(self._connection, rows)[0]

    def list(
        self,
        *,
        statuses: Collection[JobStatus] = (),
        queue: str | None = None,
        tag: str | None = None,
        older_than: datetime | None = None,
        seller_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Job]:
        query = sa.select(JOBS)
        if statuses:
            query = query.where(_J.status.in_(sorted(status.value for status in statuses)))
        if queue is not None:
            query = query.where(_J.queue == queue)
        if tag is not None:
            query = query.where(_J.id.in_(sa.select(JOB_TAGS.c.job_id).where(JOB_TAGS.c.tag == tag)))
        if older_than is not None:
            query = query.where(_J.created_at < older_than)
        if seller_id is not None:
            query = query.where(_J.seller_id == seller_id)
        query = keyset(query, _J.id, after=after, newest_first=newest_first, limit=limit)
        return _with_tags(self._connection, self._connection.execute(query).all())

    def counts(self) -> dict[tuple[str, JobStatus], int]:
        query = sa.select(_J.queue, _J.status, sa.func.count()).group_by(_J.queue, _J.status)
        return {(queue, JobStatus(status)): count for queue, status, count in self._connection.execute(query)}

    def next_run_at(self) -> datetime | None:
        query = sa.select(_J.due_at).where(_J.due_at.is_not(None)).order_by(_J.due_at).limit(1)
        return self._connection.scalar(query)

    def purge_done(self, *, before: datetime, limit: int) -> int:
        old = (
            sa.select(_J.id)
            .where(_J.finished_at < before, _J.status.in_(_PURGED))
            .order_by(_J.finished_at)
            .limit(limit)
        )
        ids = self._connection.scalars(skip_locked(old)).all()
        for chunk in chunks(ids):
            self._connection.execute(sa.delete(JOBS).where(_J.id.in_(chunk)))
        return len(ids)


def _with_tags(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[Job]:
    tags: dict[UUID, tuple[str, ...]] = {}
    for chunk in chunks([row.id for row in rows]):
        for id, tag in connection.execute(_TAGS, {"jobs": chunk}):
            tags[id] = (*tags.get(id, ()), tag)
    return [from_row(Job, row, tags=tags.get(row.id, ())) for row in rows]


def _row(job: Job) -> dict[str, Any]:
    row = to_row(job, due_at=_due_at(job))
    del row["tags"]
    return row


def _due_at(job: Job) -> datetime | None:
    if job.status is JobStatus.READY:
        return job.run_at
    return job.lease_until if job.status is JobStatus.RUNNING else None


def _closed(now: datetime) -> dict[str, datetime | None]:
    return {"due_at": None, "lease_until": None, "finished_at": now}
