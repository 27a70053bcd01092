"""Credits of customers. Insert-only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.credits.model import Credit
from larabill_billing.ledger.model import CUSTOMER_CREDIT
from larabill_sqlalchemy.billing.ledger import ledger_differences, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

CREDITS = sa.Table(
    "larabill_credits",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("source", code(32), nullable=False),
    sa.Column("source_id", Id, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("uq_larabill_credits_source", "seller_id", "source", "source_id", unique=True),
    sa.Index("ix_larabill_credits_customer", "seller_id", "customer_id", "currency"),
    **MYSQL_OPTIONS,
)

_C = CREDITS.c


class Credits:
    """Implements `larabill_billing.credits.ports.CreditRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, credits: Sequence[Credit]) -> None:
        with unique("credit from", ", ".join(f"{credit.source} {credit.source_id}" for credit in credits)):
            insert_many(self._tx.connection, CREDITS, [to_row(credit) for credit in credits])

    def balance(self, customer_id: UUID, currency: str) -> Decimal:
        query = sa.select(total(_C.amount)).where(
            _C.seller_id == self._tx.seller_id, _C.customer_id == customer_id, _C.currency == currency
        )
        return self._tx.connection.execute(query).scalar_one()

    def from_source(self, source: str, source_id: UUID) -> Credit | None:
        query = sa.select(CREDITS).where(
            _C.seller_id == self._tx.seller_id, _C.source == source, _C.source_id == source_id
        )
        row = self._tx.connection.execute(query).one_or_none()
        return None if row is None else from_row(Credit, row)

    def for_customer(self, customer_id: UUID) -> list[Credit]:
        query = sa.select(CREDITS).where(_C.seller_id == self._tx.seller_id, _C.customer_id == customer_id)
        return [from_row(Credit, row) for row in self._tx.connection.execute(query.order_by(_C.id))]

    def ledger_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        owed = sa.select(_C.customer_id, _C.currency, sa.type_coerce(-_C.amount, Amount())).where(
            _C.seller_id == self._tx.seller_id
        )
        return ledger_differences(self._tx, CUSTOMER_CREDIT, owed)
