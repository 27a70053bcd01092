"""Whether an event may be recorded, by the present state of things: pure, each event for itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

import attrs

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.usage.model import Counted, Meter, NewUsage, UsageEvent
from larabill_billing.usage.parse import parse_key, parse_value
from larabill_billing.usage.ports import Subject
from larabill_core.errors import Faults, InvalidInput, join

AHEAD: Final = timedelta(minutes=5)
"""How far the clocks of clients may be ahead of ours."""
_ONE: Final = Decimal(1)


class _Place(NamedTuple):
    """Where the events of one agreement, item and meter belong, and since when they are taken."""

    item_id: UUID
    meter: Meter
    since: datetime
    began_at: datetime
    over_at: datetime | None


@attrs.define(kw_only=True)
class Check:
    """The state of things: agreements by id, meters by code, and the instants of `UsageRepository.open_from`.

    Checks events that stay in memory as long as it does: it knows their ids again by where they lie.
    """

    subjects: Mapping[UUID, Subject]
    meters: Mapping[str, Meter]
    open_from: Mapping[tuple[UUID, str], datetime]
    now: datetime
    late_window: timedelta
    _places: dict[tuple[int, int, str], _Place | None] = attrs.field(factory=dict, init=False)
    _latest: datetime = attrs.field(init=False)
    _unheard: Faults = attrs.field(factory=Faults, init=False)

    def __attrs_post_init__(self) -> None:
        self._latest = self.now + AHEAD

    def event(self, event: NewUsage) -> Counted | None:
        """What it counts; None when it cannot be taken."""
        key = (id(event.subscription_id), id(event.subscription_item_id), event.meter)
        if key not in self._places:
            self._places[key] = self._find(event, "", Faults())
        place = self._places[key]
        if place is None or not self._in_time(event.occurred_at, place):
            return None
        value = value_of(event, place.meter, "", self._unheard)
        return None if value is None else Counted(place.item_id, *value)

    def explain(self, event: NewUsage, path: str, faults: Faults) -> None:
        """Note every reason why it cannot be taken."""
        place = self._find(event, path, faults)
        if event.meter in self.meters:
            value_of(event, self.meters[event.meter], path, faults)
        if place is not None and not self._in_time(event.occurred_at, place):
            self._mistimed(event.occurred_at, place, join(path, "occurred_at"), faults)

    def pairs(self) -> set[tuple[UUID, str]]:
        """The items and meters of all events that were checked and have a place."""
        return {(place.item_id, place.meter.code) for place in self._places.values() if place is not None}

    def is_same(self, stored: UsageEvent, event: NewUsage) -> bool:
        """Whether the event of this client's id that is recorded has this content."""
        meter = self.meters.get(event.meter)
        return (
            meter is not None
            and (stored.quantity, stored.unique_key) == value_of(event, meter, "", Faults())
            and event.subscription_item_id in (None, stored.subscription_item_id)
            and (stored.subscription_id, stored.meter) == (event.subscription_id, event.meter)
            and (stored.occurred_at, stored.corrects) == (event.occurred_at, event.corrects)
        )

    def target(self, target: UsageEvent, by: UsageEvent, path: str, faults: Faults) -> bool:
        """Whether an event may be corrected by another, whose own place is good."""
        for name in ("subscription_id", "subscription_item_id", "meter"):
            if getattr(target, name) != getattr(by, name):
                faults.add(join(path, name), "is not that of the event that it corrects", value=target.idempotency_id)
                return False
        since = self.open_from.get((target.subscription_item_id, target.meter), target.occurred_at)
        if target.occurred_at < since:
            _closed(target.occurred_at, join(path, "corrects"), faults)
        return target.occurred_at >= since

    def _find(self, event: NewUsage, path: str, faults: Faults) -> _Place | None:
        meter, subject = self.meters.get(event.meter), self.subjects.get(event.subscription_id)
        before = len(faults)
        if meter is None:
            faults.add(join(path, "meter"), "is not a meter of this seller", value=event.meter)
        if subject is None:
            faults.add(join(path, "subscription_id"), "is not a subscription", value=str(event.subscription_id))
            return None
        if not (subject.is_live or (subject.over_at is not None and self.now < subject.over_at + self.late_window)):
            faults.add(join(path, "subscription_id"), f"is {subject.status}: it takes no usage")
        items, item_id, where = subject.item_ids, event.subscription_item_id, join(path, "subscription_item_id")
        if item_id is None and len(items) != 1:
            faults.add(
                where, f"is missing: the subscription has {len(items)} items", remedy="name the one that is meant"
            )
        elif item_id is not None and item_id not in items:
            faults.add(where, "is not an item of this subscription, or is over", value=str(item_id))
        if meter is None or len(faults) > before:
            return None
        item_id = item_id or items[0]
        opens = self.open_from.get((item_id, meter.code), subject.began_at)
        return _Place(item_id, meter, max(opens, subject.began_at), subject.began_at, subject.over_at)

    def _in_time(self, at: datetime, place: _Place) -> bool:
        return place.since <= at <= self._latest and (place.over_at is None or at < place.over_at)

    def _mistimed(self, at: datetime, place: _Place, path: str, faults: Faults) -> None:
        if at > self._latest:
            faults.add(path, "lies in the future", value=at.isoformat(), remedy="check the client's clock")
        elif place.over_at is not None and at >= place.over_at:
            faults.add(path, "is after the subscription ended", value=at.isoformat())
        elif at < place.began_at:
            faults.add(path, "is before the subscription began", value=at.isoformat())
        else:
            _closed(at, path, faults)


def _closed(at: datetime, path: str, faults: Faults) -> None:
    remedy = "how long events may be late is the setting billing.late_window"
    faults.add(path, "is too late: its period was billed and is closed", value=at.isoformat(), remedy=remedy)


def value_of(event: NewUsage, meter: Meter, path: str, faults: Faults) -> tuple[Decimal | None, str | None] | None:
    """The quantity and key of an event as its meter wants them; None after the faults were noted."""
    quantity, key = event.quantity, event.unique_key
    if meter.property and event.properties is not None and quantity is None and key is None:
        try:
            quantity, key = _of_property(event.properties, meter, join(path, "properties", meter.property))
        except InvalidInput as problem:
            faults.include(problem)
            return None
    if quantity is None and key is None and event.corrects is not None:
        return None, None
    if meter.aggregation is Aggregation.UNIQUE:
        if key is not None and quantity is None:
            return _ONE, key
    elif quantity is not None and key is None and (quantity >= 0 or event.corrects is not None):
        return quantity, None
    _unfit(quantity, key, meter, path, faults)
    return None


def _of_property(properties: Mapping[str, object], meter: Meter, path: str) -> tuple[Decimal | None, str | None]:
    value = properties.get(meter.property)
    if value is None:
        return None, None
    if meter.aggregation is Aggregation.UNIQUE:
        return None, parse_key(str(value) if type(value) is int else value, path)
    return parse_value(value, path), None


def _unfit(quantity: Decimal | None, key: str | None, meter: Meter, path: str, faults: Faults) -> None:
    """Say what is wrong with a quantity or key."""
    unique = meter.aggregation is Aggregation.UNIQUE
    counts = f"{meter.code} counts {'different keys' if unique else 'quantities'}, in {meter.unit}"
    wanted, unwanted = ("unique_key", "quantity") if unique else ("quantity", "unique_key")
    given = {"quantity": quantity, "unique_key": key}
    if given[unwanted] is not None:
        faults.add(join(path, unwanted), "has no meaning here", value=given[unwanted], remedy=counts)
    if given[wanted] is None:
        name = join("properties", meter.property) if meter.property else wanted
        faults.add(join(path, name), "is missing", remedy=counts)
    elif quantity is not None and quantity < 0 and not unique:
        remedy = "only a correction may be: name the event that it `corrects`"
        faults.add(join(path, "quantity"), "is negative", value=quantity, remedy=remedy)
