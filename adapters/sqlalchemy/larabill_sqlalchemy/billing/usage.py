"""Recorded usage, what was billed of it, and prepaid units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Schedule
from larabill_billing.pricing.exact import total
from larabill_billing.subscriptions.model import SubscriptionStatus
from larabill_billing.usage.model import (
    Counted,
    Draw,
    Grant,
    Meter,
    MeteredPeriod,
    NewUsage,
    UsageBill,
    UsageEvent,
    plain,
)
from larabill_billing.usage.ports import MeteredItem, Reached, Subject
from larabill_core.clock import start_of_day
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_ids
from larabill_sqlalchemy.billing.subscriptions import ITEMS, LIVE_CODES, SUBSCRIPTIONS
from larabill_sqlalchemy.billing.usage_quantities import quantities
from larabill_sqlalchemy.billing.usage_tables import BILLS, CORRECTIONS, DRAWS, EVENTS, GRANTS, METERS, REACHED
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import (
    Each,
    chunks,
    from_row,
    insert_many,
    insert_new,
    page_size,
    to_row,
    update_many,
)

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

_M, _E, _C, _B, _R, _G, _D = METERS.c, EVENTS.c, CORRECTIONS.c, BILLS.c, REACHED.c, GRANTS.c, DRAWS.c


def _over_at(row: Any) -> datetime | None:
    """The instant at which an agreement was over, by its last day or else by the books."""
    if row.status != SubscriptionStatus.ENDED.value:
        return None
    ended_at: datetime = row.ended_at
    return ended_at if row.end_on is None else start_of_day(row.end_on, row.time_zone)


class Usage:
    """Implements `larabill_billing.usage.ports.UsageRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def meters(self, codes: Collection[str] | None = None) -> dict[str, Meter]:
        query = sa.select(METERS).where(_M.seller_id == self._tx.seller_id)
        if codes is None:
            return {row.code: from_row(Meter, row) for row in self._tx.connection.execute(query)}
        found: dict[str, Meter] = {}
        for chunk in chunks(sorted(set(codes))):
            for row in self._tx.connection.execute(query.where(_M.code.in_(chunk))):
                found[row.code] = from_row(Meter, row)
        return found

    def save_meters(self, new: Sequence[Meter], changed: Sequence[Meter]) -> None:
        insert_many(self._tx.connection, METERS, new)
        rows = [to_row(meter) for meter in changed]
        update_many(self._tx.connection, METERS, rows, key="code", seller_id=self._tx.seller_id)

    def counted(self, codes: Collection[str]) -> set[str]:
        # in the index's order, or a planner may prefer to look for any such row through the whole table
        first = (
            sa.select(_E.id)
            .where(_E.seller_id == self._tx.seller_id, _E.meter == _M.code)
            .order_by(_E.subscription_item_id, _E.occurred_at, _E.id)
            .limit(1)
            .scalar_subquery()
        )
        query = sa.select(_M.code).where(_M.seller_id == self._tx.seller_id, _M.code.in_(sorted(codes)))
        return set(self._tx.connection.scalars(query.where(first.is_not(None))))

    def subjects(self, subscription_ids: Iterable[UUID]) -> dict[UUID, Subject]:
        s, i = SUBSCRIPTIONS.c, ITEMS.c
        items: dict[UUID, list[UUID]] = defaultdict(list)
        rows = []
        for chunk in chunks(sorted(set(subscription_ids))):
            query = (
                sa.select(
                    s.id,
                    s.status,
                    s.created_at,
                    s.started_on,
                    s.end_on,
                    s.ended_at,
                    s.time_zone,
                    i.id.label("item_id"),
                )
                .outerjoin(ITEMS, sa.and_(i.seller_id == s.seller_id, i.subscription_id == s.id, i.quantity > 0))
                .where(s.seller_id == self._tx.seller_id, s.id.in_(chunk))
                .order_by(s.id, i.id)
            )
            for row in self._tx.connection.execute(query):
                rows.append(row)
                if row.item_id is not None:
                    items[row.id].append(row.item_id)
        return {
            row.id: Subject(
                subscription_id=row.id,
                status=row.status,
                is_live=row.status in LIVE_CODES,
                began_at=min(row.created_at, start_of_day(row.started_on, row.time_zone)),
                over_at=_over_at(row),
                time_zone=row.time_zone,
                item_ids=tuple(items[row.id]),
            )
            for row in rows
        }

    def items(self, item_ids: Collection[UUID]) -> dict[UUID, MeteredItem]:
        s, i = SUBSCRIPTIONS.c, ITEMS.c
        found: dict[UUID, MeteredItem] = {}
        for chunk in chunks(sorted(set(item_ids))):
            query = (
                sa.select(
                    i.id,
                    i.subscription_id,
                    i.plan_id,
                    s.currency,
                    s.time_zone,
                    s.cycle,
                    s.anchor_on,
                    s.anchor_day,
                )
                .join(SUBSCRIPTIONS, sa.and_(s.seller_id == i.seller_id, s.id == i.subscription_id))
                .where(i.seller_id == self._tx.seller_id, i.id.in_(chunk), i.quantity > 0)
            )
            for row in self._tx.connection.execute(query):
                found[row.id] = MeteredItem(
                    subscription_id=row.subscription_id,
                    plan_id=row.plan_id,
                    currency=row.currency,
                    time_zone=row.time_zone,
                    schedule=Schedule(Cycle(row.cycle), row.anchor_on, row.anchor_day),
                )
        return found

    def open_from(self, item_ids: Collection[UUID], closed: datetime) -> dict[tuple[UUID, str], datetime]:
        open_start = sa.case((_B.end_at > closed, _B.start_at), else_=sa.null())
        found: dict[tuple[UUID, str], datetime] = {}
        for chunk in chunks(sorted(set(item_ids))):
            query = (
                sa.select(
                    _B.subscription_item_id,
                    _B.meter,
                    sa.func.coalesce(sa.func.min(open_start), sa.func.max(_B.end_at)).label("at"),
                )
                .where(_B.seller_id == self._tx.seller_id, _B.subscription_item_id.in_(chunk))
                .group_by(_B.subscription_item_id, _B.meter)
            )
            for row in self._tx.connection.execute(query):
                found[row.subscription_item_id, row.meter] = row.at
        return found

    def add_new(
        self, ids: Sequence[UUID], events: Sequence[NewUsage], counted: Sequence[Counted]
    ) -> dict[str, UsageEvent]:
        if not events:
            return {}
        insert_new(
            self._tx.connection,
            EVENTS,
            events,
            id=Each(ids),
            seller_id=self._tx.seller_id,
            subscription_item_id=Each(each.item_id for each in counted),
            quantity=Each(each.quantity for each in counted),
            unique_key=Each(each.unique_key for each in counted),
            recorded_at=self._tx.now,
        )
        # ids that follow one another are this batch's alone, so a number tells whether all of them are there
        mine = sa.and_(_E.seller_id == self._tx.seller_id, _E.id.between(ids[0], ids[-1]))
        if self._tx.connection.scalar(sa.select(sa.func.count()).select_from(EVENTS).where(mine)) == len(events):
            return {}
        added = set(self._tx.connection.scalars(sa.select(_E.id).where(mine)))
        return self.stored([event.idempotency_id for event, id in zip(events, ids, strict=True) if id not in added])

    def stored(self, idempotency_ids: Collection[str]) -> dict[str, UsageEvent]:
        found: dict[str, UsageEvent] = {}
        for chunk in chunks(sorted(set(idempotency_ids))):
            query = sa.select(EVENTS).where(_E.seller_id == self._tx.seller_id, _E.idempotency_id.in_(chunk))
            for row in self._tx.connection.execute(query):
                found[row.idempotency_id] = from_row(UsageEvent, row)
        return found

    def add_corrections(self, corrections: Mapping[UUID, UUID]) -> dict[UUID, str]:
        rows = [
            {"seller_id": self._tx.seller_id, "corrected_id": corrected, "event_id": event}
            for corrected, event in corrections.items()
        ]
        insert_new(self._tx.connection, CORRECTIONS, rows)
        others: dict[UUID, str] = {}
        for chunk in chunks(sorted(corrections)):
            query = (
                sa.select(_C.corrected_id, _E.id, _E.idempotency_id)
                .join(EVENTS, sa.and_(_E.seller_id == _C.seller_id, _E.id == _C.event_id))
                .where(_C.seller_id == self._tx.seller_id, _C.corrected_id.in_(chunk))
            )
            for row in self._tx.connection.execute(query):
                if row.id != corrections[row.corrected_id]:
                    others[row.corrected_id] = row.idempotency_id
        return others

    def page(self, period: MeteredPeriod, *, after: UUID | None = None, limit: int = 100) -> list[UsageEvent]:
        query = (
            sa.select(EVENTS)
            .where(
                _E.seller_id == self._tx.seller_id,
                _E.meter == period.meter,
                _E.subscription_item_id == period.subscription_item_id,
                _E.occurred_at >= period.start_at,
                _E.occurred_at < period.end_at,
            )
            .order_by(_E.occurred_at, _E.id)
            .limit(page_size(limit))
        )
        if after is not None:
            last = self._tx.connection.execute(
                sa.select(_E.occurred_at).where(_E.seller_id == self._tx.seller_id, _E.id == after)
            ).scalar_one_or_none()
            if last is None:
                raise InvalidInput.one("after", "is not an event", str(after))
            query = query.where(sa.or_(_E.occurred_at > last, sa.and_(_E.occurred_at == last, _E.id > after)))
        return [from_row(UsageEvent, row) for row in self._tx.connection.execute(query)]

    def quantities(self, asked: Sequence[tuple[MeteredPeriod, Aggregation]]) -> list[Decimal]:
        return quantities(self._tx.connection, self._tx.seller_id, asked)

    def bills(self, item_ids: Collection[UUID], ended_after: datetime) -> list[UsageBill]:
        found: list[UsageBill] = []
        for chunk in chunks(sorted(set(item_ids))):
            query = sa.select(BILLS).where(
                _B.seller_id == self._tx.seller_id, _B.subscription_item_id.in_(chunk), _B.end_at > ended_after
            )
            found += [from_row(UsageBill, row) for row in self._tx.connection.execute(query)]
        return sorted(found, key=lambda bill: (bill.start_at, bill.id))

    def add_bills(self, bills: Sequence[UsageBill], draws: Sequence[tuple[UUID, Draw]]) -> None:
        with unique("bill for the usage of", ", ".join(str(bill.subscription_item_id) for bill in bills[:3])):
            insert_many(self._tx.connection, BILLS, bills)
        insert_many(
            self._tx.connection,
            DRAWS,
            [draw for _, draw in draws],
            id=Each(new_ids(len(draws))),
            seller_id=self._tx.seller_id,
            bill_id=Each(bill_id for bill_id, _ in draws),
        )

    def add_grant(self, grant: Grant) -> Grant:
        row = to_row(grant)
        del row["remaining"]
        insert_new(self._tx.connection, GRANTS, [row])
        return self._grants(_G.reference == grant.reference)[0]

    def grants(self, item_ids: Collection[UUID]) -> list[Grant]:
        found: list[Grant] = []
        for chunk in chunks(sorted(set(item_ids))):
            found += self._grants(_G.subscription_item_id.in_(chunk))
        return found

    def _grants(self, which: sa.ColumnElement[bool]) -> list[Grant]:
        """Two statements: the grants, and all that was drawn from them."""
        mine = sa.and_(_G.seller_id == self._tx.seller_id, which)
        rows = self._tx.connection.execute(sa.select(GRANTS).where(mine)).all()
        drawn: dict[UUID, list[Decimal]] = defaultdict(list)
        query = (
            sa.select(_D.grant_id, _D.units)
            .join(GRANTS, sa.and_(_G.seller_id == _D.seller_id, _G.id == _D.grant_id))
            .where(mine)
        )
        for grant_id, units in self._tx.connection.execute(query):
            drawn[grant_id].append(-units)
        grants = [
            from_row(Grant, row, units=plain(row.units), remaining=plain(total((row.units, *drawn[row.id]))))
            for row in rows
        ]
        return sorted(grants, key=lambda each: (each.expires_at is None, each.expires_at or each.granted_at, each.id))

    def reached(self, periods: Sequence[MeteredPeriod]) -> list[Reached]:
        wanted = {(period.subscription_item_id, period.meter, period.start_at) for period in periods}
        found: list[Reached] = []
        for chunk in chunks(sorted({period.subscription_item_id for period in periods})):
            query = sa.select(REACHED).where(
                _R.seller_id == self._tx.seller_id,
                _R.subscription_item_id.in_(chunk),
                _R.start_at.in_(sorted({period.start_at for period in periods})),
            )
            found += [from_row(Reached, row) for row in self._tx.connection.execute(query)]
        return [each for each in found if (each.subscription_item_id, each.meter, each.start_at) in wanted]

    def add_reached(self, reached: Sequence[Reached]) -> None:
        insert_new(self._tx.connection, REACHED, reached)
