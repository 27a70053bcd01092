"""What agreements are worth (insert-only), and the questions that reports ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import DocumentType, InvoiceStatus
from larabill_billing.reports.model import Move, Receivables, Sale, TaxLine
from larabill_billing.reports.movements import Standing, Step
from larabill_billing.reports.ports import Count
from larabill_billing.reports.recurring import Recurring
from larabill_billing.subscriptions.model import Subscription, SubscriptionStatus
from larabill_sqlalchemy.billing.invoicing_tables import INVOICES, LINES, STATES
from larabill_sqlalchemy.billing.ledger import ZERO, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.subscriptions import LIVE_CODES, SUBSCRIPTIONS
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_rows, insert_many, page_size
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

MOVES = sa.Table(
    "larabill_recurring_moves",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("subscription_id", Id, sa.ForeignKey("larabill_subscriptions.id"), nullable=False),
    sa.Column("plan_code", code(64), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("valued_on", sa.Date, nullable=False),
    sa.Column("mrr", Amount, nullable=False),
    sa.Column("leaving", Amount, nullable=False),
    sa.Column("trial", Amount, nullable=False),
    sa.Column("trial_leaving", Amount, nullable=False),
    sa.Index("uq_larabill_recurring_moves_day", "seller_id", "subscription_id", "plan_code", "valued_on", unique=True),
    sa.Index("ix_larabill_recurring_moves_valued", "seller_id", "currency", "valued_on"),
    sa.Index("ix_larabill_recurring_moves_newest", "seller_id", "valued_on"),
    **MYSQL_OPTIONS,
)

_M, _S, _I, _L, _T = MOVES.c, SUBSCRIPTIONS.c, INVOICES.c, LINES.c, STATES.c
_FOUR: Final = (total(_M.mrr), total(_M.leaving), total(_M.trial), total(_M.trial_leaving))
_ENDED: Final = (SubscriptionStatus.ENDED.value,)
_AGES: Final = (30, 60, 90)
_TAXED: Final = (DocumentType.INVOICE.value, DocumentType.CREDIT_NOTE.value)


class Reports:
    """Implements `larabill_billing.reports.ports.ReportRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, moves: Sequence[Move]) -> None:
        with unique("value of", ", ".join(str(move.subscription_id) for move in moves[:3])):
            insert_many(self._tx.connection, MOVES, moves)

    def newest(self) -> date | None:
        query = sa.select(sa.func.max(_M.valued_on)).where(_M.seller_id == self._tx.seller_id)
        found: date | None = self._tx.connection.scalar(query)
        return found

    def to_value(self, ended_since: datetime, *, after: UUID | None, limit: int) -> list[Subscription]:
        worth_a_look = sa.or_(_S.status.in_(LIVE_CODES), sa.and_(_S.status.in_(_ENDED), _S.ended_at >= ended_since))
        query = sa.select(SUBSCRIPTIONS).where(_S.seller_id == self._tx.seller_id, worth_a_look)
        if after is not None:
            query = query.where(_S.id > after)
        rows = self._tx.connection.execute(query.order_by(_S.id).limit(page_size(limit))).all()
        return from_rows(Subscription, rows)

    def known(self, subscription_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Recurring]]:
        found: dict[UUID, dict[str, Recurring]] = defaultdict(dict)
        for chunk in chunks([*subscription_ids]):
            query = (
                sa.select(_M.subscription_id, _M.plan_code, *_FOUR)
                .where(_M.seller_id == self._tx.seller_id, among(self._tx.connection, _M.subscription_id, chunk))
                .group_by(_M.subscription_id, _M.plan_code)
            )
            for subscription, plan, *four in self._tx.connection.execute(query):
                found[subscription][plan] = _recurring(four)
        return found

    def standing(self, currency: str, before: date) -> dict[UUID, Standing]:
        query = (
            sa.select(_M.customer_id, total(_M.mrr), sa.func.max(sa.case((_M.mrr > ZERO, 1), else_=0)))
            .where(self._of(currency), _M.valued_on < before)
            .group_by(_M.customer_id)
        )
        return {
            customer: Standing(mrr=mrr, known=bool(known))
            for customer, mrr, known in self._tx.connection.execute(query)
        }

    def steps(self, currency: str, first: date, last: date) -> list[Step]:
        change = total(_M.mrr)
        query = (
            sa.select(_M.valued_on, _M.customer_id, change)
            .where(self._of(currency), _M.valued_on.between(first, last))
            .group_by(_M.valued_on, _M.customer_id)
            .having(change != ZERO)
            .order_by(_M.valued_on, _M.customer_id)
        )
        return [
            Step(on=on, customer_id=customer, change=change)
            for on, customer, change in self._tx.connection.execute(query)
        ]

    def currencies(self) -> list[str]:
        query = sa.select(_M.currency).where(_M.seller_id == self._tx.seller_id).distinct().order_by(_M.currency)
        return [*self._tx.connection.scalars(query)]

    def recurring_on(self, currency: str, last: date) -> dict[str, Recurring]:
        query = (
            sa.select(_M.plan_code, *_FOUR)
            .where(self._of(currency), _M.valued_on <= last)
            .group_by(_M.plan_code)
            .order_by(_M.plan_code)
        )
        return {plan: _recurring(four) for plan, *four in self._tx.connection.execute(query)}

    def count_on(self, currency: str, last: date) -> Count:
        mine = (
            sa.select(_M.customer_id, _M.subscription_id)
            .where(self._of(currency), _M.valued_on <= last)
            .group_by(_M.customer_id, _M.subscription_id)
            .having(total(_M.mrr) > ZERO)
            .subquery("bringing_in")
        )
        query = sa.select(sa.func.count(sa.distinct(mine.c.customer_id)), sa.func.count(mine.c.subscription_id))
        customers, agreements = self._tx.connection.execute(query).one()
        return Count(customers=customers, agreements=agreements)

    def changes(self, currency: str, last: date) -> list[tuple[UUID, date, Decimal]]:
        query = (
            sa.select(_M.subscription_id, _M.valued_on, total(_M.mrr))
            .where(self._of(currency), _M.valued_on <= last)
            .group_by(_M.subscription_id, _M.valued_on)
            .order_by(_M.subscription_id, _M.valued_on)
        )
        return [(subscription, on, change) for subscription, on, change in self._tx.connection.execute(query)]

    def _of(self, currency: str) -> sa.ColumnElement[bool]:
        return sa.and_(_M.seller_id == self._tx.seller_id, _M.currency == currency)

    def receivables(self, on: date) -> list[Receivables]:
        limits = [on - timedelta(days=days) for days in (0, *_AGES)]
        ages = [
            _T.due_on >= limits[0],
            *(sa.and_(_T.due_on < newer, _T.due_on >= older) for newer, older in pairwise(limits)),
            _T.due_on < limits[-1],
        ]
        query = (
            sa.select(_T.currency, *(total(sa.case((age, _T.balance), else_=ZERO)) for age in ages))
            .where(
                _T.seller_id == self._tx.seller_id,
                _T.type == DocumentType.INVOICE.value,
                _T.status == InvoiceStatus.ISSUED.value,
            )
            .group_by(_T.currency)
            .order_by(_T.currency)
        )
        names = ("currency", "not_due", "days_30", "days_60", "days_90", "older")
        return [Receivables(**dict(zip(names, row, strict=True))) for row in self._tx.connection.execute(query)]

    def taxes(self, first: date, last: date) -> list[TaxLine]:
        sums: dict[tuple[str, ...], list[Any]] = {}
        for type, currency, buyer, subtotals in self._documents(first, last, _I.currency, _I.buyer, _I.taxes):
            sign = -1 if type == DocumentType.CREDIT_NOTE.value else 1
            for each in subtotals:
                rate = Decimal(each["rate"])
                key = (buyer["country"], each["jurisdiction"], each["category"], f"{rate.normalize():f}", currency)
                known = sums.setdefault(key, [Decimal(0), Decimal(0), 0])
                known[0] += sign * Decimal(each["base"])
                known[1] += sign * Decimal(each["tax"])
                known[2] += 1
        return [
            TaxLine(
                country=country,
                jurisdiction=jurisdiction,
                category=category,
                rate=Decimal(rate),
                currency=currency,
                base=base,
                tax=tax,
                documents=documents,
            )
            for (country, jurisdiction, category, rate, currency), (base, tax, documents) in sorted(sums.items())
        ]

    def _documents(self, first: date, last: date, *columns: sa.ColumnElement[Any]) -> Iterator[Any]:
        """Their type and these columns."""
        yield from self._tx.connection.execute(
            sa.select(_I.type, *columns).select_from(_ISSUED).where(*self._issued(first, last))
        )

    def _issued(self, first: date, last: date) -> list[sa.ColumnElement[bool]]:
        return [
            _I.seller_id == self._tx.seller_id,
            _I.issued_on.between(first, last),
            _I.type.in_(_TAXED),
            sa.or_(_T.status != InvoiceStatus.VOID.value, self._credited()),
        ]

    def _credited(self) -> sa.ColumnElement[bool]:
        """A voided invoice counts where a credit note takes it back; one that is only marked does not."""
        note = INVOICES.alias("credit_note")
        return sa.exists().where(
            note.c.seller_id == self._tx.seller_id,
            note.c.preceding_id == _I.id,
            note.c.type == DocumentType.CREDIT_NOTE.value,
        )

    def sales(self, first: date, last: date) -> list[Sale]:
        sign = sa.case((_I.type == DocumentType.CREDIT_NOTE.value, -1), else_=1)
        net = sa.type_coerce(sa.func.sum(sign * sa.type_coerce(_L.amount - _L.share, sa.Numeric)), Amount())
        query = (
            sa.select(_L.description, _I.currency, net)
            .select_from(_ISSUED.join(LINES, sa.and_(_L.seller_id == _I.seller_id, _L.invoice_id == _I.id)))
            .where(*self._issued(first, last))
            .group_by(_L.description, _I.currency)
            .order_by(_I.currency, _L.description)
        )
        return [
            Sale(description=description, currency=currency, net=net)
            for description, currency, net in self._tx.connection.execute(query)
        ]


_ISSUED: Final = INVOICES.join(STATES, sa.and_(_T.seller_id == _I.seller_id, _T.invoice_id == _I.id))


def _recurring(four: Sequence[Decimal]) -> Recurring:
    mrr, leaving, trial, trial_leaving = four
    return Recurring(mrr=mrr, leaving=leaving, trial=trial, trial_leaving=trial_leaving)
