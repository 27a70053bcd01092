"""The ledger: entries and their postings. Insert-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.ledger.model import AccountBalance, AccountLine, Entry, Movement, Posting
from larabill_core.ids import new_ids
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import Each, from_rows, insert_many, page_size
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

ENTRIES = sa.Table(
    "larabill_journal_entries",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("document_kind", code(32), nullable=False),
    sa.Column("document_id", Id, nullable=False),
    sa.Column("purpose", code(32), nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Index(
        "uq_larabill_journal_entries_document", "seller_id", "document_kind", "document_id", "purpose", unique=True
    ),
    sa.Index("ix_larabill_journal_entries_occurred", "seller_id", "occurred_at", "id"),
    **MYSQL_OPTIONS,
)

POSTINGS = sa.Table(
    "larabill_postings",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("entry_id", Id, sa.ForeignKey("larabill_journal_entries.id"), nullable=False),
    sa.Column("account", code(120), nullable=False),
    sa.Column("customer_id", Id),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Index("ix_larabill_postings_entry", "seller_id", "entry_id"),
    sa.Index("ix_larabill_postings_account", "seller_id", "currency", "account", "customer_id", "amount"),
    **MYSQL_OPTIONS,
)

_E, _P = ENTRIES.c, POSTINGS.c
ZERO = sa.literal(Decimal(0), Amount())


def total(column: sa.ColumnElement[Decimal]) -> sa.ColumnElement[Decimal]:
    """The sum of an amount column; zero of no rows."""
    return sa.type_coerce(sa.func.coalesce(sa.func.sum(column), ZERO), Amount())


class Ledger:
    """Implements `larabill_billing.ledger.ports.LedgerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, entries: Sequence[Entry]) -> None:
        with unique("ledger entry of", ", ".join(str(entry.document_id) for entry in entries[:3])):
            insert_many(self._tx.connection, ENTRIES, entries)
        owners = [(entry, posting) for entry in entries for posting in entry.postings]
        insert_many(
            self._tx.connection,
            POSTINGS,
            [posting for _, posting in owners],
            id=Each(new_ids(len(owners))),
            seller_id=self._tx.seller_id,
            entry_id=Each([entry.id for entry, _ in owners]),
            currency=Each([entry.currency for entry, _ in owners]),
        )

    def for_document(self, document_kind: str, document_id: UUID) -> list[Entry]:
        query = (
            sa.select(ENTRIES, _P.account, _P.amount, _P.customer_id)
            .join(POSTINGS, sa.and_(_P.seller_id == _E.seller_id, _P.entry_id == _E.id))
            .where(
                _E.seller_id == self._tx.seller_id,
                _E.document_kind == document_kind,
                _E.document_id == document_id,
            )
            .order_by(_E.id, _P.id)
        )
        return _entries(self._tx.connection.execute(query))

    def trial_balance(self) -> list[AccountBalance]:
        query = (
            sa.select(_P.currency, _P.account, total(_P.amount))
            .where(_P.seller_id == self._tx.seller_id)
            .group_by(_P.currency, _P.account)
            .order_by(_P.currency, _P.account)
        )
        return [
            AccountBalance(currency=currency, account=account, balance=balance)
            for currency, account, balance in self._tx.connection.execute(query)
        ]

    def movements(self, since: datetime, until: datetime) -> list[Movement]:
        before, later = _E.occurred_at < since, _E.occurred_at >= since
        query = (
            sa.select(
                _P.currency,
                _P.account,
                total(sa.case((before, _P.amount), else_=ZERO)).label("opening"),
                total(sa.case((sa.and_(later, _P.amount > ZERO), _P.amount), else_=ZERO)).label("debit"),
                total(sa.case((sa.and_(later, _P.amount < ZERO), -_P.amount), else_=ZERO)).label("credit"),
            )
            .join(ENTRIES, sa.and_(_E.seller_id == _P.seller_id, _E.id == _P.entry_id))
            .where(_P.seller_id == self._tx.seller_id, _E.occurred_at < until)
            .group_by(_P.currency, _P.account)
            .order_by(_P.currency, _P.account)
        )
        return from_rows(Movement, self._tx.connection.execute(query).all())

    def page(
        self, since: datetime, until: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int = 1000
    ) -> list[Entry]:
        page = (
            sa.select(_E.id)
            .where(_E.seller_id == self._tx.seller_id, *_moment(since, until, after, _E.id))
            .order_by(_E.occurred_at, _E.id)
            .limit(page_size(limit))
            .subquery("page")
        )
        query = (
            sa.select(ENTRIES, _P.account, _P.amount, _P.customer_id)
            .join(page, page.c.id == _E.id)
            .join(POSTINGS, sa.and_(_P.seller_id == _E.seller_id, _P.entry_id == _E.id))
            .where(_E.seller_id == self._tx.seller_id)
            .order_by(_E.occurred_at, _E.id, _P.id)
        )
        return _entries(self._tx.connection.execute(query))

    def lines(
        self,
        account: str,
        since: datetime,
        until: datetime,
        *,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 1000,
    ) -> list[AccountLine]:
        query: sa.Select[Any] = (
            sa.select(
                _P.id.label("posting_id"),
                _P.entry_id,
                *(_E.occurred_at, _E.document_kind, _E.document_id, _E.purpose),
                *(_P.account, _P.currency, _P.amount, _P.customer_id),
            )
            .join(ENTRIES, sa.and_(_E.seller_id == _P.seller_id, _E.id == _P.entry_id))
            .where(_P.seller_id == self._tx.seller_id, _P.account == account, *_moment(since, until, after, _P.id))
            .order_by(_E.occurred_at, _P.id)
            .limit(page_size(limit))
        )
        return from_rows(AccountLine, self._tx.connection.execute(query).all())

    def customer_balance(self, account: str, customer_id: UUID, currency: str) -> Decimal:
        query = sa.select(total(_P.amount)).where(
            _P.seller_id == self._tx.seller_id,
            _P.currency == currency,
            _P.account == account,
            _P.customer_id == customer_id,
        )
        return self._tx.connection.execute(query).scalar_one()

    def unbalanced_entries(self) -> list[tuple[UUID, Decimal]]:
        query = (
            sa.select(_E.id, total(_P.amount))
            .select_from(ENTRIES.outerjoin(POSTINGS, sa.and_(_P.seller_id == _E.seller_id, _P.entry_id == _E.id)))
            .where(_E.seller_id == self._tx.seller_id)
            .group_by(_E.id)
            .having(sa.or_(total(_P.amount) != ZERO, sa.func.count(_P.id) < 2))
        )
        return [(entry, difference) for entry, difference in self._tx.connection.execute(query)]

    def unbalanced_currencies(self) -> list[tuple[str, Decimal]]:
        query = (
            sa.select(_P.currency, total(_P.amount))
            .where(_P.seller_id == self._tx.seller_id)
            .group_by(_P.currency)
            .having(total(_P.amount) != ZERO)
        )
        return [(currency, difference) for currency, difference in self._tx.connection.execute(query)]


def _moment(
    since: datetime, until: datetime, after: tuple[datetime, UUID] | None, id: sa.Column[UUID]
) -> Iterator[sa.ColumnElement[bool]]:
    """From `since` until before `until`, behind the row that `after` names."""
    yield _E.occurred_at >= (since if after is None else after[0])
    yield _E.occurred_at < until
    if after is not None:
        yield sa.or_(_E.occurred_at > after[0], id > after[1])


def _entries(rows: Iterable[sa.Row[Any]]) -> list[Entry]:
    """Entries of rows that come entry by entry, one for each posting."""
    entries = []
    for _, group in groupby(rows, key=lambda row: row.id):
        found = list(group)
        postings = tuple(Posting(account=r.account, amount=r.amount, customer_id=r.customer_id) for r in found)
        fields = {name: getattr(found[0], name) for name in ENTRIES.columns.keys()}  # noqa: SIM118
        entries.append(Entry(**fields, postings=postings))
    return entries


def ledger_differences(
    tx: SqlTx, account: str, documents: sa.Select[tuple[UUID, str, Decimal]]
) -> list[tuple[UUID | None, str, Decimal]]:
    """Customers for whom an account is not what the documents say: id, currency, ledger less documents (I4).

    `documents` selects customer, currency and amount, in the ledger's sign.
    """
    said = documents.subquery("said")
    customer, currency, amount = said.columns
    both = sa.union_all(
        sa.select(_P.customer_id.label("customer_id"), _P.currency.label("currency"), _P.amount.label("amount")).where(
            _P.seller_id == tx.seller_id, _P.account == account
        ),
        sa.select(customer, currency, sa.type_coerce(-amount, Amount())),
    ).subquery("both_sides")
    query = (
        sa.select(both.c.customer_id, both.c.currency, total(both.c.amount))
        .group_by(both.c.customer_id, both.c.currency)
        .having(total(both.c.amount) != ZERO)
    )
    return [(customer, currency, difference) for customer, currency, difference in tx.connection.execute(query)]
