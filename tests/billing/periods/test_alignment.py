"""Schedules on a day of the month, of the week or of the calendar; the first stub; the next day to bill."""

from __future__ import annotations

from datetime import date

import pytest

from larabill_billing.periods.alignment import (
    aligned,
    aligned_to_weekday,
    calendar,
    clipped,
    cut_until,
    next_billing_date,
    next_day_of_month,
)
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Period
from larabill_core.errors import InvalidInput

D = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "day", "cycle", "first"),
    [
        ("2026-01-16", 17, "annual", "2026-01-17"),
        ("2026-01-16", 16, "monthly", "2026-01-16"),
        ("2026-01-16", 15, "monthly", "2026-02-15"),
        ("2026-01-16", 15, "annual", "2027-01-15"),
        ("2026-01-16", 15, "quarterly", "2026-04-15"),
        ("2026-01-31", 30, "monthly", "2026-02-28"),
        ("2026-02-16", 31, "monthly", "2026-02-28"),
        ("2026-02-28", 31, "monthly", "2026-02-28"),
        ("2026-01-16", 15, "30_days", "2026-01-16"),
        ("2026-01-16", 15, "weekly", "2026-01-16"),
    ],
)
def test_the_first_boundary_is_on_or_after_the_start(start: str, day: int, cycle: str, first: str) -> None:
    schedule = aligned(D(start), Cycle(cycle), day)
    assert schedule.anchor_on == schedule.boundary(0) == D(first)


@pytest.mark.parametrize("day", [0, 32, -1])
def test_a_day_that_no_month_has_is_refused(day: int) -> None:
    with pytest.raises(InvalidInput, match="is not a day of a month"):
        aligned(date(2026, 1, 1), Cycle.MONTHLY, day)


def test_weeks_begin_on_a_weekday() -> None:
    schedule = aligned_to_weekday(date(2026, 1, 1), Cycle("2_weeks"), 1)
    assert [schedule.boundary(n) for n in (0, 1)] == [date(2026, 1, 5), date(2026, 1, 19)]
    assert aligned_to_weekday(date(2026, 1, 5), Cycle.WEEKLY, 1).anchor_on == date(2026, 1, 5)
    assert aligned_to_weekday(date(2026, 1, 5), Cycle.WEEKLY, 7).anchor_on == date(2026, 1, 11)


@pytest.mark.parametrize(("cycle", "weekday"), [("weekly", 0), ("weekly", 8), ("monthly", 1), ("10_days", 1)])
def test_weekdays_are_for_weeks(cycle: str, weekday: int) -> None:
    with pytest.raises(InvalidInput):
        aligned_to_weekday(date(2026, 1, 1), Cycle(cycle), weekday)


@pytest.mark.parametrize(
    ("start", "cycle", "first", "second"),
    [
        ("2026-02-17", "monthly", "2026-02-01", "2026-03-01"),
        ("2026-02-17", "quarterly", "2026-01-01", "2026-04-01"),
        ("2026-12-31", "quarterly", "2026-10-01", "2027-01-01"),
        ("2026-08-17", "semiannual", "2026-07-01", "2027-01-01"),
        ("2026-08-17", "annual", "2026-01-01", "2027-01-01"),
        ("2026-08-17", "biennial", "2026-01-01", "2028-01-01"),
        ("2026-08-17", "5_months", "2026-08-01", "2027-01-01"),
        ("2026-02-17", "weekly", "2026-02-16", "2026-02-23"),
        ("2026-02-17", "10_days", "2026-02-17", "2026-02-27"),
    ],
)
def test_the_calendar_has_units_of_its_own(start: str, cycle: str, first: str, second: str) -> None:
    schedule = calendar(D(start), Cycle(cycle))
    assert schedule.period(0) == Period(D(first), D(second))


def test_a_stub_is_clipped_to_the_start() -> None:
    schedule = calendar(date(2026, 2, 17), Cycle.MONTHLY)
    assert clipped(schedule, 0, date(2026, 2, 17)) == Period(date(2026, 2, 17), date(2026, 3, 1))
    assert clipped(schedule, 1, date(2026, 2, 17)) == schedule.period(1)
    for early, start in ((-1, date(2026, 2, 17)), (0, date(2026, 3, 1))):
        with pytest.raises(InvalidInput, match="over before the start"):
            clipped(schedule, early, start)


@pytest.mark.parametrize(
    ("on", "day", "found"),
    [("2026-02-19", 31, "2026-02-28"), ("2026-02-19", 19, "2026-02-19"), ("2026-01-31", 30, "2026-02-28")],
)
def test_the_next_day_of_a_month_is_clamped(on: str, day: int, found: str) -> None:
    assert next_day_of_month(D(on), day) == D(found)


@pytest.mark.parametrize(
    ("previous", "on", "cycle", "found"),
    [
        ("2026-02-02", "2026-02-25", "2_weeks", "2026-03-02"),
        ("2026-02-18", "2026-02-25", "weekly", "2026-02-25"),
        ("2026-02-18", "2026-02-18", "weekly", "2026-02-25"),
        ("2026-02-18", "2026-02-01", "weekly", "2026-02-25"),
        (None, "2026-02-25", "annual", "2026-02-28"),
        (None, "2026-02-25", None, "2026-02-25"),
    ],
)
def test_the_next_day_to_bill(previous: str | None, on: str, cycle: str | None, found: str) -> None:
    after = None if previous is None else D(previous)
    assert next_billing_date(after, D(on), None if cycle is None else Cycle(cycle), 31) == D(found)


def test_days_are_counted_from_the_previous_one() -> None:
    with pytest.raises(InvalidInput, match="counted from it"):
        next_billing_date(None, date(2026, 2, 25), Cycle.WEEKLY, 31)


@pytest.mark.parametrize(
    ("start", "cycle", "day", "found"),
    [
        ("2026-02-13", "monthly", 1, "2026-03-01"),
        ("2026-02-13", "annual", 31, "2026-02-28"),
        ("2026-02-01", "monthly", 1, None),
        ("2026-02-28", "monthly", 31, None),
        ("2026-02-13", "monthly", 0, None),
        ("2026-02-13", "weekly", 1, None),
        ("2026-02-13", None, 1, None),
    ],
)
def test_only_months_are_cut_to_a_day(start: str, cycle: str | None, day: int, found: str | None) -> None:
    cut = cut_until(D(start), None if cycle is None else Cycle(cycle), day)
    assert cut == (None if found is None else D(found))
