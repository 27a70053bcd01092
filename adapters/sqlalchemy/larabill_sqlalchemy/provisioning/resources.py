"""Resources: one row for each service that is to be built, its whole life long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_core.calls.model import OperationStatus
from larabill_core.errors import NotFound, StaleVersion
from larabill_provisioning.resources.model import Action, Desired, Resource
from larabill_provisioning.resources.states import SETTLED, ResourceEvent, ResourceStatus
from larabill_sqlalchemy.core.operations import OPERATIONS
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.provisioning.audits import AUDITS
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import Each, chunks, from_row, insert_many, keyset, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS, OF_ALL_SELLERS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

RESOURCES = sa.Table(
    "larabill_resources",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("order_id", Id, nullable=False),
    sa.Column("service_id", Id, nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("driver", code(40), nullable=False),
    sa.Column("driver_ref", code(200)),
    # driver_ref while the resource stands, else NULL: providers use the ids of what is gone again.
    sa.Column("standing_ref", code(200)),
    sa.Column("ref", code(200), nullable=False),
    sa.Column("billing_plan", code(100), nullable=False),
    sa.Column("plan_code", code(100), nullable=False),
    sa.Column("region", code(100), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("settled", code(32), nullable=False),
    sa.Column("desired", code(32), nullable=False),
    sa.Column("suspended_by_staff", sa.Boolean, nullable=False),
    sa.Column("spec", Json, nullable=False),
    sa.Column("config", Json, nullable=False),
    sa.Column("spec_version", sa.Integer, nullable=False),
    sa.Column("applied_version", sa.Integer, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("on_failure", code(16), nullable=False),
    sa.Column("remedy", code(16), nullable=False),
    sa.Column("failed_action", code(32), nullable=False),
    sa.Column("last_error", text(), nullable=False),
    sa.Column("drift", code(32), nullable=False),
    sa.Column("case_version", sa.Integer),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("asked_by", Id, nullable=False),
    sa.Column("plan_asked_at", Instant),
    sa.Column("plan_asked_by", Id),
    sa.Column("held", Json),
    # True or NULL, for the operator's list.
    sa.Column("is_held", sa.Boolean),
    sa.Column("destroy_at", Instant),
    sa.Column("activated_at", Instant),
    sa.Column("revealed_at", Instant),
    sa.Column("last_synced_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("uq_larabill_resources_service_id", "service_id", unique=True),
    sa.Index("uq_larabill_resources_standing_ref", "account", "standing_ref", unique=True),
    sa.Index("ix_larabill_resources_seller_id", "seller_id", "id"),
    sa.Index("ix_larabill_resources_seller_id_status", "seller_id", "status", "id"),
    sa.Index("ix_larabill_resources_seller_id_is_held", "seller_id", "is_held", "id"),
    sa.Index("ix_larabill_resources_seller_id_order_id", "seller_id", "order_id"),
    sa.Index("ix_larabill_resources_seller_id_customer_id", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_resources_seller_id_account", "seller_id", "account", "id", "status"),
    sa.Index("ix_larabill_resources_account_ref", "account", "ref"),
    sa.Index("ix_larabill_resources_status", "status", "seller_id", "account"),
    **MYSQL_OPTIONS,
)

_R = RESOURCES.c
_FIXED = frozenset({"seller_id", "customer_id", "order_id", "service_id", "created_at"})
_STANDING = sorted(status.value for status in SETTLED)
_WAITING = sorted(
    status.value
    for status in ResourceStatus
    if status not in SETTLED | {ResourceStatus.FAILED, ResourceStatus.DEPROVISIONED}
)


class Resources:
    """Implements `larabill_provisioning.resources.ports.ResourceRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._connection = tx.connection

    def add_many(self, resources: Sequence[Resource]) -> None:
        with unique("resource of service", ", ".join(sorted(str(each.service_id) for each in resources))):
            insert_many(self._connection, RESOURCES, [_row(resource) for resource in resources])

    def get(self, resource_id: UUID, *, lock: bool = False) -> Resource:
        found = self.get_many([resource_id], lock=lock)
        if not found:
            raise NotFound("resource", resource_id)
        return found[0]

    def for_service(self, service_id: UUID) -> Resource | None:
        found = self._all(self._mine().where(_R.service_id == service_id).with_for_update())
        return found[0] if found else None

    def get_many(self, resource_ids: Collection[UUID], *, lock: bool = False) -> list[Resource]:
        found: list[Resource] = []
        for chunk in chunks(sorted(resource_ids)):
            query = self._mine().where(_R.id.in_(chunk)).order_by(_R.id)
            found += self._all(query.with_for_update() if lock else query)
        return found

    def for_order(self, order_id: UUID) -> list[Resource]:
        return self._all(self._mine().where(_R.order_id == order_id).order_by(_R.id).with_for_update())

    def services_known(self, service_ids: Collection[UUID]) -> set[UUID]:
        found: set[UUID] = set()
        for chunk in chunks(sorted(service_ids)):
            query = sa.select(_R.service_id).where(_R.seller_id == self._tx.seller_id, _R.service_id.in_(chunk))
            found.update(self._connection.scalars(query))
        return found

    def save_many(self, resources: Sequence[Resource]) -> None:
        rows = [{name: value for name, value in _row(each).items() if name not in _FIXED} for each in resources]
        before = Each(each.version - 1 for each in resources)
        with unique("resource standing at its provider as", ", ".join(str(each.driver_ref) for each in resources)):
            found = update_many(self._connection, RESOURCES, rows, seller_id=self._tx.seller_id, version=before)
        if found != len(rows):
            raise StaleVersion("resource", ", ".join(str(each.id) for each in resources))

    def holder(self, account: str, driver_ref: str) -> UUID | None:
        query = sa.select(_R.id).where(_R.account == account, _R.standing_ref == driver_ref)
        return self._connection.scalar(query, execution_options=OF_ALL_SELLERS)

    def to_sync(self, account: str, *, after: UUID | None, limit: int) -> list[Resource]:
        """Two statements: the ids, all from one index, and their rows. In one, planners walk the primary key through
        everything that ended long ago."""
        mine = [_R.seller_id == self._tx.seller_id, _R.account == account, _R.status.in_(_STANDING)]
        if after is not None:
            mine.append(_R.id > after)
        return self.get_many(list(self._connection.scalars(sa.select(_R.id).where(*mine).order_by(_R.id).limit(limit))))

    def pairs_to_sync(self) -> list[tuple[UUID, str]]:
        query = sa.select(_R.seller_id, _R.account).where(_R.status.in_(_STANDING)).distinct()
        return sorted((row.seller_id, row.account) for row in self._everywhere(query))

    def by_ref(self, account: str, ref: str) -> Resource | None:
        query = sa.select(RESOURCES).where(_R.account == account, _R.ref == ref)
        return next((from_row(Resource, row) for row in self._everywhere(query)), None)

    def refs_standing(self, account: str, refs: Collection[str]) -> set[str]:
        found: set[str] = set()
        for chunk in chunks(sorted(refs)):
            query = sa.select(_R.ref).where(
                _R.account == account, _R.ref.in_(chunk), _R.status != ResourceStatus.DEPROVISIONED.value
            )
            found.update(row.ref for row in self._everywhere(query))
        return found

    def active_unconfirmed(self) -> list[UUID]:
        confirmed = sa.exists().where(
            OPERATIONS.c.subject_id == _R.id,
            OPERATIONS.c.status == OperationStatus.DONE.value,
            OPERATIONS.c.action.in_([Action.PROVISION.value, Action.RESUME.value]),
        )
        adopted = sa.exists().where(
            AUDITS.c.seller_id == _R.seller_id,
            AUDITS.c.resource_id == _R.id,
            AUDITS.c.action == ResourceEvent.ADOPT.value,
        )
        return self._ids(_R.status == ResourceStatus.ACTIVE.value, ~confirmed, ~adopted)

    def without_driver_ref(self) -> list[UUID]:
        return self._ids(_R.status.in_(_STANDING), sa.or_(_R.driver_ref.is_(None), _R.standing_ref.is_(None)))

    def shared_driver_refs(self) -> list[tuple[str, str]]:
        query = (
            sa.select(_R.account, _R.driver_ref)
            .where(
                _R.seller_id == self._tx.seller_id,
                _R.driver_ref.is_not(None),
                _R.status != ResourceStatus.DEPROVISIONED.value,
            )
            .group_by(_R.account, _R.driver_ref)
            .having(sa.func.count() > 1)
            .order_by(_R.account, _R.driver_ref)
        )
        return [(account, str(driver_ref)) for account, driver_ref in self._connection.execute(query)]

    def shared_services(self) -> list[UUID]:
        query = sa.select(_R.service_id).where(_R.seller_id == self._tx.seller_id)
        return list(self._connection.scalars(query.group_by(_R.service_id).having(sa.func.count() > 1)))

    def stalled(self) -> list[tuple[UUID, str]]:
        ends_later = sa.and_(_R.desired == Desired.GONE.value, _R.destroy_at > self._tx.now)
        against = sa.or_(
            sa.and_(_R.status.in_(_WAITING), ~sa.func.coalesce(ends_later, sa.false())),
            sa.and_(
                _R.status == ResourceStatus.SUSPENDED.value,
                _R.desired == Desired.ACTIVE.value,
                _R.suspended_by_staff == sa.false(),
            ),
            sa.and_(_R.status.in_(_STANDING), _R.desired != Desired.GONE.value, _R.applied_version < _R.spec_version),
        )
        busy = sa.exists().where(OPERATIONS.c.open_subject_id == _R.id)
        query = sa.select(_R.id, _R.status).where(_R.seller_id == self._tx.seller_id, against, ~busy).order_by(_R.id)
        return [(resource_id, status) for resource_id, status in self._connection.execute(query)]

    def _ids(self, *rules: sa.ColumnElement[bool]) -> list[UUID]:
        query = sa.select(_R.id).where(_R.seller_id == self._tx.seller_id, *rules).order_by(_R.id)
        return list(self._connection.scalars(query))

    def _everywhere(self, query: sa.Select[Any]) -> sa.Result[Any]:
        return self._connection.execute(query, execution_options=OF_ALL_SELLERS)

    def _mine(self) -> sa.Select[Any]:
        return sa.select(RESOURCES).where(_R.seller_id == self._tx.seller_id)

    def _all(self, query: sa.Select[Any]) -> list[Resource]:
        return [from_row(Resource, row) for row in self._connection.execute(query)]

    def list(
        self,
        *,
        status: ResourceStatus | None = None,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Resource]:
        query = self._mine()
        if status is not None:
            query = query.where(_R.status == status.value)
        if customer_id is not None:
            query = query.where(_R.customer_id == customer_id)
        if held:
            query = query.where(_R.is_held == sa.true())  # not IS TRUE, which no index of MariaDB serves
        whole = "ix_larabill_resources_seller_id" if status is None and customer_id is None and not held else ""
        return self._all(keyset(query, _R.id, after=after, newest_first=newest_first, limit=limit, index=whole))


def _row(resource: Resource) -> dict[str, Any]:
    stands = resource.status is not ResourceStatus.DEPROVISIONED
    is_held = True if resource.held is not None else None
    return to_row(resource, standing_ref=resource.driver_ref if stands else None, is_held=is_held)
