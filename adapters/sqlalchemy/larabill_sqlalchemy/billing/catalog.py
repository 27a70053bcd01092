"""Plans and their prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_billing.catalog.model import Plan, Price
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PLANS = sa.Table(
    "larabill_plans",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("code", code(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("provision", sa.Boolean, nullable=False),
    sa.Column("regions", Json, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("release", code(32), nullable=False),
    sa.Column("on_failure", code(32), nullable=False),
    sa.Column("minimum_term_months", sa.Integer, nullable=False),
    sa.Column("notice_days", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Index("uq_larabill_plans_version", "seller_id", "code", "version", unique=True),
    **MYSQL_OPTIONS,
)

PRICES = sa.Table(
    "larabill_prices",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("plan_id", Id, sa.ForeignKey("larabill_plans.id"), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("cycle", code(32)),
    sa.Column("amount", Amount, nullable=False),
    sa.Index("ix_larabill_prices_plan", "seller_id", "plan_id"),
    **MYSQL_OPTIONS,
)

_P, _R = PLANS.c, PRICES.c


class Plans:
    """Implements `larabill_billing.catalog.ports.PlanRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, plans: Sequence[Plan]) -> None:
        rows = []
        for plan in plans:
            row = to_row(plan)
            del row["prices"]
            rows.append(row)
        prices = [
            to_row(price, id=new_id(), seller_id=plan.seller_id, plan_id=plan.id)
            for plan in plans
            for price in plan.prices
        ]
        with unique("plan version of", ", ".join(plan.code for plan in plans)):
            insert_many(self._tx.connection, PLANS, rows)
        insert_many(self._tx.connection, PRICES, prices)

    def deactivate(self, plan_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(plan_ids)):
            self._tx.connection.execute(
                sa.update(PLANS).where(_P.seller_id == self._tx.seller_id, _P.id.in_(chunk)).values(active=False)
            )

    def get_many(self, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
        found: dict[UUID, Plan] = {}
        for chunk in chunks(sorted(set(plan_ids))):
            found |= {plan.id: plan for plan in self._all(_P.id.in_(chunk))}
        return found

    def active(self, codes: Collection[str] | None = None) -> dict[str, Plan]:
        if codes is None:
            return {plan.code: plan for plan in self._all(_P.active == sa.true())}
        found: dict[str, Plan] = {}
        for chunk in chunks(sorted(set(codes))):
            found |= {plan.code: plan for plan in self._all(_P.active == sa.true(), _P.code.in_(chunk))}
        return found

    def latest(self) -> dict[str, Plan]:
        newest = (
            sa.select(_P.code, sa.func.max(_P.version).label("version"))
            .where(_P.seller_id == self._tx.seller_id)
            .group_by(_P.code)
            .subquery("newest")
        )
        pair = sa.exists().where(newest.c.code == _P.code, newest.c.version == _P.version)
        return {plan.code: plan for plan in self._all(pair)}

    def _all(self, *where: sa.ColumnElement[bool]) -> list[Plan]:
        """Two statements: the plans, and the prices of exactly these."""
        mine = sa.select(PLANS).where(_P.seller_id == self._tx.seller_id, *where)
        rows = self._tx.connection.execute(mine.order_by(_P.code, _P.version)).all()
        ids = [row.id for row in rows]
        prices: dict[UUID, list[Price]] = defaultdict(list)
        for chunk in chunks(ids):
            query = sa.select(PRICES).where(_R.seller_id == self._tx.seller_id, _R.plan_id.in_(chunk))
            for row in self._tx.connection.execute(query.order_by(_R.id)):
                prices[row.plan_id].append(from_row(Price, row))
        return [_plan(row, prices[row.id]) for row in rows]


def _plan(row: sa.Row[Any], prices: Sequence[Price]) -> Plan:
    return attrs.evolve(from_row(Plan, row, prices=()), prices=tuple(prices))
