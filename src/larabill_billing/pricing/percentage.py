"""A percentage of each event's amount, with its allowances and limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from larabill_billing.pricing.exact import ZERO, add, multiply, percent, subtract
from larabill_billing.pricing.model import Percentage
from larabill_billing.pricing.rated import Part, part


def percentage_parts(model: Percentage, events: Sequence[Decimal]) -> tuple[Part, ...]:
    """The parts that `events`, amounts in their order, cost; one for each kind, however many events there are.

    Source of the allowances: Lago's guide on percentage charges ("performs checks each time a new event is ingested").
    """
    factor = percent(model.rate)
    free = paid = ZERO
    paying = lowest = highest = 0
    allowed = bool(model.free_events or model.free_amount)
    for index, amount in enumerate(events):
        if allowed:
            covered = _covered(model, index, free, amount)
            free = add(free, covered)
            if covered == amount and _within(model, index):
                continue
            allowed = False
            amount = subtract(amount, covered)
        price = add(multiply(amount, factor), model.fixed)
        if model.minimum is not None and price < model.minimum:
            lowest += 1
        elif model.maximum is not None and price > model.maximum:
            highest += 1
        else:
            paying += 1
            paid = add(paid, amount)
    parts = [part(paid, "percent", factor)]
    if free:
        parts.insert(0, part(free, "free_amount", ZERO))
    if paying and model.fixed:
        parts.append(part(Decimal(paying), "event", model.fixed))
    if lowest and model.minimum is not None:
        parts.append(part(Decimal(lowest), "minimum", model.minimum))
    if highest and model.maximum is not None:
        parts.append(part(Decimal(highest), "maximum", model.maximum))
    return tuple(parts)


def _within(model: Percentage, index: int) -> bool:
    return not model.free_events or index < model.free_events


def _covered(model: Percentage, index: int, used: Decimal, amount: Decimal) -> Decimal:
    """How much of the event is free, when `used` of the allowance is gone."""
    if not _within(model, index):
        return ZERO
    if not model.free_amount:
        return amount
    return min(amount, subtract(model.free_amount, used))


def itemise(quantity: Decimal, count: int, running_totals: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The events behind a sum of which only the first running totals are known, as an aggregation keeps them.

    What the totals do not show is one event, and the rest of the `count` are events of nothing. Without a quantity
    there are no events.
    """
    if quantity <= 0:
        return ()
    events: list[Decimal] = []
    below = ZERO
    for running in running_totals:
        events.append(subtract(running, below))
        below = running
    if len(events) < count:
        events.append(subtract(quantity, below))
    events.extend([ZERO] * (count - len(events)))
    return tuple(events)
