"""Billing periods: half-open `[start, end)` of local dates, counted from an anchor that never drifts.

The n-th boundary is reckoned from the anchor and not from the boundary before it, so that a month end stays one:
31 January, 28 February, 31 March (I3, F41).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from larabill_billing.catalog.model import Cycle
from larabill_core.clock import start_of_day


def boundary(anchor: date, cycle: Cycle, n: int) -> date:
    """The first day of period `n`, and the day after the last one of period `n - 1`; `n` counts from 0."""
    if cycle.weeks:
        return anchor + timedelta(weeks=cycle.weeks * n)
    return add_months(anchor, cycle.months * n)


def add_months(anchor: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it is shorter."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def boundary_at(anchor: date, cycle: Cycle, n: int, time_zone: str) -> datetime:
    """The UTC instant at which period `n` begins for a customer in `time_zone`."""
    return start_of_day(boundary(anchor, cycle, n), time_zone)


def first_boundary_from(anchor: date, cycle: Cycle, on: date, *, at_least: int = 0) -> int:
    """The smallest n >= `at_least` whose period begins on `on` or later."""
    days = max((on - anchor).days, 0)
    longest = cycle.weeks * 7 if cycle.weeks else cycle.months * 31
    n = max(days // longest, at_least)
    while boundary(anchor, cycle, n) < on:
        n += 1
    return n
