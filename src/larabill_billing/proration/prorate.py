"""A part of a period for a part of its price, and what a change in the middle of a period costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from larabill_billing.periods.due import Due
from larabill_billing.periods.instants import instants
from larabill_billing.periods.schedule import Period
from larabill_billing.proration.fractions import ON_INSTANTS, Measure, Span, measure
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.trace import Trace
from larabill_core.clock import as_utc, local_date
from larabill_core.errors import InvalidInput

_UNITS: Final = {Convention.SECONDS: "seconds", Convention.MONTH_FRACTION: "months"}


@attrs.frozen
class Prorated:
    """An amount, rounded, and how it came about."""

    amount: Decimal
    trace: Trace


@attrs.frozen
class Billed:
    """Several amounts that are billed together, each rounded by itself."""

    lines: tuple[Prorated, ...]

    @property
    def total(self) -> Decimal:
        """Their sum."""
        return sum((line.amount for line in self.lines), Decimal(0))


@attrs.frozen
class Change:
    """What a change in the middle of a period brings back and what it costs; both are positive for positive prices."""

    credit: Prorated
    charge: Prorated

    @property
    def net(self) -> Decimal:
        """What is due, or below zero what is left to the customer."""
        return self.charge.amount - self.credit.amount


def prorate(
    price: Decimal,
    part: Period,
    whole: Period,
    policy: ProrationPolicy,
    currency: str,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
    time_zone: str = "UTC",
) -> Prorated:
    """What `part` costs when the period `whole` costs `price`.

    By seconds and by whole days the instants decide: the part begins at `at`, an instant of its first local day, and
    ends at `until`, an instant of the local day `part.end`; without them at the beginning of these days. `time_zone` is
    the customer's. Raises `InvalidInput`.
    """
    spans = _spans(part, whole, at, until, time_zone) if policy.convention in ON_INSTANTS else None
    trace = Trace(
        policy=policy,
        price=_finite(price),
        currency=currency,
        measure=measure(policy, part, whole, spans),
        part=part,
        whole=whole,
        spans=spans,
    )
    return Prorated(trace.result, trace)


def share(
    price: Decimal, counted: int | Fraction, of: int | Fraction, policy: ProrationPolicy, currency: str
) -> Prorated:
    """What `counted` of `of` units cost, for who has counted already. Raises `InvalidInput`: `of` is nothing."""
    if of <= 0 or counted < 0:
        raise InvalidInput.one("of", "has no length to measure", f"{counted} of {of}")
    if policy.convention is Convention.NONE:
        found = Measure(Fraction(int(counted >= of)), Fraction(1), "periods")
    else:
        found = Measure(Fraction(counted), Fraction(of), _UNITS.get(policy.convention, "days"))
    trace = Trace(policy=policy, price=_finite(price), currency=currency, measure=found)
    return Prorated(trace.result, trace)


def prorate_change(
    old_price: Decimal,
    new_price: Decimal,
    part: Period,
    whole: Period,
    policy: ProrationPolicy,
    currency: str,
    *,
    new_period: Period | None = None,
    at: datetime | None = None,
    time_zone: str = "UTC",
) -> Change:
    """The old price back and the new price charged for `part`, the rest of the period; each is rounded by itself.

    So a change and its reversal at the same instant cost nothing. When the change begins a cycle of its own, as from
    years to months, `new_period` is its first period and is charged in full.
    """
    credit = prorate(old_price, part, whole, policy, currency, at=at, time_zone=time_zone)
    if new_period is not None:
        return Change(credit, prorate(new_price, new_period, new_period, policy, currency, time_zone=time_zone))
    return Change(credit, prorate(new_price, part, whole, policy, currency, at=at, time_zone=time_zone))


def prorate_quantity(
    unit_price: Decimal,
    before: int,
    after: int,
    part: Period,
    whole: Period,
    policy: ProrationPolicy,
    currency: str,
    *,
    at: datetime | None = None,
    time_zone: str = "UTC",
) -> Prorated:
    """What more (or, below zero, fewer) units cost for `part`, at a price that stays; rounded once for all of them."""
    return prorate(unit_price * (after - before), part, whole, policy, currency, at=at, time_zone=time_zone)


def unused(whole: Period, on: date, policy: ProrationPolicy) -> Period:
    """The part of `whole` that is left when something ends on the day `on`.

    It begins on that day; by inclusive days, where the day itself was used, on the next.
    """
    if policy.convention is Convention.INCLUSIVE_DAYS and on < whole.end:
        on += timedelta(days=1)
    return Period(on, whole.end)


def split(
    price: Decimal,
    parts: Sequence[Period],
    whole: Period,
    policy: ProrationPolicy,
    currency: str,
    *,
    time_zone: str = "UTC",
) -> list[Prorated]:
    """What each of several adjacent parts costs, so that parts that fill the period cost the price to the cent.

    Each has what the period up to its end costs, less what the parts before it have had. Raises `InvalidInput`: the
    parts do not begin with the period, or do not follow one another.
    """
    found: list[Prorated] = []
    reached, before = whole.start, Decimal(0)
    for number, part in enumerate(parts):
        if part.start != reached or part.end < part.start:
            raise InvalidInput.one(f"parts[{number}]", "does not begin where the one before ends", str(part.start))
        so_far = prorate(price, Period(whole.start, part.end), whole, policy, currency, time_zone=time_zone)
        trace = attrs.evolve(so_far.trace, before=before)
        found.append(Prorated(trace.result, trace))
        reached, before = part.end, so_far.amount
    return found


def remaining(price: Decimal, taken: Iterable[Decimal]) -> Decimal:
    """What of `price` is left when these amounts have been billed; below zero what was billed too much.

    It is exact where prorating the rest anew can differ from it by a cent.
    """
    return _finite(price) - sum(taken, Decimal(0))


def bill(
    price: Decimal, due: Iterable[Due], policy: ProrationPolicy, currency: str, *, time_zone: str = "UTC"
) -> Billed:
    """A line for each of these periods, at `price` for a whole one."""
    return Billed(tuple(prorate(price, each.period, each.whole, policy, currency, time_zone=time_zone) for each in due))


def billing_cycles(due: Iterable[Due], policy: ProrationPolicy, *, time_zone: str = "UTC") -> Fraction:
    """How many cycles these periods are together, each written with the policy's precision before they are added."""
    total = Fraction(0)
    for each in due:
        spans = _spans(each.period, each.whole, None, None, time_zone) if policy.convention in ON_INSTANTS else None
        total += measure(policy, each.period, each.whole, spans).fraction(policy)
    return total


def _spans(
    part: Period, whole: Period, at: datetime | None, until: datetime | None, time_zone: str
) -> tuple[Span, Span]:
    start, end = instants(part, time_zone)
    for name, instant, day in (("at", at, part.start), ("until", until, part.end)):
        if instant is not None and local_date(instant, time_zone) != day:
            raise InvalidInput.one(name, f"is not on {day} in {time_zone}", instant.isoformat())
    start = start if at is None else as_utc(at)
    end = end if until is None else as_utc(until)
    if end < start:
        raise InvalidInput.one("part", "ends before it starts", f"{start.isoformat()} to {end.isoformat()}")
    return (start, end), instants(whole, time_zone)


def _finite(price: Decimal) -> Decimal:
    if not isinstance(price, Decimal) or not price.is_finite():
        raise InvalidInput.one("price", "must be a finite Decimal", price)
    return price
