"""The conventions: how much of a period a part of it is, as an exact fraction; and rounding once, from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from larabill_billing.periods.months import months_between
from larabill_billing.periods.schedule import Period, add_months
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_core.errors import InvalidInput
from larabill_core.money import ROUNDINGS

Span: TypeAlias = tuple[datetime, datetime]
"""Instants `[start, end)`."""

ON_INSTANTS: Final = frozenset({Convention.SECONDS, Convention.WHOLE_DAYS})
"""The conventions that measure instants; the others go by local dates and need no zone."""

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_WIDE: Final = Context(prec=200)


@attrs.frozen
class Measure:
    """So many units counted, out of so many."""

    counted: Fraction
    of: Fraction
    unit: str

    def fraction(self, policy: ProrationPolicy) -> Fraction:
        """The part as the policy writes it: exact, or rounded to its precision."""
        exact = self.counted / self.of
        return exact if policy.precision is None else Fraction(rounded(exact, policy.precision, policy.rounding))


def measure(policy: ProrationPolicy, part: Period, whole: Period, spans: tuple[Span, Span] | None = None) -> Measure:
    """How much of `whole` the `part` is. The part may reach outside, and be longer than the whole.

    `spans` are the instants of both, for the conventions in `ON_INSTANTS`. Raises `InvalidInput`: the whole is empty,
    or the part ends before it starts.
    """
    if part.end < part.start:
        raise InvalidInput.one("part", "ends before it starts", f"{part.start} to {part.end}")
    if policy.convention in ON_INSTANTS:
        if spans is None:
            raise InvalidInput.one("part", f"has no instants, and {policy.convention} measures them")
        found = _IN_TIME[policy.convention](*spans)
    else:
        found = _IN_DATES[policy.convention](part, whole, policy)
    if found.of <= 0 or found.counted < 0:
        raise InvalidInput.one("period", "has no length to measure", f"{whole.start} to {whole.end}")
    return found


def _actual_days(part: Period, whole: Period, _: ProrationPolicy) -> Measure:
    return Measure(Fraction(part.days), Fraction(whole.days), "days")


def _inclusive_days(part: Period, whole: Period, _: ProrationPolicy) -> Measure:
    ends_early = part.end < whole.end
    return Measure(Fraction(part.days + ends_early), Fraction(whole.days), "days")


def _thirty_day_month(part: Period, whole: Period, policy: ProrationPolicy) -> Measure:
    months = _months_of(whole)
    if months is None:
        return _actual_days(part, whole, policy)
    length = policy.month_days * months

    def gone(on: date) -> int:
        # The end of the whole is so many full months away, also where a month end had to be clamped; and no day before
        # the end is farther: from 28 February to 31 March, 30 March is as far as the end.
        if on >= whole.end:
            return length + fixed_days(whole.end, on, policy.month_days)
        return min(fixed_days(whole.start, on, policy.month_days), length)

    return Measure(Fraction(gone(part.end) - gone(part.start)), Fraction(length), "days")


def fixed_days(start: date, end: date, month_days: int) -> int:
    """Days from `start` to `end` when every month has `month_days`: 22 from 23 May to 15 June with 30.

    The first of a month follows at once on the day that is one too many: with 30 the 31st is worth nothing.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * month_days + min(end.day, month_days + 1) - min(start.day, month_days + 1)


def _months_of(whole: Period) -> int | None:
    """The months of a period that goes from a day of a month to the same day, or a clamped one; else None."""
    months = (whole.end.year - whole.start.year) * 12 + whole.end.month - whole.start.month
    same_day = add_months(whole.start, months) == whole.end or add_months(whole.end, -months) == whole.start
    return months if months > 0 and same_day else None


def _month_fraction(part: Period, whole: Period, _: ProrationPolicy) -> Measure:
    return Measure(months_between(part.start, part.end), months_between(whole.start, whole.end), "months")


def _none(part: Period, whole: Period, _: ProrationPolicy) -> Measure:
    covers = part.start <= whole.start and whole.end <= part.end
    return Measure(Fraction(int(covers)), Fraction(1), "periods")


def _seconds(part: Span, whole: Span) -> Measure:
    return Measure(_length(part, _SECOND), _length(whole, _SECOND), "seconds")


def _whole_days(part: Span, whole: Span) -> Measure:
    return Measure(Fraction(days_of_24_hours(part)), Fraction(days_of_24_hours(whole)), "days")


def days_of_24_hours(span: Span) -> int:
    """How many days of 24 hours lie between two instants, to the nearest; half a day counts as one."""
    return int(rounded(_length(span, _DAY), 0, "half_up"))


def _length(span: Span, unit: timedelta) -> Fraction:
    tick = timedelta.resolution
    return Fraction((span[1] - span[0]) // tick, unit // tick)


_IN_DATES: Final[Mapping[Convention, Callable[[Period, Period, ProrationPolicy], Measure]]] = MappingProxyType(
    {
        Convention.ACTUAL_DAYS: _actual_days,
        Convention.INCLUSIVE_DAYS: _inclusive_days,
        Convention.THIRTY_DAY_MONTH: _thirty_day_month,
        Convention.MONTH_FRACTION: _month_fraction,
        Convention.NONE: _none,
    }
)
_IN_TIME: Final[Mapping[Convention, Callable[[Span, Span], Measure]]] = MappingProxyType(
    {Convention.SECONDS: _seconds, Convention.WHOLE_DAYS: _whole_days}
)


def rounded(value: Fraction, places: int, rounding: str) -> Decimal:
    """`value` with so many decimals, rounded once and from its exact value; never -0. `rounding` names a mode."""
    # Two more digits and a last one that says whether anything is left decide every mode as the endless number would.
    quotient, left = divmod(abs(value.numerator) * 10 ** (places + 2), value.denominator)
    digits = quotient * 10 + (1 if left else 0)
    number = Decimal(-digits if value < 0 else digits).scaleb(-places - 3, context=_WIDE)
    result = number.quantize(Decimal(1).scaleb(-places), rounding=ROUNDINGS[rounding], context=_WIDE)
    return result if result else result.copy_abs()
