"""Storage of operations and of the limits of accounts. All methods work inside the open transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from larabill_core.calls.limits import LimitState
from larabill_core.calls.model import Operation, OperationStatus


class OperationRepository(Protocol):
    def add_many(self, operations: Sequence[Operation]) -> None:
        """Insert. Raises `AlreadyExists` when a subject has an open operation, or the (subject, seq) exists."""
        ...

    def next_seqs(self, subject_ids: Collection[UUID]) -> dict[UUID, int]:
        """The next `seq` of each subject, 1 for one that is new."""
        ...

    def get(self, operation_id: UUID, *, lock: bool = False) -> Operation:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def save(self, operation: Operation, *, fence: int) -> None:
        """Write all mutable fields where the stored fence equals `fence`. Raises `LeaseLost`."""
        ...

    def open_for(self, subject_ids: Collection[UUID]) -> dict[UUID, Operation]:
        """The open operation of each subject that has one."""
        ...

    def for_subject(self, subject_id: UUID) -> list[Operation]:
        """All of a subject, oldest first."""
        ...

    def running(self, account: str, now: datetime) -> int:
        """How many operations of the account are under a lease that is not over."""
        ...

    def due(self, *, statuses: Collection[OperationStatus], before: datetime, limit: int) -> list[Operation]:
        """Open operations whose `next_at` is before `before` and that nobody leases: those that lost their wake-up."""
        ...


class LimitRepository(Protocol):
    def get(self, account: str) -> LimitState | None:
        """The locked row, or None."""
        ...

    def put(self, state: LimitState) -> None:
        """Insert or update."""
        ...

    def list(self) -> list[LimitState]: ...

    def reset(self, account: str) -> None:
        """Forget what is known: a full bucket and a closed breaker. Raises `NotFound`."""
        ...
