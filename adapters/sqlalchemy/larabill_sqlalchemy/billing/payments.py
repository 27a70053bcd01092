"""Payments, their parts, and stored methods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.payments.model import (
    IN_FLIGHT,
    TOOK_MONEY,
    Part,
    Payers,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    RefundStatus,
    RefundTo,
)
from larabill_billing.payments.standing import CREDITED, DISPUTED
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.credits import CREDITS
from larabill_sqlalchemy.billing.disputes import DISPUTES, STANDING_CODES
from larabill_sqlalchemy.billing.invoicing_tables import ALLOCATIONS
from larabill_sqlalchemy.billing.ledger import ENTRIES, ZERO, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.refunds import REFUNDS
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, insert_many, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PAYMENTS = sa.Table(
    "larabill_payments",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("invoice_id", Id),
    sa.Column("account", code(100), nullable=False),
    sa.Column("method_id", Id),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("ref", code(255), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("capture", sa.Boolean, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("transaction_id", code(255)),
    sa.Column("code", code(100), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("captured_at", Instant),
    sa.Index("uq_larabill_payments_transaction", "seller_id", "account", "transaction_id", unique=True),
    sa.Index("uq_larabill_payments_ref", "seller_id", "ref", unique=True),
    sa.Index("ix_larabill_payments_invoice", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_payments_customer", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_payments_status", "seller_id", "status", "id"),
    sa.Index("ix_larabill_payments_method", "seller_id", "method_id", "id"),
    sa.Index("ix_larabill_payments_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

PARTS = sa.Table(
    "larabill_payment_parts",
    METADATA,
    sa.Column("payment_id", Id, sa.ForeignKey("larabill_payments.id"), primary_key=True),
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Index("ix_larabill_payment_parts_invoice", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_payment_parts_payment", "seller_id", "payment_id"),
    **MYSQL_OPTIONS,
)

METHODS = sa.Table(
    "larabill_payment_methods",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("reference", code(255), nullable=False),
    sa.Column("label", text(), nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_larabill_payment_methods_customer", "seller_id", "customer_id"),
    **MYSQL_OPTIONS,
)

_P, _R, _M, _N = PAYMENTS.c, REFUNDS.c, METHODS.c, PARTS.c
_IN_FLIGHT = sorted(status.value for status in IN_FLIGHT)
_TOOK_MONEY = sorted(status.value for status in TOOK_MONEY)


class Payments:
    """Implements `larabill_billing.payments.ports.PaymentRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, payment: Payment) -> None:
        with unique("payment", payment.transaction_id or payment.ref):
            insert_many(self._tx.connection, PAYMENTS, [payment])
        insert_many(self._tx.connection, PARTS, payment.parts, payment_id=payment.id, seller_id=self._tx.seller_id)

    def get(self, payment_id: UUID, *, lock: bool = False) -> Payment:
        query = sa.select(PAYMENTS).where(_P.seller_id == self._tx.seller_id, _P.id == payment_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("payment", payment_id)
        return self._with_parts([row])[0]

    def get_many(self, payment_ids: Collection[UUID]) -> dict[UUID, Payment]:
        found: dict[UUID, Payment] = {}
        for chunk in chunks(sorted(payment_ids)):
            found |= {payment.id: payment for payment in self._all(self._mine(_P.id.in_(chunk)))}
        return found

    def save(self, payment: Payment) -> None:
        with unique("payment with transaction", payment.transaction_id):
            changed = self._tx.connection.execute(
                sa.update(PAYMENTS)
                .where(_P.seller_id == self._tx.seller_id, _P.id == payment.id, _P.version == payment.version)
                .values(
                    status=payment.status.value,
                    transaction_id=payment.transaction_id,
                    code=payment.code,
                    reason=payment.reason,
                    captured_at=payment.captured_at,
                    updated_at=self._tx.now,
                    version=payment.version + 1,
                )
            )
        if changed.rowcount == 0:
            raise StaleVersion("payment", payment.id)

    def by_ref(self, ref: str) -> Payment | None:
        return self._one(_P.ref == ref)

    def by_transaction(self, account: str, transaction_id: str) -> Payment | None:
        return self._one(_P.account == account, _P.transaction_id == transaction_id)

    def for_invoices(self, invoice_ids: Collection[UUID]) -> list[Payment]:
        """Two ways to be of an invoice, each with an index of its own: hence a union, not an "or"."""
        found: dict[UUID, Payment] = {}
        for chunk in chunks(sorted(invoice_ids)):
            whole = sa.select(_P.id).where(_P.seller_id == self._tx.seller_id, _P.invoice_id.in_(chunk))
            parts = sa.select(_N.payment_id).where(_N.seller_id == self._tx.seller_id, _N.invoice_id.in_(chunk))
            either = whole.union(parts).subquery()
            query = self._mine().join(either, either.c.id == _P.id)
            found |= {payment.id: payment for payment in self._all(query)}
        return sorted(found.values(), key=lambda payment: payment.id)

    def unfinished_with(self, method_id: UUID) -> list[Payment]:
        return self._all(self._mine(_P.method_id == method_id, _P.status.in_(_IN_FLIGHT)))

    def charged_top_ups(self, customer_id: UUID, since: datetime) -> list[Payment]:
        return self._all(
            self._mine(
                _P.customer_id == customer_id,
                _P.kind == PaymentKind.TOP_UP.value,
                _P.method_id.is_not(None),
                _P.created_at >= since,
            )
        )

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: PaymentStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Payment]:
        query = sa.select(PAYMENTS).where(_P.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_P.customer_id == customer_id)
        if status is not None:
            query = query.where(_P.status == status.value)
        whole = "ix_larabill_payments_id" if customer_id is None and status is None else ""
        return self._all(keyset(query, _P.id, after=after, newest_first=newest_first, limit=limit, index=whole))

    def captured_without_entry(self) -> list[tuple[UUID, str]]:
        posted = sa.exists().where(
            ENTRIES.c.seller_id == _P.seller_id,
            ENTRIES.c.document_kind == "payment",
            ENTRIES.c.document_id == _P.id,
            ENTRIES.c.purpose == "captured",
        )
        query = sa.select(_P.id, _P.status).where(
            _P.seller_id == self._tx.seller_id, _P.status.in_(_TOOK_MONEY), ~posted
        )
        return [(payment, status) for payment, status in self._tx.connection.execute(query)]

    def captured_unallocated(self) -> list[tuple[UUID, Decimal, Decimal]]:
        allocated = _sum_of(
            ALLOCATIONS.c.amount,
            ALLOCATIONS.c.seller_id == _P.seller_id,
            ALLOCATIONS.c.source_kind == "payment",
            ALLOCATIONS.c.source_id == _P.id,
            ~ALLOCATIONS.c.cause.startswith(DISPUTED),
            ~ALLOCATIONS.c.cause.startswith(CREDITED),
        )
        credited = _sum_of(
            CREDITS.c.amount,
            CREDITS.c.seller_id == _P.seller_id,
            CREDITS.c.source == "payment",
            CREDITS.c.source_id == _P.id,
        )
        known = sa.type_coerce(allocated + credited, Amount())
        query = sa.select(_P.id, _P.amount, known).where(
            _P.seller_id == self._tx.seller_id, _P.status.in_(_TOOK_MONEY), known != _P.amount
        )
        return [(payment, amount, found) for payment, amount, found in self._tx.connection.execute(query)]

    def twice_captured(self) -> list[tuple[str, str, int]]:
        query = (
            sa.select(_P.account, _P.transaction_id, sa.func.count())
            .where(_P.seller_id == self._tx.seller_id, _P.transaction_id.is_not(None))
            .group_by(_P.account, _P.transaction_id)
            .having(sa.func.count() > 1)
        )
        return [(account, str(number), count) for account, number, count in self._tx.connection.execute(query)]

    def over_refunded(self) -> list[tuple[UUID, Decimal, Decimal]]:
        refunded = _sum_of(
            _R.amount,
            _R.seller_id == _P.seller_id,
            _R.payment_id == _P.id,
            _R.status != RefundStatus.FAILED.value,
            _R.destination == RefundTo.METHOD.value,
        )
        query = sa.select(_P.id, _P.amount, refunded).where(_P.seller_id == self._tx.seller_id, refunded > _P.amount)
        return [(payment, amount, given) for payment, amount, given in self._tx.connection.execute(query)]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "payment", _P.id, _P.status)

    def _mine(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return sa.select(PAYMENTS).where(_P.seller_id == self._tx.seller_id, *where).order_by(_P.id)

    def _all(self, query: sa.Select[Any]) -> list[Payment]:
        return self._with_parts(self._tx.connection.execute(query).all())

    def _with_parts(self, rows: Sequence[sa.Row[Any]]) -> list[Payment]:
        """The payments of the rows: one statement more when some are of several invoices."""
        several = [row.id for row in rows if row.invoice_id is None]
        parts: dict[UUID, list[Part]] = defaultdict(list)
        for chunk in chunks(several):
            query = sa.select(PARTS).where(_N.seller_id == self._tx.seller_id, _N.payment_id.in_(chunk))
            for each in self._tx.connection.execute(query.order_by(_N.invoice_id)):
                parts[each.payment_id].append(from_row(Part, each))
        return [from_row(Payment, row, parts=tuple(parts.get(row.id, ()))) for row in rows]

    def _one(self, *where: sa.ColumnElement[bool]) -> Payment | None:
        found = self._all(self._mine(*where))
        return found[0] if found else None


def _sum_of(column: sa.ColumnElement[Decimal], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[Decimal]:
    """The sum over another table's rows that belong to the payment of the outer query."""
    inner = sa.select(total(column)).where(*where).correlate(PAYMENTS).scalar_subquery()
    return sa.type_coerce(sa.func.coalesce(inner, ZERO), Amount())


class Methods:
    """Implements `larabill_billing.payments.ports.MethodRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, method: PaymentMethod) -> None:
        insert_many(self._tx.connection, METHODS, [to_row(method)])

    def get(self, method_id: UUID, *, lock: bool = False) -> PaymentMethod:
        query = sa.select(METHODS).where(_M.seller_id == self._tx.seller_id, _M.id == method_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("payment method", method_id)
        return from_row(PaymentMethod, row)

    def page(
        self, customer_id: UUID, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[PaymentMethod]:
        query = sa.select(METHODS).where(_M.seller_id == self._tx.seller_id, _M.customer_id == customer_id)
        found = self._tx.connection.execute(keyset(query, _M.id, after=after, newest_first=newest_first, limit=limit))
        return [from_row(PaymentMethod, row) for row in found]

    def make_default(self, method: PaymentMethod) -> None:
        self._tx.connection.execute(
            sa.update(METHODS)
            .where(_M.seller_id == self._tx.seller_id, _M.customer_id == method.customer_id)
            .values(is_default=_M.id == method.id)
        )

    def remove(self, method_id: UUID) -> None:
        self._tx.connection.execute(sa.delete(METHODS).where(_M.seller_id == self._tx.seller_id, _M.id == method_id))

    def defaults(self, customer_ids: Collection[UUID]) -> dict[UUID, PaymentMethod]:
        found: dict[UUID, PaymentMethod] = {}
        for chunk in chunks(sorted(set(customer_ids))):
            query = sa.select(METHODS).where(
                _M.seller_id == self._tx.seller_id, _M.customer_id.in_(chunk), _M.is_default == sa.true()
            )
            for row in self._tx.connection.execute(query.order_by(_M.id)):
                found[row.customer_id] = from_row(PaymentMethod, row)
        return found

    def payers(self, customer_ids: Collection[UUID]) -> Payers:
        connection, seller_id, credits = self._tx.connection, self._tx.seller_id, CREDITS.c
        found: dict[str, set[UUID]] = defaultdict(set)
        for chunk in chunks([*set(customer_ids)]):
            mine = among(connection, _M.customer_id, chunk)
            stored = sa.select(_M.customer_id, sa.literal("stored")).where(
                _M.seller_id == seller_id, mine, _M.is_default == sa.true()
            )
            credited = (
                sa.select(credits.customer_id, sa.literal("credited"))
                .where(credits.seller_id == seller_id, among(connection, credits.customer_id, chunk))
                .group_by(credits.customer_id, credits.currency)
                .having(total(credits.amount) > ZERO)
            )
            disputing = sa.select(DISPUTES.c.customer_id, sa.literal("disputing")).where(
                DISPUTES.c.seller_id == seller_id,
                among(connection, DISPUTES.c.customer_id, chunk),
                DISPUTES.c.status.in_(STANDING_CODES),
            )
            for customer_id, what in connection.execute(stored.union_all(credited, disputing)):
                found[what].add(customer_id)
        return Payers(**{what: frozenset(ids) for what, ids in found.items()})

    def clear_default(self, customer_id: UUID) -> None:
        self._tx.connection.execute(
            sa.update(METHODS)
            .where(_M.seller_id == self._tx.seller_id, _M.customer_id == customer_id)
            .values(is_default=False)
        )
