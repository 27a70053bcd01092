"""What is asked of the outside world: one row for each operation, its whole life long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_core.calls.model import Operation, OperationStatus
from larabill_core.errors import LeaseLost, NotFound
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

OPERATIONS = sa.Table(
    "larabill_operations",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subject_kind", code(30), nullable=False),
    sa.Column("subject_id", Id, nullable=False),
    # The subject while the operation is open, else NULL: the unique index allows one open operation a subject.
    sa.Column("open_subject_id", Id),
    sa.Column("account", code(100), nullable=False),
    sa.Column("action", code(50), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("operation_key", code(150), nullable=False),
    sa.Column("ref", code(255), nullable=False),
    sa.Column("status", code(20), nullable=False),
    sa.Column("handle", text(), nullable=False),
    sa.Column("progress", Json, nullable=False),
    sa.Column("arguments", Json, nullable=False),
    sa.Column("polls", sa.Integer, nullable=False),
    sa.Column("last_error", text(), nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("deadline_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("uq_larabill_operations_subject_id", "subject_id", "seq", unique=True),
    sa.Index("uq_larabill_operations_open_subject_id", "open_subject_id", unique=True),
    sa.Index("uq_larabill_operations_operation_key", "operation_key", unique=True),
    sa.Index("ix_larabill_operations_account", "account", "lease_until"),
    sa.Index("ix_larabill_operations_status", "status", "next_at"),
    **MYSQL_OPTIONS,
)

_O = OPERATIONS.c
_MUTABLE = (
    "open_subject_id",
    "attempt",
    "operation_key",
    "status",
    "handle",
    "progress",
    "polls",
    "last_error",
    "fence",
    "lease_until",
    "next_at",
    "deadline_at",
    "updated_at",
)


class Operations:
    """Implements `larabill_core.ports.calls.OperationRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection
        self._now = tx.now

    def add_many(self, operations: Sequence[Operation]) -> None:
        with unique("open operation of", ", ".join(sorted({str(each.subject_id) for each in operations}))):
            insert_many(self._connection, OPERATIONS, [_row(operation) for operation in operations])

    def next_seqs(self, subject_ids: Collection[UUID]) -> dict[UUID, int]:
        seqs = dict.fromkeys(subject_ids, 1)
        for chunk in chunks(list(seqs)):
            last = sa.select(_O.subject_id, sa.func.max(_O.seq)).group_by(_O.subject_id)
            for subject_id, seq in self._connection.execute(last.where(_O.subject_id.in_(chunk))):
                seqs[subject_id] = seq + 1
        return seqs

    def get(self, operation_id: UUID, *, lock: bool = False) -> Operation:
        query = sa.select(OPERATIONS).where(_O.id == operation_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("operation", operation_id)
        return from_row(Operation, row)

    def save(self, operation: Operation, *, fence: int) -> None:
        row = _row(operation)
        found = self._connection.execute(
            sa.update(OPERATIONS)
            .where(_O.id == operation.id, _O.fence == fence)
            .values({name: row[name] for name in _MUTABLE})
        )
        if found.rowcount == 0:
            raise LeaseLost(f"operation {operation.id}")

    def open_for(self, subject_ids: Collection[UUID]) -> dict[UUID, Operation]:
        found: dict[UUID, Operation] = {}
        for chunk in chunks(list(subject_ids)):
            query = sa.select(OPERATIONS).where(_O.open_subject_id.in_(chunk))
            for row in self._connection.execute(query):
                found[row.subject_id] = from_row(Operation, row)
        return found

    def for_subject(self, subject_id: UUID) -> list[Operation]:
        return self._all(sa.select(OPERATIONS).where(_O.subject_id == subject_id).order_by(_O.seq))

    def running(self, account: str, now: datetime) -> int:
        query = sa.select(sa.func.count()).where(_O.account == account, _O.lease_until > now)
        return self._connection.scalar(query) or 0

    def due(self, *, statuses: Collection[OperationStatus], before: datetime, limit: int) -> list[Operation]:
        return self._all(
            sa.select(OPERATIONS)
            .where(
                _O.status.in_(sorted(status.value for status in statuses)),
                _O.next_at < before,
                sa.or_(_O.lease_until.is_(None), _O.lease_until <= self._now),
            )
            .order_by(_O.next_at)
            .limit(limit)
        )

    def _all(self, query: sa.Select[Any]) -> list[Operation]:
        return [from_row(Operation, row) for row in self._connection.execute(query)]


def _row(operation: Operation) -> dict[str, Any]:
    open_subject_id = operation.subject_id if operation.is_open else None
    return to_row(operation, open_subject_id=open_subject_id, operation_key=operation.key)
