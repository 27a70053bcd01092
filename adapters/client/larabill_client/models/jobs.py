"""What the API takes and answers: jobs. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

JobStatus: TypeAlias = Literal["cancelled", "dead", "done", "parked", "ready", "running"]


class JobOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A job. `event` is the id of what caused it; `last_error` says why it is parked, dead or tried again."""

    id: str
    event: str
    handler: str
    queue: str
    status: JobStatus
    seller: str | None
    attempts: int
    last_error: str
    tags: Sequence[str]
    approved_by: str
    run_at: str
    lease_until: str | None
    created_at: str
    finished_at: str | None


class JobPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[JobOut]
    next: str | None
