"""Number series, and the number of each document: in a row of its own, so that it can be written last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from larabill_billing.invoicing.model import Invoice
from larabill_core.errors import ConcurrencyError
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import Each, insert_many, insert_new
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

SERIES = sa.Table(
    "larabill_invoice_series",
    METADATA,
    sa.Column("seller_id", Id, primary_key=True),
    sa.Column("code", code(16), primary_key=True),
    sa.Column("first_number", sa.Integer, nullable=False),
    sa.Column("next_number", sa.Integer, nullable=False),
    **MYSQL_OPTIONS,
)

NUMBERS = sa.Table(
    "larabill_invoice_numbers",
    METADATA,
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("series", code(16), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("number", code(64), nullable=False),
    sa.Index("uq_larabill_invoice_numbers_number", "seller_id", "number", unique=True),
    sa.Index("uq_larabill_invoice_numbers_sequence", "seller_id", "series", "sequence", unique=True),
    **MYSQL_OPTIONS,
)

_S, _N = SERIES.c, NUMBERS.c


class Series:
    """Implements `larabill_billing.invoicing.ports.SeriesRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def take(self, series: str, count: int, *, start: int = 1) -> int:
        following = self._advance(series, count)
        if following is None:
            begin = 1 if self._has_any(series.partition("-")[0]) else start
            new = {"seller_id": self._tx.seller_id, "code": series, "first_number": begin, "next_number": begin}
            insert_new(self._tx.connection, SERIES, [new])
            following = self._advance(series, count)
        if following is None:
            raise ConcurrencyError(f"series {series} is gone")
        return following - count

    def _advance(self, series: str, count: int) -> int | None:
        """Lock the series, move it on and read it, in one statement; None where there is no such series yet."""
        advance = sa.update(SERIES).where(_S.seller_id == self._tx.seller_id, _S.code == series)
        following = _S.next_number + count
        if self._tx.connection.dialect.name not in MYSQL:
            moved_on = advance.values(next_number=following).returning(_S.next_number)
            return self._tx.connection.execute(moved_on).scalar_one_or_none()
        # MySQL has no RETURNING; what LAST_INSERT_ID is given comes back with the answer instead
        moved = self._tx.connection.execute(advance.values(next_number=sa.func.last_insert_id(following)))
        return moved.lastrowid if moved.rowcount else None

    def _has_any(self, type: str) -> bool:
        """Whether the seller has a series of this type, of whatever year."""
        of_type = sa.or_(_S.code == type, _S.code.like(f"{type}-%"))
        query = sa.select(_S.code).where(_S.seller_id == self._tx.seller_id, of_type).limit(1)
        return self._tx.connection.scalar(query) is not None

    def give(self, invoices: Sequence[Invoice]) -> None:
        with unique("invoice", ", ".join(invoice.number for invoice in invoices[:3])):
            insert_many(self._tx.connection, NUMBERS, invoices, invoice_id=Each([each.id for each in invoices]))

    def gaps(self) -> list[tuple[str, int, int, int]]:
        given = _S.next_number - _S.first_number
        documents = sa.and_(_N.seller_id == _S.seller_id, _N.series == _S.code)
        distinct = sa.func.count(sa.distinct(_N.sequence))
        count = sa.func.count(_N.invoice_id)
        highest = sa.func.coalesce(sa.func.max(_N.sequence), _S.first_number - 1)
        lowest = sa.func.coalesce(sa.func.min(_N.sequence), _S.first_number)
        return self._rows(
            sa.select(_S.code, given, distinct, count)
            .select_from(SERIES.outerjoin(NUMBERS, documents))
            .where(_S.seller_id == self._tx.seller_id)
            .group_by(_S.code, _S.first_number, _S.next_number)
            .having(
                sa.or_(
                    distinct != given,
                    count != given,
                    highest != _S.next_number - 1,
                    lowest != _S.first_number,
                )
            )
        )

    def unknown(self) -> list[str]:
        known = sa.exists().where(_S.seller_id == _N.seller_id, _S.code == _N.series)
        query = sa.select(_N.series).distinct().where(_N.seller_id == self._tx.seller_id, ~known)
        return list(self._tx.connection.scalars(query))

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        return [tuple(row) for row in self._tx.connection.execute(query)]
