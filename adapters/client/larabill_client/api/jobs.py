"""Operations of the API: jobs. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.jobs import JobOut, JobPage, JobStatus
from larabill_client.transport import Transport, _part


class JobsApi(Transport):
    """Operations under /jobs."""

    def list_jobs(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        status: JobStatus | None = None,
        needs_you: bool | None = None,
        queue: str | None = None,
        tag: str | None = None,
    ) -> JobPage:
        """Jobs; those that need you are parked or dead.

        Needs `jobs.read`.
        """
        return self._ask(
            JobPage,
            "GET",
            "/jobs",
            query={
                "after": after,
                "limit": limit,
                "sort": sort,
                "status": status,
                "needs_you": needs_you,
                "queue": queue,
                "tag": tag,
            },
        )

    def all_jobs(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        status: JobStatus | None = None,
        needs_you: bool | None = None,
        queue: str | None = None,
        tag: str | None = None,
    ) -> Iterator[JobOut]:
        """Every item of `list_jobs`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_jobs(
                after=after, limit=100, sort=sort, status=status, needs_you=needs_you, queue=queue, tag=tag
            )
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_job(self, job: str) -> JobOut:
        """One job.

        Needs `jobs.read`.
        """
        return self._ask(JobOut, "GET", f"/jobs/{_part(job)}")

    def cancel_job(self, job: str) -> JobOut:
        """Never run it.

        Needs `jobs.write`.
        """
        return self._ask(JobOut, "POST", f"/jobs/{_part(job)}/cancel")

    def retry_job(self, job: str, *, idempotency_key: str | None = None) -> JobOut:
        """Let it run again; for a parked one this is the approval that it waits for.

        Needs `jobs.write`.
        """
        return self._ask(JobOut, "POST", f"/jobs/{_part(job)}/retry", keyed=True, key=idempotency_key)
