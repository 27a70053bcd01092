"""Refunds of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.payments.model import Refund
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

REFUNDS = sa.Table(
    "larabill_refunds",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("payment_id", Id, nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("ref", code(255), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("from_credit", Amount, nullable=False),
    sa.Column("destination", code(16), nullable=False),
    sa.Column("returned", Json, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("transaction_id", code(255)),
    sa.Column("reason", text(), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("uq_larabill_refunds_ref", "seller_id", "ref", unique=True),
    sa.Index("ix_larabill_refunds_payment", "seller_id", "payment_id"),
    **MYSQL_OPTIONS,
)

_R = REFUNDS.c


class Refunds:
    """Implements `larabill_billing.payments.ports.RefundRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, refund: Refund) -> None:
        insert_many(self._tx.connection, REFUNDS, [to_row(refund)])

    def get(self, refund_id: UUID, *, lock: bool = False) -> Refund:
        query = sa.select(REFUNDS).where(_R.seller_id == self._tx.seller_id, _R.id == refund_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("refund", refund_id)
        return from_row(Refund, row)

    def save(self, refund: Refund) -> None:
        changed = self._tx.connection.execute(
            sa.update(REFUNDS)
            .where(_R.seller_id == self._tx.seller_id, _R.id == refund.id, _R.version == refund.version)
            .values(
                status=refund.status.value,
                transaction_id=refund.transaction_id,
                reason=refund.reason,
                updated_at=self._tx.now,
                version=refund.version + 1,
            )
        )
        if changed.rowcount == 0:
            raise StaleVersion("refund", refund.id)

    def by_ref(self, ref: str) -> Refund | None:
        query = sa.select(REFUNDS).where(_R.seller_id == self._tx.seller_id, _R.ref == ref)
        row = self._tx.connection.execute(query).one_or_none()
        return None if row is None else from_row(Refund, row)

    def for_payment(self, payment_id: UUID) -> list[Refund]:
        query = sa.select(REFUNDS).where(_R.seller_id == self._tx.seller_id, _R.payment_id == payment_id)
        return [from_row(Refund, row) for row in self._tx.connection.execute(query.order_by(_R.id))]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "refund", _R.id, _R.status)
