"""Charges, and drafts of invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import Charge, ChargeKind, ChargeStatus, Draft, InvoiceRequest
from larabill_billing.subscriptions.charging import REGULAR
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import Each, chunks, from_row, insert_many, skip_locked
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

CHARGES = sa.Table(
    "larabill_charges",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("subscription_id", Id),
    sa.Column("subscription_item_id", Id),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("period_start", sa.Date),
    sa.Column("period_end", sa.Date),
    sa.Column("cause", code(128), nullable=False),
    sa.Column("description", text(), nullable=False),
    sa.Column("quantity", UnitPrice, nullable=False),
    sa.Column("unit_price", UnitPrice, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("tax_class", code(32), nullable=False),
    sa.Column("taxes", Json),
    sa.Column("allowances", Json, nullable=False),
    sa.Column("credited_line_id", Id),
    sa.Column("trace", Json),
    sa.Column("invoice_id", Id),
    sa.Column("status", code(32), nullable=False),
    sa.Index(
        "uq_larabill_charges_cause",
        "seller_id",
        "subscription_item_id",
        "kind",
        "period_start",
        "cause",
        unique=True,
    ),
    sa.Index("ix_larabill_charges_credited", "seller_id", "credited_line_id"),
    sa.Index("ix_larabill_charges_invoice", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_charges_subscription", "seller_id", "subscription_id"),
    **MYSQL_OPTIONS,
)

DRAFTS = sa.Table(
    "larabill_invoice_drafts",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("order_id", Id),
    sa.Column("subscription_id", Id),
    sa.Column("preceding_id", Id),
    sa.Column("purchase_order", text(), nullable=False),
    sa.Column("note", text(), nullable=False),
    sa.Column("terms", text(), nullable=False),
    sa.Column("waits", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_larabill_invoice_drafts_id", "seller_id", "id"),
    sa.Index("ix_larabill_invoice_drafts_waits", "seller_id", "waits", "id"),
    **MYSQL_OPTIONS,
)

_C, _D = CHARGES.c, DRAFTS.c


class Charges:
    """Implements `larabill_billing.invoicing.ports.ChargeRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, requests: Sequence[InvoiceRequest], status: ChargeStatus) -> None:
        charges = [charge for request in requests for charge in request.charges]
        documents = Each(request.id for request in requests for _ in request.charges)
        seller_id = self._tx.seller_id
        with unique("charge of subscription item", ", ".join(str(c.subscription_item_id) for c in charges[:3])):
            insert_many(self._tx.connection, CHARGES, charges, seller_id=seller_id, invoice_id=documents, status=status)

    def mark_invoiced(self, invoice_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(invoice_ids)):
            self._tx.connection.execute(
                sa.update(CHARGES)
                .where(
                    _C.seller_id == self._tx.seller_id,
                    _C.invoice_id.in_(chunk),
                    _C.status == ChargeStatus.OPEN.value,
                )
                .values(status=ChargeStatus.INVOICED.value)
            )

    def free(self, invoice_id: UUID) -> None:
        self._tx.connection.execute(
            sa.update(CHARGES)
            .where(_C.seller_id == self._tx.seller_id, _C.invoice_id == invoice_id)
            .values(status=ChargeStatus.FREED.value)
        )

    def for_invoices(self, invoice_ids: Collection[UUID]) -> dict[UUID, list[Charge]]:
        found: dict[UUID, list[Charge]] = defaultdict(list)
        for chunk in chunks(sorted(invoice_ids)):
            query = sa.select(CHARGES).where(_C.seller_id == self._tx.seller_id, _C.invoice_id.in_(chunk))
            for row in self._tx.connection.execute(query.order_by(_C.id)):
                found[row.invoice_id].append(from_row(Charge, row))
        return found

    def crediting(self, line_ids: Collection[UUID]) -> list[Charge]:
        found: list[Charge] = []
        for chunk in chunks(sorted(line_ids)):
            query = sa.select(CHARGES).where(_C.seller_id == self._tx.seller_id, _C.credited_line_id.in_(chunk))
            found += [from_row(Charge, row) for row in self._tx.connection.execute(query.order_by(_C.id))]
        return found

    def for_subscription(self, subscription_id: UUID) -> list[Charge]:
        query = sa.select(CHARGES).where(_C.seller_id == self._tx.seller_id, _C.subscription_id == subscription_id)
        return [from_row(Charge, row) for row in self._tx.connection.execute(query.order_by(_C.id))]

    def since(self, days: Mapping[UUID, date]) -> dict[UUID, list[Charge]]:
        by_day: dict[date, list[UUID]] = defaultdict(list)
        for subscription_id, day in days.items():
            by_day[day].append(subscription_id)
        wanted = [sa.and_(_C.subscription_id.in_(sorted(ids)), _C.period_end > day) for day, ids in by_day.items()]
        query = sa.select(CHARGES).where(
            _C.seller_id == self._tx.seller_id, _C.status != ChargeStatus.FREED.value, sa.or_(*wanted)
        )
        found: dict[UUID, list[Charge]] = defaultdict(list)
        for row in self._tx.connection.execute(query.order_by(_C.id)):
            found[row.subscription_id].append(from_row(Charge, row))
        return dict(found)

    def overlapping(self) -> list[tuple[UUID, date, date]]:
        other = CHARGES.alias("other")
        # Options of an item, and the periods of its next schedule, may lie beside those that were foreseen before.
        foreseen = f"{REGULAR}%"
        both_foreseen = sa.and_(_C.cause.like(foreseen), other.c.cause.like(foreseen))
        query = (
            sa.select(_C.subscription_item_id, _C.period_start, other.c.period_start)
            .join(
                other,
                sa.and_(
                    other.c.seller_id == _C.seller_id,
                    other.c.subscription_item_id == _C.subscription_item_id,
                    other.c.kind == _C.kind,
                    other.c.id > _C.id,
                    other.c.status != ChargeStatus.FREED.value,
                    sa.or_(other.c.cause == _C.cause, ~both_foreseen),
                    other.c.period_start < _C.period_end,
                    other.c.period_end > _C.period_start,
                ),
            )
            .where(
                _C.seller_id == self._tx.seller_id,
                _C.kind == ChargeKind.RECURRING.value,
                _C.status != ChargeStatus.FREED.value,
            )
        )
        return [(item, first, second) for item, first, second in self._tx.connection.execute(query)]


class Drafts:
    """Implements `larabill_billing.invoicing.ports.DraftRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, drafts: Sequence[Draft]) -> None:
        insert_many(self._tx.connection, DRAFTS, drafts)

    def take(self, limit: int) -> list[Draft]:
        query = sa.select(DRAFTS).where(_D.seller_id == self._tx.seller_id, ~_D.waits).order_by(_D.id).limit(limit)
        return [from_row(Draft, row) for row in self._tx.connection.execute(skip_locked(query))]

    def wait(self, draft_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(draft_ids)):
            self._tx.connection.execute(
                sa.update(DRAFTS).where(_D.seller_id == self._tx.seller_id, _D.id.in_(chunk)).values(waits=True)
            )

    def delete(self, draft_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(draft_ids)):
            self._tx.connection.execute(sa.delete(DRAFTS).where(_D.seller_id == self._tx.seller_id, _D.id.in_(chunk)))
