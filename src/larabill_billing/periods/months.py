"""Months as a measure: how many lie between two dates, and what systems without an anchor make of them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Period, add_months, anniversary


def months_between(start: date, end: date) -> Fraction:
    """Months from `start` to `end`, exactly: whole ones, and the days of the month-long span in which `end` lies.

    8 December to 28 February is 2 + 20/28, because 20 of the 28 days from 8 February to 8 March have gone. silver
    reckons so. Spans are counted from `start` and so never drift. Negative when `end` is before `start`.
    """
    if end < start:
        return -months_between(end, start)
    whole = anniversary(start, Cycle.MONTHLY).index(end)
    span = Period(add_months(start, whole), add_months(start, whole + 1))
    return whole + Fraction((end - span.start).days, span.days)


def whole_periods(start: date, end: date, cycle: Cycle) -> int:
    """How many complete cycles from `start` have gone on the day `end`; none before `start`."""
    return max(anniversary(start, cycle).index(end), 0)


def overflow_months(anchor: date, months: int) -> date:
    """`anchor` so many months later where a day that the month lacks runs over into the next: 31 January, 3 March.

    So reckon PHP's `strtotime("+1 month")` and with it FOSSBilling and Blesta. It is here to read what such a system
    has billed; LaraBill's own schedules clamp.
    """
    first = add_months(anchor.replace(day=1), months)
    return first + timedelta(days=anchor.day - 1)
