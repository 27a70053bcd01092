"""Invoices: documents and lines (insert-only), the state beside each, and allocations (insert-only)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import Allocation, DocumentType, Invoice, InvoiceLine, InvoiceState, InvoiceStatus
from larabill_billing.ledger.model import PREPAYMENTS, RECEIVABLE, TAX_PAYABLE
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.invoicing_tables import ALLOCATIONS, INVOICES, LINES, STATES
from larabill_sqlalchemy.billing.ledger import ENTRIES, POSTINGS, ZERO, ledger_differences, total
from larabill_sqlalchemy.billing.numbering import NUMBERS
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import Each, chunks, from_row, insert_many, keyset, page_size
from larabill_sqlalchemy.types import Amount

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

_I, _L, _S, _A = INVOICES.c, LINES.c, STATES.c, ALLOCATIONS.c
_E, _P, _N = ENTRIES.c, POSTINGS.c, NUMBERS.c


_OF_IT = sa.and_(_N.seller_id == _I.seller_id, _N.invoice_id == _I.id)
_NUMBER = sa.func.coalesce(_N.number, "").label("number")


def _documents(seller_id: UUID) -> sa.Select[Any]:
    """The seller's documents with their numbers."""
    return (
        sa.select(INVOICES, _N.series, _N.sequence, _N.number)
        .select_from(INVOICES.outerjoin(NUMBERS, _OF_IT))
        .where(_I.seller_id == seller_id)
    )


class Invoices:
    """Implements `larabill_billing.invoicing.ports.InvoiceRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, invoices: Sequence[Invoice], states: Sequence[InvoiceState]) -> None:
        with unique("invoice", ", ".join(str(invoice.id) for invoice in invoices[:3])):
            insert_many(self._tx.connection, INVOICES, invoices)
        owners = [(invoice, line) for invoice in invoices for line in invoice.lines]
        insert_many(
            self._tx.connection,
            LINES,
            [line for _, line in owners],
            seller_id=self._tx.seller_id,
            invoice_id=Each([invoice.id for invoice, _ in owners]),
            type=Each([invoice.type for invoice, _ in owners]),
        )
        insert_many(self._tx.connection, STATES, states)

    def get(self, invoice_id: UUID) -> Invoice:
        mine = _documents(self._tx.seller_id).where(_I.id == invoice_id)
        row = self._tx.connection.execute(mine).one_or_none()
        if row is None:
            raise NotFound("invoice", invoice_id)
        lines = sa.select(LINES).where(_L.seller_id == self._tx.seller_id, _L.invoice_id == invoice_id)
        found = self._tx.connection.execute(lines.order_by(_L.position))
        return from_row(Invoice, row, lines=tuple(from_row(InvoiceLine, line) for line in found))

    def headers(self, invoice_ids: Collection[UUID]) -> dict[UUID, Invoice]:
        documents: dict[UUID, Invoice] = {}
        for chunk in chunks(sorted(invoice_ids)):
            query = _documents(self._tx.seller_id).where(_I.id.in_(chunk))
            documents |= {row.id: from_row(Invoice, row, lines=()) for row in self._tx.connection.execute(query)}
        return documents

    def whole(self, *, after: UUID | None = None, limit: int = 100) -> list[Invoice]:
        query = _documents(self._tx.seller_id).order_by(_I.id).limit(page_size(limit))
        rows = self._tx.connection.execute(query if after is None else query.where(_I.id > after)).all()
        lines: dict[UUID, list[InvoiceLine]] = defaultdict(list)
        for chunk in chunks([row.id for row in rows]):
            mine = sa.select(LINES).where(_L.seller_id == self._tx.seller_id, _L.invoice_id.in_(chunk))
            for line in self._tx.connection.execute(mine.order_by(_L.invoice_id, _L.position)):
                lines[line.invoice_id].append(from_row(InvoiceLine, line))
        return [from_row(Invoice, row, lines=tuple(lines[row.id])) for row in rows]

    def overcredited(self) -> list[tuple[UUID, Decimal, Decimal]]:
        net = sa.type_coerce(_L.amount - _L.share, Amount())
        given = sa.type_coerce(ZERO - total(CHARGES.c.amount), Amount())
        return self._rows(
            sa.select(_L.invoice_id, net, given)
            .join(CHARGES, sa.and_(CHARGES.c.seller_id == _L.seller_id, CHARGES.c.credited_line_id == _L.id))
            .where(_L.seller_id == self._tx.seller_id)
            .group_by(_L.invoice_id, _L.id, _L.amount, _L.share)
            .having(sa.or_(sa.and_(net >= ZERO, given > net), sa.and_(net < ZERO, given < net)))
        )

    def following(self, proforma_id: UUID) -> UUID | None:
        query = sa.select(_I.id).where(
            _I.seller_id == self._tx.seller_id,
            _I.preceding_id == proforma_id,
            _I.type == DocumentType.INVOICE.value,
        )
        return self._tx.connection.scalar(query)

    def state(self, invoice_id: UUID, *, lock: bool = False) -> InvoiceState:
        query = sa.select(STATES).where(_S.seller_id == self._tx.seller_id, _S.invoice_id == invoice_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("invoice", invoice_id)
        return from_row(InvoiceState, row)

    def states(self, invoice_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, InvoiceState]:
        found: dict[UUID, InvoiceState] = {}
        for chunk in chunks(sorted(invoice_ids)):
            found |= {state.invoice_id: state for state in self._states(_S.invoice_id.in_(chunk), lock=lock)}
        return found

    def open_for_customer(self, customer_id: UUID, currency: str) -> list[InvoiceState]:
        owed = self._states(
            _S.customer_id == customer_id, _S.status == InvoiceStatus.ISSUED.value, _S.currency == currency
        )
        return sorted(owed, key=lambda state: (state.due_on, state.invoice_id))

    def numbers(self, invoice_ids: Collection[UUID]) -> dict[UUID, str]:
        found: dict[UUID, str] = {}
        for chunk in chunks(sorted(invoice_ids)):
            query = sa.select(NUMBERS).where(_N.seller_id == self._tx.seller_id, _N.invoice_id.in_(chunk))
            found |= {row.invoice_id: row.number for row in self._tx.connection.execute(query)}
        return found

    def save_state(self, state: InvoiceState) -> None:
        changed = self._tx.connection.execute(
            sa.update(STATES)
            .where(
                _S.seller_id == self._tx.seller_id,
                _S.invoice_id == state.invoice_id,
                _S.version == state.version,
            )
            .values(
                status=state.status.value,
                balance=state.balance,
                paid_at=state.paid_at,
                due_on=state.due_on,
                plan_id=state.plan_id,
                version=state.version + 1,
            )
        )
        if changed.rowcount == 0:
            raise StaleVersion("invoice", state.invoice_id)

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: InvoiceStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[tuple[Invoice, InvoiceState]]:
        """Two statements: the states, which hold all that is asked for, and the documents of exactly these."""
        where = [
            *([] if customer_id is None else [_S.customer_id == customer_id]),
            *([] if status is None else [_S.status == status.value]),
        ]
        query = sa.select(STATES).where(_S.seller_id == self._tx.seller_id, *where)
        query = keyset(query, _S.invoice_id, after=after, newest_first=newest_first, limit=limit)
        states = [from_row(InvoiceState, row) for row in self._tx.connection.execute(query)]
        documents = self.headers([state.invoice_id for state in states])
        return [(documents[state.invoice_id], state) for state in states]

    def for_orders(self, order_ids: Collection[UUID]) -> dict[UUID, list[InvoiceState]]:
        found: dict[UUID, list[InvoiceState]] = defaultdict(list)
        for chunk in chunks(sorted(order_ids)):
            query = (
                sa.select(_I.order_id, STATES)
                .join(STATES, sa.and_(_S.seller_id == _I.seller_id, _S.invoice_id == _I.id))
                .where(_I.seller_id == self._tx.seller_id, _I.order_id.in_(chunk))
                .order_by(_I.id)
            )
            for row in self._tx.connection.execute(query):
                found[row.order_id].append(from_row(InvoiceState, row))
        return found

    def past_due(self, on: date, *, after: UUID | None = None, limit: int = 100) -> list[InvoiceState]:
        late = [
            _S.status == InvoiceStatus.ISSUED.value,
            _S.due_on < on,
            _S.subscription_id.is_not(None),
        ]
        if after is not None:
            late.append(_S.invoice_id > after)
        return self._states(*late, limit=limit)

    def _states(
        self, *where: sa.ColumnElement[bool], limit: int | None = None, lock: bool = False
    ) -> list[InvoiceState]:
        query = sa.select(STATES).where(_S.seller_id == self._tx.seller_id, *where).order_by(_S.invoice_id)
        query = query.with_for_update() if lock else query
        return [from_row(InvoiceState, row) for row in self._tx.connection.execute(query.limit(limit))]

    def add_allocations(self, allocations: Sequence[Allocation]) -> None:
        with unique("allocation of", ", ".join(str(each.source_id) for each in allocations)):
            insert_many(self._tx.connection, ALLOCATIONS, allocations)

    def allocations(self, invoice_id: UUID) -> list[Allocation]:
        return self._allocations(_A.invoice_id == invoice_id)

    def allocated_by(self, source_kind: str, source_ids: Collection[UUID]) -> list[Allocation]:
        found: list[Allocation] = []
        for chunk in chunks(sorted(source_ids)):
            found += self._allocations(_A.source_kind == source_kind, _A.source_id.in_(chunk))
        return found

    def _allocations(self, *where: sa.ColumnElement[bool]) -> list[Allocation]:
        query = sa.select(ALLOCATIONS).where(_A.seller_id == self._tx.seller_id, *where).order_by(_A.id)
        return [from_row(Allocation, row) for row in self._tx.connection.execute(query)]

    def wrong_totals(self) -> list[tuple[UUID, str, Decimal, Decimal]]:
        lines = sa.and_(_L.seller_id == _I.seller_id, _L.invoice_id == _I.id)
        lines_net = sa.type_coerce(total(_L.amount) - total(_L.share), Amount())
        return self._rows(
            sa.select(_I.id, _NUMBER, _I.total, lines_net)
            .select_from(INVOICES.outerjoin(NUMBERS, _OF_IT).outerjoin(LINES, lines))
            .where(_I.seller_id == self._tx.seller_id)
            .group_by(_I.id, _N.number, _I.net, _I.tax, _I.total)
            .having(sa.or_(lines_net != _I.net, _I.net + _I.tax != _I.total))
        )

    def wrong_balances(self) -> list[tuple[UUID, str, Decimal, Decimal]]:
        nothing_due = sa.or_(_S.status == InvoiceStatus.VOID.value, _S.type == DocumentType.CREDIT_NOTE.value)
        open_amount = sa.type_coerce(_I.total - total(_A.amount), Amount())
        due = sa.type_coerce(sa.case((nothing_due, ZERO), else_=open_amount), Amount())
        status_of_zero = sa.and_(_S.status == InvoiceStatus.ISSUED.value, _S.balance == ZERO)
        return self._rows(
            sa.select(_I.id, _S.status, _S.balance, due)
            .select_from(INVOICES)
            .join(STATES, sa.and_(_S.seller_id == _I.seller_id, _S.invoice_id == _I.id))
            .outerjoin(ALLOCATIONS, sa.and_(_A.seller_id == _I.seller_id, _A.invoice_id == _I.id))
            .where(_I.seller_id == self._tx.seller_id)
            .group_by(_I.id, _I.total, _S.type, _S.status, _S.balance)
            .having(
                sa.or_(
                    _S.balance != due,
                    status_of_zero,
                    sa.and_(_S.status != InvoiceStatus.ISSUED.value, _S.balance != ZERO),
                )
            )
        )

    def without_entry(self) -> list[tuple[UUID, str]]:
        posted = sa.exists().where(
            ENTRIES.c.seller_id == _I.seller_id,
            ENTRIES.c.document_kind == "invoice",
            ENTRIES.c.document_id == _I.id,
            ENTRIES.c.purpose == "issued",
        )
        return self._rows(
            sa.select(_I.id, _NUMBER)
            .select_from(INVOICES.outerjoin(NUMBERS, _OF_IT))
            .where(
                _I.seller_id == self._tx.seller_id,
                _I.total != ZERO,
                _I.type != DocumentType.PROFORMA.value,
                ~posted,
            )
        )

    def without_number(self) -> list[UUID]:
        numbered = sa.exists().where(_N.seller_id == _I.seller_id, _N.invoice_id == _I.id)
        return list(self._tx.connection.scalars(sa.select(_I.id).where(_I.seller_id == self._tx.seller_id, ~numbered)))

    def without_state(self) -> list[tuple[UUID, str]]:
        stands = sa.exists().where(_S.seller_id == _I.seller_id, _S.invoice_id == _I.id)
        return self._rows(
            sa.select(_I.id, _NUMBER)
            .select_from(INVOICES.outerjoin(NUMBERS, _OF_IT))
            .where(_I.seller_id == self._tx.seller_id, ~stands)
        )

    def receivable_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        balances = sa.select(_S.customer_id, _S.currency, _S.balance).where(
            _S.seller_id == self._tx.seller_id,
            _S.status == InvoiceStatus.ISSUED.value,
            _S.type == DocumentType.INVOICE.value,
        )
        return ledger_differences(self._tx, RECEIVABLE, balances)

    def tax_differences(self) -> list[tuple[str, Decimal]]:
        posted = (
            sa.select(_P.currency.label("currency"), _P.amount.label("amount"))
            .join(ENTRIES, sa.and_(_E.seller_id == _P.seller_id, _E.id == _P.entry_id))
            .where(
                _P.seller_id == self._tx.seller_id,
                sa.or_(_P.account == TAX_PAYABLE, _P.account.startswith(f"{TAX_PAYABLE}:", autoescape=True)),
                _E.document_kind == "invoice",
            )
        )
        reversed_ = sa.exists().where(
            _E.seller_id == _I.seller_id,
            _E.document_kind == "invoice",
            _E.document_id == _I.id,
            _E.purpose == "voided",
        )
        is_note = _I.type == DocumentType.CREDIT_NOTE.value
        said = sa.select(_I.currency, sa.type_coerce(sa.case((is_note, -_I.tax), else_=_I.tax), Amount())).where(
            _I.seller_id == self._tx.seller_id, _I.type != DocumentType.PROFORMA.value, ~reversed_
        )
        both = sa.union_all(posted, said).subquery("both_sides")
        query = sa.select(both.c.currency, total(both.c.amount)).group_by(both.c.currency)
        return self._rows(query.having(total(both.c.amount) != ZERO).order_by(both.c.currency))

    def prepayment_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        next_one = INVOICES.alias("next_one")
        followed = sa.exists().where(
            next_one.c.seller_id == _I.seller_id,
            next_one.c.preceding_id == _I.id,
            next_one.c.type == DocumentType.INVOICE.value,
        )
        held = (
            sa.select(_S.customer_id, _S.currency, sa.type_coerce(_S.balance - _I.total, Amount()))
            .join(INVOICES, sa.and_(_I.seller_id == _S.seller_id, _I.id == _S.invoice_id))
            .where(
                _S.seller_id == self._tx.seller_id,
                _S.status != InvoiceStatus.VOID.value,
                _S.type == DocumentType.PROFORMA.value,
                ~followed,
            )
        )
        return ledger_differences(self._tx, PREPAYMENTS, held)

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "invoice", _S.invoice_id, _S.status)

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        return [tuple(row) for row in self._tx.connection.execute(query)]
