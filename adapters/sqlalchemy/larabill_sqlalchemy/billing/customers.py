"""Sellers and customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.customers.model import Customer, Seller
from larabill_billing.customers.search import LONGEST_WORD, words_of_customer
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, from_rows, insert_many, keyset, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text, word

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

WORDS = sa.Table(
    "larabill_customer_words",
    METADATA,
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("word", word(LONGEST_WORD), nullable=False),
    sa.Column("customer_id", Id, sa.ForeignKey("larabill_customers.id"), nullable=False),
    sa.PrimaryKeyConstraint("seller_id", "word", "customer_id", name="pk_larabill_customer_words"),
    **MYSQL_OPTIONS,
)
"""By which words a customer is found (`larabill_billing.customers.search`)."""

_S, _C, _W = SELLERS.c, CUSTOMERS.c, WORDS.c


class Sellers:
    """Implements `larabill_billing.customers.ports.SellerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, seller: Seller) -> None:
        with unique("seller", seller.id):
            insert_many(self._tx.connection, SELLERS, [seller])

    def get(self, seller_id: UUID, *, lock: bool = False) -> Seller:
        query = sa.select(SELLERS).where(_S.id == seller_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("seller", seller_id)
        return from_row(Seller, row)

    def change(self, seller: Seller) -> None:
        update_many(self._tx.connection, SELLERS, [to_row(seller)])

    def all(self) -> list[Seller]:
        rows = self._tx.connection.execute(sa.select(SELLERS).order_by(_S.id))
        return [from_row(Seller, row) for row in rows]

    def page(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[Seller]:
        query = keyset(sa.select(SELLERS), _S.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(Seller, row) for row in self._tx.connection.execute(query)]


class Customers:
    """Implements `larabill_billing.customers.ports.CustomerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, customers: Sequence[Customer]) -> None:
        insert_many(self._tx.connection, CUSTOMERS, customers)
        self._add_words(customers)

    def _add_words(self, customers: Sequence[Customer]) -> None:
        words = [
            {"seller_id": self._tx.seller_id, "word": word, "customer_id": customer.id}
            for customer in customers
            for word in words_of_customer(customer)
        ]
        insert_many(self._tx.connection, WORDS, words)

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

    def change(self, before: Customer, after: Customer) -> None:
        connection = self._tx.connection
        update_many(connection, CUSTOMERS, [to_row(after)], seller_id=self._tx.seller_id)
        mine = sa.and_(_W.seller_id == self._tx.seller_id, _W.customer_id == before.id)
        connection.execute(sa.delete(WORDS).where(mine, _W.word.in_(words_of_customer(before))))
        self._add_words([after])

    def set_group(self, customer_id: UUID, group: str) -> None:
        mine = sa.and_(_C.seller_id == self._tx.seller_id, _C.id == customer_id)
        self._tx.connection.execute(sa.update(CUSTOMERS).where(mine).values(group=group))

    def page(
        self, *, search: str = "", after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Customer]:
        """One statement, or two for a search: whom it finds, from the index of words alone, and their rows."""
        if search:
            found = sa.select(_W.customer_id).distinct().where(_W.seller_id == self._tx.seller_id, _begins_with(search))
            found = keyset(found, _W.customer_id, after=after, newest_first=newest_first, limit=limit)
            ids = list(self._tx.connection.execute(found).scalars())
            rows = self.get_many(ids)
            return [rows[id] for id in ids]
        query = sa.select(CUSTOMERS).where(_C.seller_id == self._tx.seller_id)
        query = keyset(
            query, _C.id, after=after, newest_first=newest_first, limit=limit, index="ix_larabill_customers_id"
        )
        return [from_row(Customer, row) for row in self._tx.connection.execute(query)]


def _begins_with(search: str) -> sa.ColumnElement[bool]:
    """A range of the index, which a pattern is not on every database; U+10FFFF comes after every letter."""
    start = search[:LONGEST_WORD]
    return sa.and_(_W.word >= start, _W.word <= f"{start}\U0010ffff")
