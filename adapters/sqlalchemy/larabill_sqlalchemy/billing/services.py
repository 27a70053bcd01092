"""Services: single units of what was ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.subscriptions.model import GONE, Service, ServiceStatus
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, keyset, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

SERVICES = sa.Table(
    "larabill_services",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("order_id", Id, sa.ForeignKey("larabill_orders.id"), nullable=False),
    sa.Column("order_item_id", Id, sa.ForeignKey("larabill_order_items.id")),
    sa.Column("subscription_id", Id, sa.ForeignKey("larabill_subscriptions.id")),
    sa.Column("subscription_item_id", Id, sa.ForeignKey("larabill_subscription_items.id")),
    sa.Column("unit", sa.Integer, nullable=False),
    sa.Column("units", sa.Integer, nullable=False),
    sa.Column("plan_code", code(64), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("region", code(64), nullable=False),
    sa.Column("spec", Json, nullable=False),
    sa.Column("on_failure", code(32), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("suspended_by_staff", sa.Boolean, nullable=False),
    sa.Column("waits_for", Id),
    sa.Column("told_at", Instant),
    sa.Column("told_by", Id),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("uq_larabill_services_unit", "seller_id", "order_item_id", "unit", unique=True),
    sa.Index("uq_larabill_services_item_unit", "seller_id", "subscription_item_id", "unit", unique=True),
    sa.Index("ix_larabill_services_waits", "seller_id", "waits_for"),
    sa.Index("ix_larabill_services_order", "seller_id", "order_id"),
    sa.Index("ix_larabill_services_subscription", "seller_id", "subscription_id"),
    sa.Index("ix_larabill_services_status", "seller_id", "status"),
    sa.Index("ix_larabill_services_customer", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_services_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_V = SERVICES.c

LIVING_CODES = tuple(sorted(status.value for status in ServiceStatus if status not in GONE))


class Services:
    """Implements `larabill_billing.subscriptions.ports.ServiceRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, services: Sequence[Service]) -> None:
        insert_many(self._tx.connection, SERVICES, [to_row(service) for service in services])

    def get(self, service_id: UUID, *, lock: bool = False) -> Service:
        query = sa.select(SERVICES).where(_V.seller_id == self._tx.seller_id, _V.id == service_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("service", service_id)
        return from_row(Service, row)

    def save(self, service: Service) -> None:
        self._tx.connection.execute(
            sa.update(SERVICES)
            .where(_V.seller_id == self._tx.seller_id, _V.id == service.id)
            .values(
                status=service.status.value,
                suspended_by_staff=service.suspended_by_staff,
                told_at=service.told_at,
                told_by=service.told_by,
            )
        )

    def save_configuration(self, services: Sequence[Service]) -> None:
        rows = [{"id": each.id, "plan_code": each.plan_code, "spec": dict(each.spec)} for each in services]
        update_many(self._tx.connection, SERVICES, rows, seller_id=self._tx.seller_id)

    def waiting_for(self, invoice_id: UUID) -> list[Service]:
        query = sa.select(SERVICES).where(_V.seller_id == self._tx.seller_id, _V.waits_for == invoice_id)
        rows = self._tx.connection.execute(query.order_by(_V.id).with_for_update())
        return [from_row(Service, row) for row in rows]

    def stop_waiting(self, invoice_id: UUID) -> None:
        self._tx.connection.execute(
            sa.update(SERVICES)
            .where(_V.seller_id == self._tx.seller_id, _V.waits_for == invoice_id)
            .values(waits_for=None)
        )

    def close_many(self, service_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(service_ids)):
            self._tx.connection.execute(
                sa.update(SERVICES)
                .where(_V.seller_id == self._tx.seller_id, _V.id.in_(chunk))
                .values(status=ServiceStatus.ENDED.value, waits_for=None)
            )

    def for_subscriptions(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[Service]]:
        found: dict[UUID, list[Service]] = defaultdict(list)
        for chunk in chunks(sorted(set(subscription_ids))):
            query = sa.select(SERVICES).where(_V.seller_id == self._tx.seller_id, _V.subscription_id.in_(chunk))
            for row in self._tx.connection.execute(query.order_by(_V.id)):
                found[row.subscription_id].append(from_row(Service, row))
        return found

    def for_order(self, order_id: UUID) -> list[Service]:
        query = sa.select(SERVICES).where(_V.seller_id == self._tx.seller_id, _V.order_id == order_id)
        return [from_row(Service, row) for row in self._tx.connection.execute(query.order_by(_V.id))]

    def count_live(self) -> int:
        query = sa.select(sa.func.count()).where(_V.seller_id == self._tx.seller_id, _V.status.in_(LIVING_CODES))
        return self._tx.connection.execute(query).scalar_one()

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Service]:
        query = sa.select(SERVICES).where(_V.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_V.customer_id == customer_id)
        index = "ix_larabill_services_id" if customer_id is None else ""
        query = keyset(query, _V.id, after=after, newest_first=newest_first, limit=limit, index=index)
        return [from_row(Service, row) for row in self._tx.connection.execute(query)]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "service", _V.id, _V.status)
