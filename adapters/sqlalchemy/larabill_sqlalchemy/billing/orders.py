"""Orders and their items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.orders.model import Order, OrderItem, OrderStatus
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import AUDITS, states_without_audit
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, insert_new, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

ORDERS = sa.Table(
    "larabill_orders",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("order_uuid", Id, nullable=False),
    sa.Column("fingerprint", code(64), nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("release", code(32), nullable=False),
    sa.Column("invoice_id", Id),
    sa.Column("status", code(32), nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("released_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("uq_larabill_orders_uuid", "seller_id", "order_uuid", unique=True),
    sa.Index("uq_larabill_orders_invoice", "seller_id", "invoice_id", unique=True),
    sa.Index("ix_larabill_orders_customer", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_orders_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

ITEMS = sa.Table(
    "larabill_order_items",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("order_id", Id, sa.ForeignKey("larabill_orders.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("plan_id", Id, nullable=False),
    sa.Column("plan_code", code(64), nullable=False),
    sa.Column("cycle", code(32)),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("region", code(64), nullable=False),
    sa.Column("spec", Json, nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Index("uq_larabill_order_items_position", "seller_id", "order_id", "position", unique=True),
    **MYSQL_OPTIONS,
)

_O, _I = ORDERS.c, ITEMS.c


class Orders:
    """Implements `larabill_billing.orders.ports.OrderRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_new(self, order: Order) -> Order:
        insert_new(self._tx.connection, ORDERS, [to_row(order)])
        stored = self.by_uuid(order.order_uuid)
        if stored is None:
            raise NotFound("order", order.order_uuid)
        return stored

    def add_items(self, items: Sequence[OrderItem]) -> None:
        insert_many(self._tx.connection, ITEMS, [to_row(item) for item in items])

    def get(self, order_id: UUID, *, lock: bool = False) -> Order:
        order = self._one(_O.id == order_id, lock=lock)
        if order is None:
            raise NotFound("order", order_id)
        return order

    def by_uuid(self, order_uuid: UUID) -> Order | None:
        return self._one(_O.order_uuid == order_uuid)

    def by_invoice(self, invoice_id: UUID, *, lock: bool = False) -> Order | None:
        return self._one(_O.invoice_id == invoice_id, lock=lock)

    def _one(self, where: sa.ColumnElement[bool], *, lock: bool = False) -> Order | None:
        query = sa.select(ORDERS).where(_O.seller_id == self._tx.seller_id, where)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else from_row(Order, row)

    def items(self, order_id: UUID) -> list[OrderItem]:
        query = sa.select(ITEMS).where(_I.seller_id == self._tx.seller_id, _I.order_id == order_id)
        return [from_row(OrderItem, row) for row in self._tx.connection.execute(query.order_by(_I.position))]

    def save(self, order: Order) -> None:
        changed = self._tx.connection.execute(
            sa.update(ORDERS)
            .where(_O.seller_id == self._tx.seller_id, _O.id == order.id, _O.version == order.version)
            .values(status=order.status.value, released_at=order.released_at, version=order.version + 1)
        )
        if changed.rowcount == 0:
            raise StaleVersion("order", order.id)

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Order]:
        query = sa.select(ORDERS).where(_O.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_O.customer_id == customer_id)
        index = "ix_larabill_orders_id" if customer_id is None else ""
        query = keyset(query, _O.id, after=after, newest_first=newest_first, limit=limit, index=index)
        return [from_row(Order, row) for row in self._tx.connection.execute(query)]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "order", _O.id, _O.status)

    def released_twice(self) -> list[tuple[UUID, int]]:
        times = sa.func.count()
        query = (
            sa.select(AUDITS.c.subject_id, times)
            .where(
                AUDITS.c.seller_id == self._tx.seller_id,
                AUDITS.c.subject_kind == "order",
                AUDITS.c.action == "release",
            )
            .group_by(AUDITS.c.subject_id)
            .having(times > 1)
        )
        return [(order_id, count) for order_id, count in self._tx.connection.execute(query)]

    def paid_unreleased(self, before: datetime) -> list[UUID]:
        invoice = sa.and_(STATES.c.seller_id == _O.seller_id, STATES.c.invoice_id == _O.invoice_id)
        query = (
            sa.select(_O.id)
            .join(STATES, invoice)
            .where(
                _O.seller_id == self._tx.seller_id,
                _O.status == OrderStatus.PENDING.value,
                STATES.c.status == InvoiceStatus.PAID.value,
                STATES.c.paid_at < before,
            )
        )
        return list(self._tx.connection.scalars(query))
