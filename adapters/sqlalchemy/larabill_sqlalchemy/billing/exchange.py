"""Exchange rates, and what documents are worth in the seller's currency. Both insert-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.exchange.model import Accounting, StoredRate
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import chunks, from_row, from_rows, insert_many, insert_new
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, UnitPrice, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

RATES = sa.Table(
    "larabill_exchange_rates",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("source", code(32), nullable=False),
    sa.Column("base", code(3), nullable=False),
    sa.Column("quote", code(3), nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("rate", UnitPrice, nullable=False),
    sa.Column("loaded_at", Instant, nullable=False),
    sa.Index("uq_larabill_exchange_rates_day", "seller_id", "source", "on", "base", "quote", unique=True),
    **MYSQL_OPTIONS,
)

ACCOUNTING = sa.Table(
    "larabill_document_accounting",
    METADATA,
    sa.Column("document_id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("rate", UnitPrice, nullable=False),
    sa.Column("source", code(32), nullable=False),
    sa.Column("rated_on", sa.Date, nullable=False),
    sa.Column("total", Amount, nullable=False),
    sa.Column("tax", Amount, nullable=False),
    **MYSQL_OPTIONS,
)

_R, _A = RATES.c, ACCOUNTING.c


class ExchangeRates:
    """Implements `larabill_billing.exchange.ports.ExchangeRateRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_new(self, rates: Sequence[StoredRate]) -> None:
        insert_new(self._tx.connection, RATES, rates)

    def between(
        self, source: str, first: date, last: date, *, currencies: Collection[str] | None = None
    ) -> list[StoredRate]:
        query = sa.select(RATES).where(
            _R.seller_id == self._tx.seller_id, _R.source == source, _R.on >= first, _R.on <= last
        )
        if currencies is not None:
            wanted = sorted(currencies)
            query = query.where(sa.or_(_R.base.in_(wanted), _R.quote.in_(wanted)))
        return from_rows(StoredRate, self._tx.connection.execute(query).all())

    def newest(self, source: str) -> date | None:
        query = sa.select(sa.func.max(_R.on)).where(_R.seller_id == self._tx.seller_id, _R.source == source)
        return self._tx.connection.execute(query).scalar()


class AccountingAmounts:
    """Implements `larabill_billing.exchange.ports.AccountingRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, amounts: Sequence[Accounting]) -> None:
        insert_many(self._tx.connection, ACCOUNTING, amounts)

    def for_documents(self, document_ids: Collection[UUID]) -> dict[UUID, Accounting]:
        found: dict[UUID, Accounting] = {}
        for chunk in chunks(sorted(document_ids)):
            query = sa.select(ACCOUNTING).where(_A.seller_id == self._tx.seller_id, _A.document_id.in_(chunk))
            found |= {row.document_id: from_row(Accounting, row) for row in self._tx.connection.execute(query)}
        return found
