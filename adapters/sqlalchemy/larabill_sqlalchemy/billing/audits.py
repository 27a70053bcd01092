"""Audits: one row for each change of state. Insert-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.audits.model import Audit, Change
from larabill_core.ids import new_ids
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import Each, from_row, insert_many, keyset
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

AUDITS = sa.Table(
    "larabill_billing_audits",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subject_kind", code(32), nullable=False),
    sa.Column("subject_id", Id, nullable=False),
    sa.Column("action", code(64), nullable=False),
    sa.Column("state_before", code(32), nullable=False),
    sa.Column("state_after", code(32), nullable=False),
    sa.Column("actor", code(160), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_larabill_billing_audits_subject", "seller_id", "subject_kind", "subject_id"),
    sa.Index("ix_larabill_billing_audits_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_A = AUDITS.c


class Audits:
    """Implements `larabill_billing.audits.ports.AuditRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(
        self, changes: Sequence[Change], reasons: Sequence[str], *, seller_id: UUID, actor: str, at: datetime
    ) -> None:
        insert_many(
            self._tx.connection,
            AUDITS,
            changes,
            id=Each(new_ids(len(changes))),
            seller_id=seller_id,
            state_before=Each(change.before for change in changes),
            state_after=Each(change.after for change in changes),
            actor=actor,
            reason=Each(reasons),
            at=at,
        )

    def for_subject(self, subject_kind: str, subject_id: UUID) -> list[Audit]:
        query = sa.select(AUDITS).where(
            _A.seller_id == self._tx.seller_id, _A.subject_kind == subject_kind, _A.subject_id == subject_id
        )
        return [from_row(Audit, row) for row in self._tx.connection.execute(query.order_by(_A.id))]

    def page(
        self,
        *,
        subject: tuple[str, UUID] | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Audit]:
        query = sa.select(AUDITS).where(_A.seller_id == self._tx.seller_id)
        if subject is not None:
            query = query.where(_A.subject_kind == subject[0], _A.subject_id == subject[1])
        query = keyset(query, _A.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(Audit, row) for row in self._tx.connection.execute(query)]


def states_without_audit(
    tx: SqlTx, subject_kind: str, id_column: sa.Column[UUID], status_column: sa.Column[str]
) -> list[tuple[UUID, str]]:
    """Rows whose audits do not lead to their status (I6).

    Along a whole chain each state is entered as often as it is left, but for the present one, which is entered once
    more. That holds whatever the order of the rows, so clocks of several machines do not matter.
    """
    query = _not_led_to(subject_kind, id_column, status_column)
    return [(subject, status) for subject, status in tx.connection.execute(query, {"seller": tx.seller_id})]


@cache
def _not_led_to(subject_kind: str, id_column: sa.Column[UUID], status_column: sa.Column[str]) -> sa.Select[UUID, str]:
    """Built once: it is asked for every kind of thing each time that anything is verified."""
    table = status_column.table
    entered = sa.case((_A.state_after == status_column, 1), else_=0)
    left = sa.case((_A.state_before == status_column, 1), else_=0)
    chain = sa.and_(_A.seller_id == table.c.seller_id, _A.subject_kind == subject_kind, _A.subject_id == id_column)
    return (
        sa.select(id_column, status_column)
        .select_from(table.outerjoin(AUDITS, chain))
        .where(table.c.seller_id == sa.bindparam("seller", type_=Id))
        .group_by(id_column, status_column)
        .having(sa.func.coalesce(sa.func.sum(entered - left), 0) != 1)
    )
