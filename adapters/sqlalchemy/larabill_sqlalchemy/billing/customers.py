"""Sellers and customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.customers.model import Customer, Seller
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, from_rows, insert_many, page_size
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

SELLERS = sa.Table(
    "larabill_sellers",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", text(), nullable=False),
    sa.Column("country", code(2), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("time_zone", code(64), nullable=False),
    sa.Column("language", code(35), nullable=False),
    sa.Column("tax_id", text(), nullable=False),
    sa.Column("address", Json, nullable=False),
    sa.Column("email", code(254), nullable=False),
    sa.Column("phone", text(), nullable=False),
    sa.Column("registration", text(), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    **MYSQL_OPTIONS,
)

CUSTOMERS = sa.Table(
    "larabill_customers",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, sa.ForeignKey("larabill_sellers.id"), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("email", code(254), nullable=False),
    sa.Column("company", text(), nullable=False),
    sa.Column("tax_id", text(), nullable=False),
    sa.Column("address", Json, nullable=False),
    sa.Column("country", code(2), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("time_zone", code(64), nullable=False),
    sa.Column("language", code(35), nullable=False),
    sa.Column("billing_day", sa.Integer),
    sa.Column("group", code(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_larabill_customers_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_S, _C = SELLERS.c, CUSTOMERS.c


class Sellers:
    """Implements `larabill_billing.customers.ports.SellerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, seller: Seller) -> None:
        with unique("seller", seller.id):
            insert_many(self._tx.connection, SELLERS, [seller])

    def get(self, seller_id: UUID) -> Seller:
        row = self._tx.connection.execute(sa.select(SELLERS).where(_S.id == seller_id)).one_or_none()
        if row is None:
            raise NotFound("seller", seller_id)
        return from_row(Seller, row)

    def all(self) -> list[Seller]:
        rows = self._tx.connection.execute(sa.select(SELLERS).order_by(_S.id))
        return [from_row(Seller, row) for row in rows]


class Customers:
    """Implements `larabill_billing.customers.ports.CustomerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, customers: Sequence[Customer]) -> None:
        insert_many(self._tx.connection, CUSTOMERS, customers)

    def get(self, customer_id: UUID, *, lock: bool = False) -> Customer:
        query = sa.select(CUSTOMERS).where(_C.seller_id == self._tx.seller_id, _C.id == customer_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("customer", customer_id)
        return from_row(Customer, row)

    def get_many(self, customer_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Customer]:
        connection = self._tx.connection
        found: dict[UUID, Customer] = {}
        for chunk in chunks(sorted(set(customer_ids))):
            query = sa.select(CUSTOMERS).where(_C.seller_id == self._tx.seller_id, among(connection, _C.id, chunk))
            if lock:  # in one order, so that two batches never wait for each other
                query = query.order_by(_C.id).with_for_update()
            found |= {each.id: each for each in from_rows(Customer, connection.execute(query).all())}
        return found

    def set_group(self, customer_id: UUID, group: str) -> None:
        mine = sa.and_(_C.seller_id == self._tx.seller_id, _C.id == customer_id)
        self._tx.connection.execute(sa.update(CUSTOMERS).where(mine).values(group=group))

    def page(self, *, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        query = sa.select(CUSTOMERS).where(_C.seller_id == self._tx.seller_id).order_by(_C.id).limit(page_size(limit))
        if after is not None:
            query = query.where(_C.id > after)
        return [from_row(Customer, row) for row in self._tx.connection.execute(query)]
