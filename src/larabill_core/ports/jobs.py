"""Storage of jobs. All methods work inside the open transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from larabill_core.jobs import Job, JobStatus


class JobRepository(Protocol):
    def add_many(self, jobs: Sequence[Job]) -> None:
        """Insert in one statement; a job whose (event_id, handler) exists is left out without an error."""
        ...

    def claim(self, *, queues: Collection[str] = (), limit: int, now: datetime, lease_until: datetime) -> list[Job]:
        """Lease up to `limit` jobs that are ready and due, or running with a lease that is over, oldest due first.

        Sets running, `lease_until`, fence + 1, attempts + 1. Rows locked by others are skipped. No queues: all.
        """
        ...

    def extend(self, job_id: UUID, fence: int, *, lease_until: datetime) -> None:
        """Hold the lease longer. Raises `LeaseLost`."""
        ...

    def complete(self, job_id: UUID, fence: int, now: datetime) -> None:
        """Mark done. Raises `LeaseLost` when the fence is no longer ours or the job no longer runs."""
        ...

    def reschedule(self, job_id: UUID, fence: int, *, run_at: datetime, error: str) -> None:
        """Ready again at `run_at`. Raises `LeaseLost`."""
        ...

    def bury(self, job_id: UUID, fence: int, *, status: JobStatus, error: str, now: datetime) -> None:
        """Into the operator's list: `dead` or `parked`, with its reason. Raises `LeaseLost`."""
        ...

    def retry(self, job_id: UUID, *, approved_by: str, now: datetime) -> Job:
        """Ready again, at once, attempts 0. Raises `NotFound`; `Conflict` unless the job is dead, parked or ready."""
        ...

    def cancel(self, job_id: UUID, *, now: datetime) -> Job:
        """Never run it. Raises `NotFound`; `Conflict` when it is done or running."""
        ...

    def get(self, job_id: UUID) -> Job:
        """Raises `NotFound`."""
        ...

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
        """By id (that is, by age), keyset paged with `after`. Of one seller, or of all and of none."""
        ...

    def counts(self) -> dict[tuple[str, JobStatus], int]:
        """How many jobs by (queue, status)."""
        ...

    def next_run_at(self) -> datetime | None:
        """When the earliest open job is due (a running one: when its lease ends); None when there is none."""
        ...

    def purge_done(self, *, before: datetime, limit: int) -> int:
        """Delete done and cancelled jobs that finished before `before`; how many."""
        ...
