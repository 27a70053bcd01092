"""Credits of customers. Insert-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.credits.model import Credit, Lot
from larabill_billing.ledger.model import CUSTOMER_CREDIT
from larabill_sqlalchemy.billing.ledger import ZERO, ledger_differences, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, from_rows, insert_many, keyset
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
    sa.Column("lot_id", Id, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("source", code(32), nullable=False),
    sa.Column("source_id", Id, nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("uq_larabill_credits_source", "seller_id", "source", "source_id", "part", unique=True),
    sa.Index("ix_larabill_credits_customer", "seller_id", "customer_id", "currency", "lot_id", "amount"),
    sa.Index("ix_larabill_credits_history", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_credits_lot", "seller_id", "lot_id", "amount"),
    **MYSQL_OPTIONS,
)

_C = CREDITS.c
_ROWS = CREDITS.alias("rows_of_lot")
_REMAINING = sa.type_coerce(
    sa.select(total(_ROWS.c.amount))
    .where(_ROWS.c.seller_id == _C.seller_id, _ROWS.c.lot_id == _C.id)
    .correlate(CREDITS)
    .scalar_subquery(),
    Amount(),
)


class Credits:
    """Implements `larabill_billing.credits.ports.CreditRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, credits: Sequence[Credit]) -> None:
        with unique("credit from", ", ".join(f"{credit.source} {credit.source_id}" for credit in credits)):
            insert_many(self._tx.connection, CREDITS, credits)

    def balance(self, customer_id: UUID, currency: str) -> Decimal:
        query = sa.select(total(_C.amount)).where(
            _C.seller_id == self._tx.seller_id, _C.customer_id == customer_id, _C.currency == currency
        )
        return self._tx.connection.execute(query).scalar_one()

    def open_lots(self, customer_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Lot]]:
        found: dict[tuple[UUID, str], list[Lot]] = defaultdict(list)
        for chunk in chunks(sorted(set(customer_ids))):
            left = (
                sa.select(_C.lot_id, total(_C.amount).label("remaining"))
                .where(_C.seller_id == self._tx.seller_id, among(self._tx.connection, _C.customer_id, chunk))
                .group_by(_C.lot_id)
                .having(total(_C.amount) > ZERO)
                .subquery("left_of_lots")
            )
            query = (
                sa.select(CREDITS, left.c.remaining)
                .join(left, left.c.lot_id == _C.id)
                .where(_C.seller_id == self._tx.seller_id)
                .order_by(_C.id)
            )
            for lot in self._lots(query):
                found[lot.customer_id, lot.currency].append(lot)
        return dict(found)

    def lots(self, lot_ids: Collection[UUID]) -> dict[UUID, Lot]:
        found: dict[UUID, Lot] = {}
        for chunk in chunks(sorted(set(lot_ids))):
            found |= {lot.id: lot for lot in self._lots(self._mine(_C.id.in_(chunk), _C.lot_id == _C.id))}
        return found

    def from_source(self, source: str, source_id: UUID) -> list[Credit]:
        query = sa.select(CREDITS).where(
            _C.seller_id == self._tx.seller_id, _C.source == source, _C.source_id == source_id
        )
        return [from_row(Credit, row) for row in self._tx.connection.execute(query.order_by(_C.part))]

    def from_sources(self, source: str, source_ids: Collection[UUID]) -> list[Credit]:
        found: list[Credit] = []
        for chunk in chunks(sorted(set(source_ids))):
            query = sa.select(CREDITS).where(
                _C.seller_id == self._tx.seller_id, _C.source == source, _C.source_id.in_(chunk)
            )
            found += [from_row(Credit, row) for row in self._tx.connection.execute(query.order_by(_C.id))]
        return found

    def page(
        self, *, customer_id: UUID, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Credit]:
        query = sa.select(CREDITS).where(_C.seller_id == self._tx.seller_id, _C.customer_id == customer_id)
        rows = self._tx.connection.execute(keyset(query, _C.id, after=after, newest_first=newest_first, limit=limit))
        return [from_row(Credit, row) for row in rows]

    def lot_page(
        self, *, customer_id: UUID, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Lot]:
        query = self._mine(_C.customer_id == customer_id, _C.lot_id == _C.id).order_by(None)
        return self._lots(keyset(query, _C.id, after=after, newest_first=newest_first, limit=limit))

    def ledger_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        owed = sa.select(_C.customer_id, _C.currency, sa.type_coerce(-_C.amount, Amount())).where(
            _C.seller_id == self._tx.seller_id
        )
        return ledger_differences(self._tx, CUSTOMER_CREDIT, owed)

    def expired(self, on: date) -> list[Lot]:
        return self._lots(self._mine(_C.expires_on <= on, _REMAINING > ZERO))

    def wrong_lots(self) -> list[tuple[UUID, Decimal]]:
        whole = _ROWS.outerjoin(
            CREDITS,
            sa.and_(
                _C.seller_id == _ROWS.c.seller_id,
                _C.id == _ROWS.c.lot_id,
                _C.lot_id == _C.id,
                _C.customer_id == _ROWS.c.customer_id,
                _C.currency == _ROWS.c.currency,
            ),
        )
        query = (
            sa.select(_ROWS.c.lot_id, total(_ROWS.c.amount))
            .select_from(whole)
            .where(_ROWS.c.seller_id == self._tx.seller_id)
            .group_by(_ROWS.c.lot_id)
            .having(sa.or_(total(_ROWS.c.amount) < ZERO, sa.func.count(_C.id) < sa.func.count()))
        )
        return [(lot, left) for lot, left in self._tx.connection.execute(query)]

    def _mine(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return (
            sa.select(CREDITS, _REMAINING.label("remaining"))
            .where(_C.seller_id == self._tx.seller_id, *where)
            .order_by(_C.id)
        )

    def _lots(self, query: sa.Select[Any]) -> list[Lot]:
        return from_rows(Lot, self._tx.connection.execute(query).all())
