"""Changes that are scheduled for subscriptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.subscriptions.changes import ChangeStatus, ScheduledChange
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

CHANGES = sa.Table(
    "larabill_subscription_changes",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_id", Id, sa.ForeignKey("larabill_subscriptions.id"), nullable=False),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("effective_on", sa.Date, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    sa.Index("ix_larabill_subscription_changes_due", "seller_id", "subscription_id", "status"),
    **MYSQL_OPTIONS,
)

_C = CHANGES.c


class Changes:
    """Implements `larabill_billing.subscriptions.ports.ChangeRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, changes: Sequence[ScheduledChange]) -> None:
        insert_many(self._tx.connection, CHANGES, changes)

    def get(self, change_id: UUID) -> ScheduledChange:
        query = sa.select(CHANGES).where(_C.seller_id == self._tx.seller_id, _C.id == change_id)
        row = self._tx.connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("scheduled change", change_id)
        return from_row(ScheduledChange, row)

    def scheduled(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[ScheduledChange]]:
        found: dict[UUID, list[ScheduledChange]] = defaultdict(list)
        for chunk in chunks(sorted(set(subscription_ids))):
            query = sa.select(CHANGES).where(
                _C.seller_id == self._tx.seller_id,
                _C.subscription_id.in_(chunk),
                _C.status == ChangeStatus.SCHEDULED.value,
            )
            for row in self._tx.connection.execute(query.order_by(_C.effective_on, _C.id)):
                found[row.subscription_id].append(from_row(ScheduledChange, row))
        return found

    def save_many(self, changes: Sequence[ScheduledChange]) -> None:
        rows = [
            {"id": each.id, "status": each.status.value, "reason": each.reason, "done_at": each.done_at}
            for each in changes
        ]
        update_many(self._tx.connection, CHANGES, rows, seller_id=self._tx.seller_id)
