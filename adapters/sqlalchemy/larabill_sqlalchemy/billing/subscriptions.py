"""Subscriptions and their items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import ChargeKind
from larabill_billing.subscriptions.charging import REGULAR
from larabill_billing.subscriptions.model import LIVE, Subscription, SubscriptionItem
from larabill_billing.subscriptions.ports import BilledPeriods
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.customers import SELLERS
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import (
    Each,
    among,
    chunks,
    from_row,
    from_rows,
    insert_many,
    keyset,
    skip_locked,
    update_many,
)
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, UnitPrice, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

SUBSCRIPTIONS = sa.Table(
    "larabill_subscriptions",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("order_id", Id, sa.ForeignKey("larabill_orders.id"), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("cycle", code(32), nullable=False),
    sa.Column("time_zone", code(64), nullable=False),
    sa.Column("billing", code(32), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("is_trial", sa.Boolean, nullable=False),
    sa.Column("started_on", sa.Date, nullable=False),
    sa.Column("anchor_on", sa.Date, nullable=False),
    sa.Column("anchor_day", sa.Integer, nullable=False),
    sa.Column("billing_day", sa.Integer),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("next_period", sa.Integer, nullable=False),
    sa.Column("cut_on", sa.Date),
    sa.Column("next_billing_at", Instant),
    sa.Column("change_on", sa.Date),
    sa.Column("minimum_until", sa.Date, nullable=False),
    sa.Column("notice_days", sa.Integer, nullable=False),
    sa.Column("end_on", sa.Date),
    sa.Column("compensation", code(32), nullable=False),
    sa.Column("paused_on", sa.Date),
    sa.Column("unused", code(32)),
    sa.Column("held_reason", text(), nullable=False),
    sa.Column("is_held", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_larabill_subscriptions_due", "seller_id", "is_held", "next_billing_at"),
    sa.Index("ix_larabill_subscriptions_is_held", "seller_id", "is_held", "id"),
    sa.Index("ix_larabill_subscriptions_customer", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_subscriptions_order", "seller_id", "order_id"),
    sa.Index("ix_larabill_subscriptions_status", "seller_id", "status", "id"),
    sa.Index("ix_larabill_subscriptions_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

ITEMS = sa.Table(
    "larabill_subscription_items",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_id", Id, sa.ForeignKey("larabill_subscriptions.id"), nullable=False),
    sa.Column("plan_id", Id, nullable=False),
    sa.Column("plan_code", code(64), nullable=False),
    sa.Column("description", text(), nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("spec", Json, nullable=False),
    sa.Column("unit_price", UnitPrice),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("first_period", sa.Integer, nullable=False),
    sa.Column("metered_from", sa.Date),
    sa.Index("ix_larabill_subscription_items_subscription", "seller_id", "subscription_id"),
    sa.Index("ix_larabill_subscription_items_plan", "seller_id", "plan_code", "subscription_id"),
    **MYSQL_OPTIONS,
)

_S, _I = SUBSCRIPTIONS.c, ITEMS.c

# Not IS TRUE and IS FALSE, which no index of MariaDB serves.
_HELD, _NOT_HELD = _S.is_held == sa.true(), _S.is_held == sa.false()
LIVE_CODES = tuple(sorted(status.value for status in LIVE))
_MUTABLE = (
    "cycle",
    "status",
    "started_on",
    "anchor_on",
    "anchor_day",
    "epoch",
    "next_period",
    "cut_on",
    "next_billing_at",
    "change_on",
    "end_on",
    "compensation",
    "paused_on",
    "unused",
    "held_reason",
    "ended_at",
)
_MUTABLE_OF_ITEM = (
    "id",
    "plan_id",
    "plan_code",
    "description",
    "quantity",
    "spec",
    "unit_price",
    "starts_on",
    "first_period",
    "metered_from",
)


def _differ(name: str, one: Sequence[Subscription], other: Sequence[Subscription]) -> bool:
    get = attrgetter(name)
    return [*map(get, one)] != [*map(get, other)]


class Subscriptions:
    """Implements `larabill_billing.subscriptions.ports.SubscriptionRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, subscriptions: Sequence[Subscription], items: Sequence[SubscriptionItem]) -> None:
        held = Each(bool(subscription.held_reason) for subscription in subscriptions)
        insert_many(self._tx.connection, SUBSCRIPTIONS, subscriptions, is_held=held)
        insert_many(self._tx.connection, ITEMS, items)

    def get(self, subscription_id: UUID, *, lock: bool = False) -> Subscription:
        query = sa.select(SUBSCRIPTIONS).where(_S.seller_id == self._tx.seller_id, _S.id == subscription_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("subscription", subscription_id)
        return from_row(Subscription, row)

    def lock_many(self, subscription_ids: Collection[UUID]) -> dict[UUID, Subscription]:
        found: dict[UUID, Subscription] = {}
        for chunk in chunks(sorted(set(subscription_ids))):
            query = sa.select(SUBSCRIPTIONS).where(_S.seller_id == self._tx.seller_id, _S.id.in_(chunk))
            for row in self._tx.connection.execute(query.order_by(_S.id).with_for_update()):
                found[row.id] = from_row(Subscription, row)
        return found

    def for_order(self, order_id: UUID) -> list[Subscription]:
        query = sa.select(SUBSCRIPTIONS).where(_S.seller_id == self._tx.seller_id, _S.order_id == order_id)
        rows = self._tx.connection.execute(query.order_by(_S.id).with_for_update())
        return [from_row(Subscription, row) for row in rows]

    def save_many(self, subscriptions: Sequence[Subscription], before: Sequence[Subscription] = ()) -> None:
        names = [name for name in _MUTABLE if not before or _differ(name, subscriptions, before)]
        rows = [
            {"id": subscription.id, "version": subscription.version + 1}
            | {name: getattr(subscription, name) for name in names}
            for subscription in subscriptions
        ]
        if "held_reason" in names:
            for row in rows:
                row["is_held"] = bool(row["held_reason"])
        if update_many(self._tx.connection, SUBSCRIPTIONS, rows, seller_id=self._tx.seller_id) != len(rows):
            raise StaleVersion("subscription", subscriptions[0].id)

    def due_by_seller(self, now: datetime) -> dict[UUID, int]:
        query = (
            sa.select(SELLERS.c.id, sa.func.count())
            .join(SUBSCRIPTIONS, _S.seller_id == SELLERS.c.id)
            .where(_S.next_billing_at <= now, _NOT_HELD, _S.status.in_(LIVE_CODES))
            .group_by(SELLERS.c.id)
        )
        return {row[0]: row[1] for row in self._tx.connection.execute(query)}

    def claim_due(self, now: datetime, limit: int, *, together: bool = False) -> list[Subscription]:
        due = sa.and_(
            _S.seller_id == self._tx.seller_id, _NOT_HELD, _S.next_billing_at <= now, _S.status.in_(LIVE_CODES)
        )
        first = sa.select(SUBSCRIPTIONS).where(due).order_by(_S.next_billing_at).limit(limit)
        found = from_rows(Subscription, self._tx.connection.execute(skip_locked(first)).all())
        if not together or len(found) < limit:
            return found
        known = {subscription.id for subscription in found}
        for chunk in chunks(sorted({subscription.customer_id for subscription in found})):
            rest = sa.select(SUBSCRIPTIONS).where(due, _S.customer_id.in_(chunk))
            rows = self._tx.connection.execute(skip_locked(rest))
            found += [from_row(Subscription, row) for row in rows if row.id not in known]
        return found

    def living_items(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[SubscriptionItem]]:
        found: dict[UUID, list[SubscriptionItem]] = defaultdict(list)
        for chunk in chunks([*subscription_ids]):
            query = sa.select(ITEMS).where(
                _I.seller_id == self._tx.seller_id,
                among(self._tx.connection, _I.subscription_id, chunk),
                _I.quantity > 0,
            )
            for item in from_rows(SubscriptionItem, self._tx.connection.execute(query.order_by(_I.id)).all()):
                found[item.subscription_id].append(item)
        return found

    def on_other_versions(
        self, plan_code: str, plan_id: UUID, *, after: UUID | None = None, limit: int = 100
    ) -> list[Subscription]:
        mine = [
            _I.seller_id == self._tx.seller_id,
            _I.plan_code == plan_code,
            _I.plan_id != plan_id,
            _I.quantity > 0,
        ]
        if after is not None:
            mine.append(_I.subscription_id > after)
        query = (
            sa.select(_I.subscription_id)
            .where(*mine)
            .group_by(_I.subscription_id)
            .order_by(_I.subscription_id)
            .limit(limit)
        )
        return list(self.lock_many(self._tx.connection.scalars(query).all()).values())

    def items(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[SubscriptionItem]]:
        found: dict[UUID, list[SubscriptionItem]] = defaultdict(list)
        for chunk in chunks(sorted(subscription_ids)):
            query = sa.select(ITEMS).where(_I.seller_id == self._tx.seller_id, _I.subscription_id.in_(chunk))
            for row in self._tx.connection.execute(query.order_by(_I.id)):
                found[row.subscription_id].append(from_row(SubscriptionItem, row))
        return found

    def item(self, item_id: UUID, *, lock: bool = False) -> SubscriptionItem:
        query = sa.select(ITEMS).where(_I.seller_id == self._tx.seller_id, _I.id == item_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("subscription item", item_id)
        return from_row(SubscriptionItem, row)

    def save_items(self, items: Sequence[SubscriptionItem]) -> None:
        rows = [{name: getattr(item, name) for name in _MUTABLE_OF_ITEM} for item in items]
        update_many(self._tx.connection, ITEMS, rows, seller_id=self._tx.seller_id)

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Subscription]:
        query = sa.select(SUBSCRIPTIONS).where(_S.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_S.customer_id == customer_id)
        if held:
            query = query.where(_HELD)
        index = "ix_larabill_subscriptions_id" if customer_id is None and not held else ""
        query = keyset(query, _S.id, after=after, newest_first=newest_first, limit=limit, index=index)
        return [from_row(Subscription, row) for row in self._tx.connection.execute(query)]

    def billed_periods(self) -> list[BilledPeriods]:
        later_schedule = sa.literal(f"{REGULAR}:") + sa.cast(_S.epoch, sa.String(11))
        regular = sa.and_(
            CHARGES.c.seller_id == _I.seller_id,
            CHARGES.c.subscription_item_id == _I.id,
            CHARGES.c.kind == ChargeKind.RECURRING.value,
            CHARGES.c.cause == sa.case((_S.epoch == 0, REGULAR), else_=later_schedule),
            CHARGES.c.period_start >= _I.starts_on,
        )
        before = sa.func.lag(CHARGES.c.period_end).over(partition_by=_I.id, order_by=CHARGES.c.period_start)
        periods = (
            sa.select(
                _I.id.label("item_id"),
                _I.subscription_id,
                _I.starts_on,
                CHARGES.c.period_start,
                CHARGES.c.period_end,
                sa.case((before != CHARGES.c.period_start, 1), else_=0).label("gap"),
            )
            .select_from(
                ITEMS.join(SUBSCRIPTIONS, sa.and_(_S.seller_id == _I.seller_id, _S.id == _I.subscription_id)).outerjoin(
                    CHARGES, regular
                )
            )
            .where(_I.seller_id == self._tx.seller_id, _I.quantity > 0, _S.status.in_(LIVE_CODES))
            .subquery("periods")
        )
        sums = (
            sa.select(
                periods.c.item_id,
                periods.c.subscription_id,
                periods.c.starts_on,
                sa.func.sum(periods.c.gap).label("gaps"),
                sa.func.min(periods.c.period_start).label("first_on"),
                sa.func.max(periods.c.period_end).label("last_on"),
            )
            .group_by(periods.c.item_id, periods.c.subscription_id, periods.c.starts_on)
            .subquery("sums")
        )
        query = (
            sa.select(SUBSCRIPTIONS, sums.c.item_id, sums.c.starts_on, sums.c.gaps, sums.c.first_on, sums.c.last_on)
            .join(sums, sums.c.subscription_id == _S.id)
            .where(_S.seller_id == self._tx.seller_id)
        )
        return [
            BilledPeriods(
                subscription=from_row(Subscription, row),
                item_id=row.item_id,
                starts_on=row.starts_on,
                gaps=int(row.gaps),
                first_on=row.first_on,
                last_on=row.last_on,
            )
            for row in self._tx.connection.execute(query)
        ]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "subscription", _S.id, _S.status)
