"""Pauses of what is done about unpaid invoices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.dunning.model import Pause, PauseKind
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.dunning import CASES
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, insert_many, skip_locked, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PAUSES = sa.Table(
    "larabill_dunning_pauses",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("invoice_id", Id, nullable=False),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("said_by", text(), nullable=False),
    sa.Column("until_on", sa.Date),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("is_open", sa.Boolean),
    sa.Index("uq_larabill_dunning_pauses_open", "seller_id", "invoice_id", "kind", "is_open", unique=True),
    sa.Index("ix_larabill_dunning_pauses_customer", "seller_id", "customer_id", "is_open"),
    sa.Index("ix_larabill_dunning_pauses_is_open", "seller_id", "is_open", "id"),
    sa.Index("ix_larabill_dunning_pauses_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_P, _C, _I = PAUSES.c, CASES.c, STATES.c
_OPEN = _P.is_open == sa.true()  # not IS TRUE, which no index of MariaDB serves
_CASE = sa.and_(_C.seller_id == _P.seller_id, _C.invoice_id == _P.invoice_id, _C.is_open == sa.true())


class Pauses:
    """Implements `larabill_billing.dunning.ports.PauseRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, pauses: Sequence[Pause]) -> None:
        with unique("open pause of invoice", ", ".join(str(pause.invoice_id) for pause in pauses[:3])):
            insert_many(self._tx.connection, PAUSES, [to_row(pause) for pause in pauses])

    def get(self, pause_id: UUID) -> Pause:
        row = self._tx.connection.execute(self._mine(_P.id == pause_id)).one_or_none()
        if row is None:
            raise NotFound("pause", pause_id)
        return from_row(Pause, row)

    def save_many(self, pauses: Sequence[Pause]) -> None:
        rows = [
            {"id": each.id, "status": each.status.value, "ended_at": each.ended_at, "is_open": each.is_open}
            for each in pauses
        ]
        update_many(self._tx.connection, PAUSES, rows, seller_id=self._tx.seller_id)

    def open_for(self, invoice_ids: Collection[UUID]) -> list[Pause]:
        found: list[Pause] = []
        for chunk in chunks(sorted(set(invoice_ids))):
            found += self._all(self._mine(_OPEN, among(self._tx.connection, _P.invoice_id, chunk)))
        return found

    def open_of_kind(self, kind: PauseKind, after: UUID | None, limit: int) -> list[Pause]:
        query = self._mine(_OPEN, _P.kind == kind.value).limit(limit)
        return self._all(query if after is None else query.where(_P.id > after))

    def open_of_customer(self, customer_id: UUID) -> list[Pause]:
        return self._all(self._mine(_OPEN, _P.customer_id == customer_id))

    def of_invoice(self, invoice_id: UUID) -> list[Pause]:
        return self._all(self._mine(_P.invoice_id == invoice_id))

    def claim_settled(self, limit: int) -> list[tuple[Pause, bool]]:
        invoice = sa.and_(_I.seller_id == _P.seller_id, _I.invoice_id == _P.invoice_id)
        status = sa.select(_I.status).where(invoice).correlate(PAUSES).scalar_subquery()
        query = (
            sa.select(PAUSES, status.label("invoice_status"))
            .where(_P.seller_id == self._tx.seller_id, _OPEN, status != InvoiceStatus.ISSUED.value)
            .order_by(_P.id)
            .limit(limit)
        )
        rows = self._tx.connection.execute(skip_locked(query)).all()
        return [(from_row(Pause, row), row.invoice_status == InvoiceStatus.PAID.value) for row in rows]

    def unheeded(self, before: datetime) -> list[tuple[UUID, str]]:
        query = sa.select(_C.id, _P.kind).join(PAUSES, _CASE)
        late = sa.and_(_C.seller_id == self._tx.seller_id, _OPEN, _C.paused_at.is_(None), _P.started_at < before)
        return [(case, kind) for case, kind in self._tx.connection.execute(query.where(late))]

    def without_pause(self) -> list[UUID]:
        stands = sa.exists().where(_CASE, _OPEN)
        query = sa.select(_C.id).where(
            _C.seller_id == self._tx.seller_id, _C.is_open == sa.true(), _C.paused_at.is_not(None), ~stands
        )
        return list(self._tx.connection.scalars(query))

    def stepped_in_pause(self) -> list[UUID]:
        query = sa.select(_C.id).where(
            _C.seller_id == self._tx.seller_id, _C.is_open == sa.true(), _C.stepped_at > _C.paused_at
        )
        return list(self._tx.connection.scalars(query))

    def _mine(self, *where: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
        return sa.select(PAUSES).where(_P.seller_id == self._tx.seller_id, *where).order_by(_P.id)

    def _all(self, query: sa.Select[tuple[object, ...]]) -> list[Pause]:
        return [from_row(Pause, row) for row in self._tx.connection.execute(query)]
