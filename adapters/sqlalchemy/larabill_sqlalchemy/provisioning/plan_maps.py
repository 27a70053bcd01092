"""Plan maps: at which account, and under which plan there, a billing plan is built."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_provisioning.plans.model import PlanMap
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Json, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PLAN_MAPS = sa.Table(
    "larabill_plan_maps",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("billing_plan", code(100), nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("provider_plan_code", code(100), nullable=False),
    sa.Column("region", code(100), nullable=False),
    sa.Column("config", Json, nullable=False),
    sa.Index("uq_larabill_plan_maps_seller_id", "seller_id", "billing_plan", "region", unique=True),
    **MYSQL_OPTIONS,
)

_M = PLAN_MAPS.c


class PlanMaps:
    """Implements `larabill_provisioning.plans.ports.PlanMapRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._connection = tx.connection

    def for_plans(self, billing_plans: Collection[str]) -> list[PlanMap]:
        found: list[PlanMap] = []
        for chunk in chunks(sorted(billing_plans)):
            found += self._all(self._mine().where(_M.billing_plan.in_(chunk)))
        return found

    def add_many(self, maps: Sequence[PlanMap]) -> None:
        with unique("plan map of", ", ".join(f"{each.billing_plan} in {each.region}" for each in maps)):
            insert_many(self._connection, PLAN_MAPS, [to_row(each) for each in maps])

    def delete_many(self, ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(ids)):
            mine = sa.delete(PLAN_MAPS).where(_M.seller_id == self._tx.seller_id, _M.id.in_(chunk))
            self._connection.execute(mine)

    def _mine(self) -> sa.Select[Any]:
        return sa.select(PLAN_MAPS).where(_M.seller_id == self._tx.seller_id)

    def _all(self, query: sa.Select[Any]) -> list[PlanMap]:
        return [from_row(PlanMap, row) for row in self._connection.execute(query)]

    def list(self) -> list[PlanMap]:
        return self._all(self._mine().order_by(_M.billing_plan, _M.region))
