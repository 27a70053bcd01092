"""Stock: a row for each plan and region that is limited, with what may be sold and what is taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from larabill_billing.catalog.model import Stock, Units
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.services import LIVING_CODES, SERVICES
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

STOCK = sa.Table(
    "larabill_stock",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("plan_code", code(64), nullable=False),
    sa.Column("region", code(64), nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Index("uq_larabill_stock_plan", "seller_id", "plan_code", "region", unique=True),
    **MYSQL_OPTIONS,
)

_C = STOCK.c


class StockRows:
    """Implements `larabill_billing.catalog.ports.StockRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def set_limits(self, limits: Sequence[Units]) -> None:
        query = sa.select(STOCK).where(_C.seller_id == self._tx.seller_id)
        stored = self._tx.connection.execute(query.order_by(_C.plan_code, _C.region).with_for_update()).all()
        ids = {(row.plan_code, row.region): row.id for row in stored}
        wanted = {(limit.plan_code, limit.region): limit.units for limit in limits}
        for chunk in chunks([row_id for key, row_id in ids.items() if key not in wanted]):
            self._tx.connection.execute(sa.delete(STOCK).where(_C.seller_id == self._tx.seller_id, _C.id.in_(chunk)))
        changed = [{"id": ids[key], "total": total} for key, total in wanted.items() if key in ids]
        update_many(self._tx.connection, STOCK, changed, seller_id=self._tx.seller_id)
        self._add([limit for limit in limits if (limit.plan_code, limit.region) not in ids])

    def _add(self, limits: Sequence[Units]) -> None:
        taken = self._living({limit.plan_code for limit in limits})
        rows = [
            {
                "id": new_id(),
                "seller_id": self._tx.seller_id,
                "plan_code": limit.plan_code,
                "region": limit.region,
                "total": limit.units,
                "taken": taken.get((limit.plan_code, limit.region), 0),
            }
            for limit in limits
        ]
        with unique("stock of", ", ".join(limit.plan_code for limit in limits)):
            insert_many(self._tx.connection, STOCK, rows)

    def _living(self, codes: Collection[str]) -> dict[tuple[str, str], int]:
        """How many services there are of each plan in each region."""
        services = SERVICES.c
        found: dict[tuple[str, str], int] = {}
        for chunk in chunks(sorted(codes)):
            query = (
                sa.select(services.plan_code, services.region, sa.func.count())
                .where(
                    services.seller_id == self._tx.seller_id,
                    services.status.in_(LIVING_CODES),
                    services.plan_code.in_(chunk),
                )
                .group_by(services.plan_code, services.region)
            )
            found |= {(row[0], row[1]): row[2] for row in self._tx.connection.execute(query)}
        return found

    def lock(self, wanted: Sequence[Units]) -> list[Stock]:
        if not wanted:
            return []
        query = sa.select(STOCK).where(_C.seller_id == self._tx.seller_id, _any_of(wanted))
        rows = self._tx.connection.execute(query.order_by(_C.plan_code, _C.region).with_for_update())
        return [from_row(Stock, row) for row in rows]

    def take(self, wanted: Sequence[Units]) -> int:
        asked = _units_of(wanted)
        return self._tx.connection.execute(
            sa.update(STOCK)
            .where(_C.seller_id == self._tx.seller_id, _any_of(wanted), _C.taken + asked <= _C.total)
            .values(taken=_C.taken + asked)
        ).rowcount

    def give_back(self, units: Sequence[Units]) -> None:
        if not units:
            return
        # what was sold before there was a limit, of a plan without services, was never counted as taken
        given = _units_of(units)
        self._tx.connection.execute(
            sa.update(STOCK)
            .where(_C.seller_id == self._tx.seller_id, _any_of(units))
            .values(taken=sa.case((_C.taken > given, _C.taken - given), else_=0))
        )

    def all(self) -> list[Stock]:
        query = sa.select(STOCK).where(_C.seller_id == self._tx.seller_id).order_by(_C.plan_code, _C.region)
        return [from_row(Stock, row) for row in self._tx.connection.execute(query)]


def _is(units: Units) -> sa.ColumnElement[bool]:
    return sa.and_(_C.plan_code == units.plan_code, _C.region == units.region)


def _any_of(wanted: Sequence[Units]) -> sa.ColumnElement[bool]:
    return sa.or_(*(_is(units) for units in wanted))


def _units_of(wanted: Sequence[Units]) -> sa.ColumnElement[int]:
    """How many units are meant of a row that is one of `wanted`."""
    return sa.case(*((_is(units), units.units) for units in wanted), else_=0)
