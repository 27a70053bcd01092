"""Billing periods: half-open `[start, end)` of local dates, counted from an anchor that never drifts.

The n-th boundary is reckoned from the anchor and not from the boundary before it, so that a month end stays one:
31 January, 28 February, 31 March (I3, F41).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache

import attrs

from larabill_billing.periods.cycle import Cycle
from larabill_core.clock import start_of_day


@attrs.frozen
class Period:
    """Local dates `[start, end)`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has by the calendar, whatever the clocks do in it."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """Its last day: what people and invoices write as the end, both days counting."""
        return self.end - timedelta(days=1)


@attrs.frozen
class Schedule:
    """Boundaries every `cycle` from `anchor_on`.

    `anchor_day` is the day of the month that is meant (31 also where the anchor itself had to be 28 February); it says
    nothing for cycles that are counted in days.
    """

    cycle: Cycle
    anchor_on: date
    anchor_day: int

    def boundary(self, n: int) -> date:
        """The first day of period `n`, and the day after the last one of period `n - 1`. `n` may be negative."""
        return _boundary(self.cycle, self.anchor_on, self.anchor_day, n)

    def period(self, n: int) -> Period:
        """Period `n`."""
        return _period(self.cycle, self.anchor_on, self.anchor_day, n)

    def boundary_at(self, n: int, time_zone: str) -> datetime:
        """The UTC instant at which period `n` begins for a customer in `time_zone`."""
        return start_of_day(self.boundary(n), time_zone)

    def index(self, on: date) -> int:
        """The number of the period that holds the day `on`; negative before the anchor."""
        n = self._guess(on)
        while self.boundary(n) > on:
            n -= 1
        while self.boundary(n + 1) <= on:
            n += 1
        return n

    def next_index(self, on: date) -> int:
        """The smallest n whose period begins on `on` or later."""
        n = self.index(on)
        return n if self.boundary(n) == on else n + 1

    def _guess(self, on: date) -> int:
        if self.cycle.days:
            return (on - self.anchor_on).days // self.cycle.days
        months = (on.year - self.anchor_on.year) * 12 + on.month - self.anchor_on.month
        return months // self.cycle.months


# Agreements that are due on one day have few schedules among them, whatever their number.
@lru_cache(maxsize=10_000)
def _boundary(cycle: Cycle, anchor_on: date, anchor_day: int, n: int) -> date:
    if cycle.days:
        return anchor_on + timedelta(days=cycle.days * n)
    return month_day(anchor_on, cycle.months * n, anchor_day)


@lru_cache(maxsize=10_000)
def _period(cycle: Cycle, anchor_on: date, anchor_day: int, n: int) -> Period:
    return Period(_boundary(cycle, anchor_on, anchor_day, n), _boundary(cycle, anchor_on, anchor_day, n + 1))


def anniversary(on: date, cycle: Cycle) -> Schedule:
    """The schedule that begins on `on` and keeps its day."""
    return Schedule(cycle, on, on.day)


def add_months(anchor: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day when it is shorter."""
    return month_day(anchor, months, anchor.day)


def month_day(anchor: date, months: int, day: int) -> date:
    """Day `day` of the month so many months from `anchor`'s, or that month's last day when it is shorter."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
