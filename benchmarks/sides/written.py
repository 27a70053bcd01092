"""What one batch of renewals wrote: the new rows of every table, and the agreements that it moved on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from benchmarks.sides.shop import Shop
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.customers import SELLERS
from larabill_sqlalchemy.billing.invoicing_tables import INVOICES
from larabill_sqlalchemy.billing.subscriptions import SUBSCRIPTIONS
from larabill_sqlalchemy.opening import storages_of
from larabill_sqlalchemy.statements import insert_many
from larabill_sqlalchemy.types import Id

PAGE = 1_000


@attrs.frozen
class Written:
    """Rows by table, in the order in which foreign keys let them be inserted; `moved` has the id of each agreement and
    the columns named in `changing`. The values are the plain driver's, or of our column types, as was asked."""

    inserted: Mapping[sa.Table, Sequence[Any]]
    moved: Sequence[Any]
    changing: Sequence[str]
    agreements: sa.Table = SUBSCRIPTIONS


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
        """Renews a month without measuring it: that shows which columns of an agreement change, and warms all up."""
        self._shop = shop
        self._tables = {table: key for table in tables_of(shop) if (key := _key_of(table)) is not None}
        before = self._agreement()
        shop.wait_a_month()
        for _ in shop.batches(batch):
            shop.renew(batch)
        after = self._agreement()
        self.changing = [SUBSCRIPTIONS.c[name] for name in before if before[name] != after[name]]
        self.mark()

    def _agreement(self) -> Mapping[str, Any]:
        with self._shop.database.connect() as connection:
            query = sa.select(SUBSCRIPTIONS).order_by(SUBSCRIPTIONS.c.id).limit(1)
            return dict(connection.execute(query).mappings().one())

    def mark(self) -> None:
        """From here on."""
        self._mark = new_id()

    def written(self, renewed: int, *, plain: bool) -> Written:
        """All since the mark, as tuples: of the driver's own values where `plain`, else of our column types'.

        Raises `RuntimeError` unless so many agreements were renewed, each with an invoice.
        """
        newer = sa.select(CHARGES.c.subscription_id).where(CHARGES.c.id > self._mark)
        with self._shop.database.connect() as connection:
            inserted = {
                table: connection.execute(_select(table.c, plain).where(key > self._mark).order_by(key)).all()
                for table, key in self._tables.items()
            }
            moved = _select([SUBSCRIPTIONS.c.id, *self.changing], plain).where(SUBSCRIPTIONS.c.id.in_(newer))
            written = Written(
                {table: [*map(tuple, rows)] for table, rows in inserted.items() if rows},
                [*map(tuple, connection.execute(moved))],
                [column.name for column in self.changing],
            )
        if not len(written.moved) == len(written.inserted.get(INVOICES, ())) == renewed:
            raise RuntimeError(f"{len(written.moved)} agreements were renewed instead of {renewed}")
        return written


def _key_of(table: sa.Table) -> sa.Column[UUID] | None:
    """The key by which new rows are told; None where there is none. The ids of sellers are derived."""
    keys = (key for key in table.primary_key.columns if isinstance(key.type, Id) and key.name != "seller_id")
    return None if table is SELLERS else next(keys, None)


def _select(columns: Iterable[sa.Column[Any]], plain: bool) -> sa.Select[Any]:
    return sa.select(*(sa.type_coerce(each, sa.types.NULLTYPE).label(each.name) if plain else each for each in columns))
