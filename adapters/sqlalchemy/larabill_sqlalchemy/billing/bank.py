"""Lines of bank statements, and the open invoices that they are matched with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.bank.model import BankLine, LineStatus, OpenInvoice
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.model import TOOK_MONEY
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.numbering import NUMBERS
from larabill_sqlalchemy.billing.payments import PAYMENTS
from larabill_sqlalchemy.statements import chunks, from_row, insert_new, keyset, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

LINES = sa.Table(
    "larabill_bank_lines",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("account", code(64), nullable=False),
    sa.Column("bank_id", code(255), nullable=False),
    sa.Column("booked_on", sa.Date, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("payer", text(), nullable=False),
    sa.Column("text", text(), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("payment_id", Id),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("candidates", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Index("uq_larabill_bank_lines_bank_id", "seller_id", "account", "bank_id", unique=True),
    sa.Index("ix_larabill_bank_lines_id", "seller_id", "id"),
    sa.Index("ix_larabill_bank_lines_status", "seller_id", "status", "id"),
    sa.Index("ix_larabill_bank_lines_payment", "seller_id", "payment_id"),
    **MYSQL_OPTIONS,
)

_L, _I, _S, _P = LINES.c, NUMBERS.c, STATES.c, PAYMENTS.c


class BankLines:
    """Implements `larabill_billing.bank.ports.BankRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_new(self, lines: Sequence[BankLine]) -> list[BankLine]:
        """Which are new is asked after the insert: another import of the same file may have been faster."""
        insert_new(self._tx.connection, LINES, [to_row(line) for line in lines])
        mine: set[UUID] = set()
        for chunk in chunks([line.id for line in lines]):
            query = sa.select(_L.id).where(_L.seller_id == self._tx.seller_id, _L.id.in_(chunk))
            mine.update(self._tx.connection.scalars(query))
        return [line for line in lines if line.id in mine]

    def get(self, line_id: UUID, *, lock: bool = False) -> BankLine:
        query = sa.select(LINES).where(_L.seller_id == self._tx.seller_id, _L.id == line_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("bank line", line_id)
        return from_row(BankLine, row)

    def save(self, line: BankLine) -> None:
        changed = self._tx.connection.execute(
            sa.update(LINES)
            .where(_L.seller_id == self._tx.seller_id, _L.id == line.id, _L.version == line.version)
            .values(
                **self._verdict(line), status=line.status.value, payment_id=line.payment_id, version=line.version + 1
            )
        )
        if changed.rowcount == 0:
            raise StaleVersion("bank line", line.id)

    def note_many(self, lines: Sequence[BankLine]) -> None:
        rows = [{"id": line.id, **self._verdict(line)} for line in lines]
        update_many(self._tx.connection, LINES, rows, seller_id=self._tx.seller_id, status=LineStatus.OPEN.value)

    def page(
        self,
        *,
        status: LineStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[BankLine]:
        query = sa.select(LINES).where(_L.seller_id == self._tx.seller_id)
        if status is not None:
            query = query.where(_L.status == status.value)
        whole = "ix_larabill_bank_lines_id" if status is None else ""
        query = keyset(query, _L.id, after=after, newest_first=newest_first, limit=limit, index=whole)
        found = self._tx.connection.execute(query)
        return [from_row(BankLine, row) for row in found]

    def open_invoices(self) -> list[OpenInvoice]:
        query = (
            sa.select(_S.invoice_id, _I.number, _S.customer_id, _S.balance, _S.currency, _S.due_on)
            .join(NUMBERS, sa.and_(_I.seller_id == _S.seller_id, _I.invoice_id == _S.invoice_id))
            .where(
                _S.seller_id == self._tx.seller_id,
                _S.status == InvoiceStatus.ISSUED.value,
            )
        )
        return [from_row(OpenInvoice, row._mapping) for row in self._tx.connection.execute(query)]

    def invoices_of_payments(self, payment_ids: Collection[UUID]) -> dict[UUID, UUID]:
        found: dict[UUID, UUID] = {}
        for chunk in chunks(sorted(payment_ids)):
            query = sa.select(_P.id, _P.invoice_id).where(
                _P.seller_id == self._tx.seller_id, _P.id.in_(chunk), _P.invoice_id.is_not(None)
            )
            found |= {row.id: row.invoice_id for row in self._tx.connection.execute(query)}
        return found

    def without_payment(self) -> list[tuple[UUID, str]]:
        fits = sa.exists().where(
            _P.seller_id == _L.seller_id,
            _P.id == _L.payment_id,
            _P.amount == _L.amount,
            _P.currency == _L.currency,
            _P.status.in_(sorted(status.value for status in TOOK_MONEY)),
        )
        query = sa.select(_L.id, _L.bank_id).where(
            _L.seller_id == self._tx.seller_id, _L.status == LineStatus.MATCHED.value, ~fits
        )
        return [(line, bank_id) for line, bank_id in self._tx.connection.execute(query)]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "bank_line", _L.id, _L.status)

    @staticmethod
    def _verdict(line: BankLine) -> dict[str, Any]:
        return {"reasons": list(line.reasons), "candidates": [str(each) for each in line.candidates]}
