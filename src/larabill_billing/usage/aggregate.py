"""How much a meter has counted in a period: pure, and the definition that storage's statements must equal.

Quantities are Decimals of up to twelve places; time is real time, in whole microseconds between UTC instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.pricing.exact import add, divide, multiply, quantize, total
from larabill_billing.usage.model import PLACES, UsageEvent

_MICROSECOND: Final = timedelta(microseconds=1)
_ZERO: Final = Decimal(0)
_STEP: Final = Decimal(1).scaleb(-PLACES)


def counting(events: Iterable[UsageEvent]) -> list[UsageEvent]:
    """The events that count, oldest first: no corrected one, and none that only takes another back.

    Of events at the same instant the one that was recorded last is the later one.
    """
    every = list(events)
    corrected = {event.corrects for event in every if event.corrects is not None}
    left = [event for event in every if event.idempotency_id not in corrected and event.quantity is not None]
    return sorted(left, key=lambda event: (event.occurred_at, event.id))


def quantity(aggregation: Aggregation, events: Iterable[UsageEvent], start: datetime, end: datetime) -> Decimal:
    """What the events of one item and meter come to in `[start, end)`.

    `events` are all of its events, corrected ones and those of other periods too.
    """
    ordered = counting(events)
    within = [event for event in ordered if start <= event.occurred_at < end]
    values = [event.quantity for event in within if event.quantity is not None]
    match aggregation:
        case Aggregation.SUM:
            return total(values)
        case Aggregation.MAX:
            return max(values, default=_ZERO)
        case Aggregation.LAST:
            return values[-1] if values else _ZERO
        case Aggregation.UNIQUE:
            return Decimal(len({event.unique_key for event in within}))
        case Aggregation.TIME_WEIGHTED:
            before = [event.quantity for event in ordered if event.occurred_at < start]
            return weighted((before or [None])[-1] or _ZERO, within, start, end)


def weighted(before: Decimal, events: Sequence[UsageEvent], start: datetime, end: datetime) -> Decimal:
    """The average over `[start, end)` of a value that is `before` at first, then each event's until the next one."""
    integral, value, since = _ZERO, before, start
    for event in events:
        integral = add(integral, area(value, since, event.occurred_at))
        value, since = event.quantity or _ZERO, event.occurred_at
    return average(add(integral, area(value, since, end)), start, end)


def area(value: Decimal, since: datetime, until: datetime) -> Decimal:
    """A value times the microseconds for which it stood."""
    return multiply(value, Decimal((until - since) // _MICROSECOND))


def average(integral: Decimal, start: datetime, end: datetime) -> Decimal:
    """The value whose area over `[start, end)` is `integral`, half up to twelve places; 0 for a period without time."""
    if end <= start:
        return _ZERO
    exact = divide(integral, Decimal((end - start) // _MICROSECOND))
    return quantize(exact, _STEP)
