"""What one batch of renewals wrote: the new rows of every table, the agreements that it moved on, and coupons used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from benchmarks.sides.shop import Shop
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.coupons import REDEMPTIONS
from larabill_sqlalchemy.billing.customers import SELLERS
from larabill_sqlalchemy.billing.invoicing_tables import INVOICES
from larabill_sqlalchemy.billing.subscriptions import SUBSCRIPTIONS
from larabill_sqlalchemy.opening import storages_of
from larabill_sqlalchemy.statements import insert_many
from larabill_sqlalchemy.types import Id

PAGE = 1_000


TOUCHED = {
    SUBSCRIPTIONS: (SUBSCRIPTIONS.c.id, CHARGES.c.subscription_id),
    REDEMPTIONS: (REDEMPTIONS.c.customer_id, CHARGES.c.customer_id),
}
"""The tables whose rows a renewal changes, and which rows those are: the ones that new charges name."""


@attrs.frozen
class Changed:
    """New values of rows of a table: the id, and then the columns of these `names`."""

    names: Sequence[str]
    rows: Sequence[Any]


@attrs.frozen
class Written:
    """Rows by table, in the order in which foreign keys let them be inserted, and what changed of others. The values
    are the plain driver's, or of our column types, as was asked."""

    inserted: Mapping[sa.Table, Sequence[Any]]
    changed: Mapping[sa.Table, Changed]


def tables_of(shop: Shop) -> list[sa.Table]:
    """All tables of the shop, each after those it refers to."""
    return [table for storage in storages_of(shop.engine.manifest.modules) for table in storage.metadata.sorted_tables]


def copy_all(source: Shop, target: sa.Engine) -> None:
    """Every row of the shop, into a database that has the same tables."""
    with source.database.connect() as reading, target.begin() as writing:
        for table in tables_of(source):
            rows = reading.execution_options(yield_per=PAGE).execute(sa.select(table))
            for page in rows.mappings().partitions(PAGE):
                insert_many(writing, table, [dict(row) for row in page])


class Watch:
    """Tells what was written since a mark: ids are UUIDv7 of one process, so what is newer has a greater key."""

    def __init__(self, shop: Shop, batch: int) -> None:
        """Renews a month without measuring it: that shows which columns of rows change, and warms all up."""
        self._shop = shop
        self._tables = {table: key for table in tables_of(shop) if (key := _key_of(table)) is not None}
        before = {table: self._first(table) for table in TOUCHED}
        shop.wait_a_month()
        for _ in shop.batches(batch):
            shop.renew(batch)
        self._changing = {
            table: [table.c[name] for name, value in self._first(table).items() if value != before[table][name]]
            for table in TOUCHED
        }
        self.mark()

    def _first(self, table: sa.Table) -> Mapping[str, Any]:
        with self._shop.database.connect() as connection:
            query = sa.select(table).order_by(table.c.id).limit(1)
            return dict(connection.execute(query).mappings().one())

    def mark(self) -> None:
        """From here on."""
        self._mark = new_id()

    def written(self, renewed: int, *, plain: bool) -> Written:
        """All since the mark, as tuples: of the driver's own values where `plain`, else of our column types'.

        Raises `RuntimeError` unless so many agreements were renewed, each with an invoice.
        """
        with self._shop.database.connect() as connection:
            inserted = {
                table: connection.execute(_select(table.c, plain).where(key > self._mark).order_by(key)).all()
                for table, key in self._tables.items()
            }
            changed = {}
            for table, columns in self._changing.items():
                column, named = TOUCHED[table]
                newer = sa.select(named).where(CHARGES.c.id > self._mark)
                rows = connection.execute(_select([table.c.id, *columns], plain).where(column.in_(newer))).all()
                if rows:
                    changed[table] = Changed([each.name for each in columns], [*map(tuple, rows)])
        moved = len(changed[SUBSCRIPTIONS].rows)
        if not moved == len(inserted[INVOICES]) == renewed:
            raise RuntimeError(f"{moved} agreements were renewed instead of {renewed}")
        return Written({table: [*map(tuple, rows)] for table, rows in inserted.items() if rows}, changed)


def _key_of(table: sa.Table) -> sa.Column[UUID] | None:
    """The key by which new rows are told; None where there is none. The ids of sellers are derived."""
    keys = (key for key in table.primary_key.columns if isinstance(key.type, Id) and key.name != "seller_id")
    return None if table is SELLERS else next(keys, None)


def _select(columns: Iterable[sa.Column[Any]], plain: bool) -> sa.Select[Any]:
    return sa.select(*(sa.type_coerce(each, sa.types.NULLTYPE).label(each.name) if plain else each for each in columns))
