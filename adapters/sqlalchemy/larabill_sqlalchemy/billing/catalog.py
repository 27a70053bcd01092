"""Plans: each version is one row, which never changes but for being sold or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from larabill_billing.catalog.data import definition_fields, to_data
from larabill_billing.catalog.model import Plan
from larabill_core.engine import Engine
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import chunks, insert_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Json, code, text

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
    sa.Column("definition", Json, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Index("uq_larabill_plans_version", "seller_id", "code", "version", unique=True),
    sa.Index("ix_larabill_plans_active", "seller_id", "active", "code"),
    **MYSQL_OPTIONS,
)

_P = PLANS.c

MOST_KEPT: Final = 4096


class Versions:
    """Versions that were read, by seller and id, the newest MOST_KEPT: they never change, so they need no second read.

    Holds for one engine; threads share it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[UUID, UUID], Plan] = {}

    def known(self, seller_id: UUID, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
        """Those of the ids that are kept."""
        with self._lock:
            found = {plan_id: self._kept.get((seller_id, plan_id)) for plan_id in plan_ids}
        return {plan_id: plan for plan_id, plan in found.items() if plan is not None}

    def keep(self, plan: Plan) -> None:
        """From now on it is known; the one that was kept first goes when there are too many."""
        with self._lock:
            self._kept[plan.seller_id, plan.id] = plan
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]


_versions: WeakKeyDictionary[Engine, Versions] = WeakKeyDictionary()
_versions_lock = Lock()


def versions_of(engine: Engine) -> Versions:
    """The versions that this engine has read."""
    with _versions_lock:
        return _versions.setdefault(engine, Versions())


class Plans:
    """Implements `larabill_billing.catalog.ports.PlanRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._versions = versions_of(tx.engine)

    def add_many(self, plans: Sequence[Plan]) -> None:
        rows = [
            {
                "id": plan.id,
                "seller_id": plan.seller_id,
                "code": plan.code,
                "version": plan.version,
                "name": plan.name,
                "definition": to_data(plan),
                "active": True,
            }
            for plan in plans
        ]
        with unique("plan version of", ", ".join(plan.code for plan in plans)):
            insert_many(self._tx.connection, PLANS, rows)

    def deactivate(self, plan_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(plan_ids)):
            self._tx.connection.execute(
                sa.update(PLANS).where(_P.seller_id == self._tx.seller_id, _P.id.in_(chunk)).values(active=False)
            )

    def get_many(self, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
        found = self._versions.known(self._tx.seller_id, plan_ids)
        for chunk in chunks(sorted(set(plan_ids) - found.keys())):
            found |= {plan.id: plan for plan in self._all(_P.id.in_(chunk))}
        return found

    def active(self, codes: Collection[str] | None = None) -> dict[str, Plan]:
        sold = _P.active == sa.true()
        if codes is None:
            return {plan.code: plan for plan in self._all(sold)}
        found: dict[str, Plan] = {}
        for chunk in chunks(sorted(set(codes))):
            found |= {plan.code: plan for plan in self._all(sold, _P.code.in_(chunk))}
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
        """By code and version. Those that are known are not decoded again."""
        query = sa.select(_P.id, _P.version, _P.definition).where(_P.seller_id == self._tx.seller_id, *where)
        rows = self._tx.connection.execute(query.order_by(_P.code, _P.version)).all()
        known = self._versions.known(self._tx.seller_id, [row.id for row in rows])
        return [known.get(row.id) or self._read(row.id, row.version, row.definition) for row in rows]

    def _read(self, plan_id: UUID, version: int, definition: Mapping[str, Any]) -> Plan:
        fields = definition_fields(definition)
        plan = Plan(id=plan_id, seller_id=self._tx.seller_id, version=version, **fields)
        self._versions.keep(plan)
        return plan
