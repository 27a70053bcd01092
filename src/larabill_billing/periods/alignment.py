"""Schedules that follow a day of the month, of the week or of the calendar, and not the day of the start.

A subscription that starts between two boundaries first gets a stub: the period of its start, clipped to the start.
"""

from __future__ import annotations

from datetime import date, timedelta

from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Period, Schedule, month_day
from larabill_core.errors import InvalidInput


def aligned(start: date, cycle: Cycle, day: int) -> Schedule:
    """The schedule on day `day` (1 to 31) of the month (or its last day), anchored on or after `start`.

    The anchor lies in the start's month; or, when the day has gone by there, one cycle later: a year later for an
    annual one. A cycle that is counted in days begins with the start and knows no day of the month. Kill Bill's bill
    cycle day works so. Raises `InvalidInput`: no such day.
    """
    if not 1 <= day <= 31:
        raise InvalidInput.one("day", "is not a day of a month", day, "use 1 to 31")
    if cycle.days:
        return Schedule(cycle, start, start.day)
    schedule = Schedule(cycle, month_day(start, 0, day), day)
    return Schedule(cycle, schedule.boundary(0 if schedule.anchor_on >= start else 1), day)


def aligned_to_weekday(start: date, cycle: Cycle, weekday: int) -> Schedule:
    """The schedule of whole weeks that begin on `weekday` (1 Monday to 7 Sunday); its anchor is on or after `start`.

    Raises `InvalidInput`: no such day, or a cycle that is not of weeks.
    """
    if not 1 <= weekday <= 7:
        raise InvalidInput.one("weekday", "is not a day of the week", weekday, "use 1 (Monday) to 7 (Sunday)")
    if not cycle.days or cycle.days % 7:
        raise InvalidInput.one("cycle", "is not counted in weeks", cycle, "use weekly or such as 2_weeks")
    anchor = start + timedelta(days=(weekday - start.isoweekday()) % 7)
    return Schedule(cycle, anchor, anchor.day)


def calendar(start: date, cycle: Cycle) -> Schedule:
    """The schedule of the calendar's own units; its anchor is on or before `start`, in the period that holds it.

    Months begin on the 1st, weeks on Monday, quarters, half-years and years in January. A number of months that does
    not divide a year is counted from the start's month, a number of years from the start's January, and a number of
    days that are not weeks from the start.
    """
    if cycle.days:
        back = start.weekday() if cycle.days % 7 == 0 else 0
        anchor = start - timedelta(days=back)
        return Schedule(cycle, anchor, anchor.day)
    into_cycle = (start.month - 1) % cycle.months if 12 % cycle.months == 0 else 0
    if cycle.months % 12 == 0:
        into_cycle = start.month - 1
    return Schedule(cycle, month_day(start, -into_cycle, 1), 1)


def clipped(schedule: Schedule, n: int, start: date) -> Period:
    """Period `n`, without what lies before `start`. Raises `InvalidInput`: all of it does."""
    period = schedule.period(n)
    if period.end <= start:
        raise InvalidInput.one("period", "is over before the start", n, f"the start lies in {schedule.index(start)}")
    return Period(max(period.start, start), period.end)


def next_day_of_month(on: date, day: int) -> date:
    """The first date on or after `on` that is day `day` of its month, or the last day of a shorter month."""
    this = month_day(on, 0, day)
    return this if this >= on else month_day(on, 1, day)


def next_billing_date(previous: date | None, on: date, cycle: Cycle | None, day: int) -> date:
    """The next day on which to bill, on or after `on`.

    By months that is the next `day` of a month; by days it is a number of cycles, at least one, after `previous`. What
    has no cycle is billed at once, on `on`. Kill Bill aligns so after a change. Raises `InvalidInput`: a cycle by days
    needs `previous`.
    """
    if cycle is None:
        return on
    if not cycle.days:
        return next_day_of_month(on, day)
    if previous is None:
        raise InvalidInput.one("previous", "is missing, and a cycle of days is counted from it")
    schedule = Schedule(cycle, previous, previous.day)
    return schedule.boundary(max(schedule.next_index(on), 1))


def cut_until(start: date, cycle: Cycle | None, day: int) -> date | None:
    """The date up to which a first period is cut so that the next begins on day `day` of a month; None: it is not cut.

    Blesta's rule: nothing is cut that starts on the day itself, that has no such day (0) or that is not counted in
    months. In a month that is shorter than `day` its last day stands for it.
    """
    if cycle is None or cycle.days or day < 1:
        return None
    found = next_day_of_month(start, day)
    return None if found == start else found
