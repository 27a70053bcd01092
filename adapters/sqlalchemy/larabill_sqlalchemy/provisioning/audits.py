"""The audit trail of resources: insert-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_provisioning.audit.model import Audit
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

AUDITS = sa.Table(
    "larabill_provision_audits",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("resource_id", Id, nullable=False),
    sa.Column("actor", code(200), nullable=False),
    sa.Column("action", code(40), nullable=False),
    sa.Column("before", code(32), nullable=False),
    sa.Column("after", code(32), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("metadata", Json, nullable=False),
    sa.Index("ix_larabill_provision_audits_seller_id", "seller_id", "resource_id", "at", "id"),
    **MYSQL_OPTIONS,
)

_A = AUDITS.c


class Audits:
    """Implements `larabill_provisioning.audit.ports.AuditRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._connection = tx.connection

    def add_many(self, audits: Sequence[Audit]) -> None:
        insert_many(self._connection, AUDITS, [to_row(audit) for audit in audits])

    def for_resource(self, resource_id: UUID) -> list[Audit]:
        query = sa.select(AUDITS).where(_A.seller_id == self._tx.seller_id, _A.resource_id == resource_id)
        return [from_row(Audit, row) for row in self._connection.execute(query.order_by(_A.at, _A.id))]

    def page(
        self, resource_id: UUID, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Audit]:
        query = sa.select(AUDITS).where(_A.seller_id == self._tx.seller_id, _A.resource_id == resource_id)
        query = keyset(query, _A.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(Audit, row) for row in self._connection.execute(query)]

    def status_mismatches(self) -> list[tuple[UUID, str, str]]:
        from larabill_sqlalchemy.provisioning.resources import RESOURCES

        newest = sa.func.row_number().over(partition_by=_A.resource_id, order_by=(_A.at.desc(), _A.id.desc()))
        ranked = (
            sa.select(_A.resource_id, _A.after, newest.label("place"))
            .where(_A.seller_id == self._tx.seller_id)
            .subquery()
        )
        resource = RESOURCES.c
        query = (
            sa.select(resource.id, resource.status, sa.func.coalesce(ranked.c.after, ""))
            .select_from(RESOURCES.outerjoin(ranked, sa.and_(ranked.c.resource_id == resource.id, ranked.c.place == 1)))
            .where(resource.seller_id == self._tx.seller_id, sa.func.coalesce(ranked.c.after, "") != resource.status)
            .order_by(resource.id)
        )
        return [(id, status, after) for id, status, after in self._connection.execute(query)]

    def moves_outside(self, allowed: Collection[tuple[str, str]]) -> list[tuple[UUID, str, str]]:
        legal = sa.or_(*(sa.and_(_A.before == before, _A.after == after) for before, after in sorted(allowed)))
        query = sa.select(_A.resource_id, _A.before, _A.after).where(
            _A.seller_id == self._tx.seller_id, _A.before != _A.after, ~legal
        )
        return [(id, before, after) for id, before, after in self._connection.execute(query.order_by(_A.id))]
