"""`engine.billing.usage`: meters, what they count, and prepaid units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from larabill_billing.catalog.meters import MeterDefinition
from larabill_billing.facade.area import Area
from larabill_billing.repositories import BillingTx
from larabill_billing.usage import handlers, prepaid
from larabill_billing.usage.ingest import Report, ingest
from larabill_billing.usage.model import Grant, Meter, MeteredPeriod, UsageEvent
from larabill_billing.usage.parse import BATCH, Batch, Item, read
from larabill_billing.usage.record import Recorded, record
from larabill_core.access import SYSTEM, Actor
from larabill_core.clock import start_of_day
from larabill_core.errors import InvalidInput, NotFound


class Usage(Area):
    """`engine.billing.usage`. Days are those of the subscription's time zone; periods are half-open."""

    def define_meters(self, seller: UUID, meters: Sequence[MeterDefinition], *, actor: Actor = SYSTEM) -> None:
        """Make meters, or change them. Raises `InvalidInput` for another aggregation of one that has counted."""
        self._run("catalog.write", seller, actor, lambda tx: handlers.define_meters(tx, meters))

    def meters(self, seller: UUID, *, actor: Actor = SYSTEM) -> Sequence[Meter]:
        """All, by code."""
        found = self._run("usage.read", seller, actor, lambda tx: tx.billing.usage.meters())
        return [found[code] for code in sorted(found)]

    def record(self, seller: UUID, events: Sequence[Item], *, actor: Actor = SYSTEM) -> Recorded:
        """Record all of these events, or none. Those that are known are recorded once.

        Raises `InvalidInput` with every fault of every event, by place.
        """
        return self._record(seller, read(events), actor)

    def ingest(self, seller: UUID, source: Iterable[Item], *, size: int = BATCH, actor: Actor = SYSTEM) -> Report:
        """Record a stream of NDJSON lines (an open binary file will do) or of events, in batches of `size`.

        Stops at the first batch with a fault; the report says where. Raises `Forbidden`; `DatabaseUnavailable`, after
        which the stream can be sent again too.
        """
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 10 * BATCH:
            raise InvalidInput.one("size", f"must be 1 to {10 * BATCH}", size)
        self._access.require(actor, "usage.write")
        return ingest(lambda batch: self._record(seller, batch, actor), source, size)

    def quantity(
        self,
        seller: UUID,
        subscription_id: UUID,
        item_id: UUID,
        meter: str,
        start_on: date,
        end_on: date,
        *,
        actor: Actor = SYSTEM,
    ) -> Decimal:
        """What the meter has counted from the begin of one day to the begin of another. Raises `NotFound`,
        `InvalidInput`."""

        def ask(tx: BillingTx) -> Decimal:
            period = _period(tx, subscription_id, item_id, meter, start_on, end_on)
            aggregation = tx.billing.usage.meters([meter])[meter].aggregation
            return tx.billing.usage.quantities([(period, aggregation)])[0]

        return self._run("usage.read", seller, actor, ask)

    def events(
        self,
        seller: UUID,
        subscription_id: UUID,
        item_id: UUID,
        meter: str,
        start_on: date,
        end_on: date,
        *,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[UsageEvent]:
        """The events of those days as they occurred, corrected ones too. Raises `NotFound`, `InvalidInput`."""

        def ask(tx: BillingTx) -> Sequence[UsageEvent]:
            period = _period(tx, subscription_id, item_id, meter, start_on, end_on)
            return tx.billing.usage.page(period, after=after, limit=limit)

        return self._run("usage.read", seller, actor, ask)

    def grant(
        self,
        seller: UUID,
        subscription_id: UUID,
        item_id: UUID,
        meter: str,
        units: Decimal,
        reference: str,
        *,
        expires_at: datetime | None = None,
        actor: Actor = SYSTEM,
    ) -> Grant:
        """Prepaid units; the same `reference` twice is one grant. Raises `InvalidInput`, `Conflict`."""
        return self._run(
            "usage.write",
            seller,
            actor,
            lambda tx: prepaid.grant(tx, subscription_id, item_id, meter, units, reference, expires_at),
        )

    def grants(self, seller: UUID, item_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[Grant]:
        """The prepaid units of an item with what remains of each; those that expire first come first."""
        return self._run("usage.read", seller, actor, lambda tx: tx.billing.usage.grants([item_id]))

    def _record(self, seller: UUID, batch: Batch, actor: Actor) -> Recorded:
        return self._run("usage.write", seller, actor, lambda tx: record(tx, batch))


def _period(
    tx: BillingTx, subscription_id: UUID, item_id: UUID, meter: str, start_on: date, end_on: date
) -> MeteredPeriod:
    subject = tx.billing.usage.subjects([subscription_id]).get(subscription_id)
    if subject is None:
        raise NotFound("subscription", subscription_id)
    if item_id not in subject.item_ids:
        raise NotFound("item of this subscription", item_id)
    if meter not in tx.billing.usage.meters([meter]):
        raise NotFound("meter", meter)
    if end_on < start_on:
        raise InvalidInput.one("end_on", "is before start_on", end_on.isoformat())
    return MeteredPeriod(
        subscription_item_id=item_id,
        meter=meter,
        start_at=start_of_day(start_on, subject.time_zone),
        end_at=start_of_day(end_on, subject.time_zone),
    )
