"""Boundaries are reckoned from the anchor, so that a month end stays one; looking them up agrees with counting."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Period, Schedule, add_months, anniversary, month_day

CYCLES = ("daily", "weekly", "2_weeks", "10_days", "30_days", "monthly", "quarterly", "5_months", "annual", "triennial")


def schedules() -> st.SearchStrategy[Schedule]:
    def build(cycle: str, anchor: date, day: int) -> Schedule:
        return Schedule(Cycle(cycle), month_day(anchor, 0, day), day)

    return st.builds(build, st.sampled_from(CYCLES), st.dates(date(1996, 1, 1), date(2040, 12, 31)), st.integers(1, 31))


def test_a_month_end_stays_one() -> None:
    schedule = anniversary(date(2024, 1, 31), Cycle.MONTHLY)
    assert [schedule.boundary(n) for n in range(5)] == [
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 30),
        date(2024, 5, 31),
    ]


def test_an_anchor_day_is_kept_although_the_anchor_was_clamped() -> None:
    assert Schedule(Cycle.MONTHLY, date(2023, 2, 28), 31).boundary(1) == date(2023, 3, 31)
    assert anniversary(date(2023, 2, 28), Cycle.MONTHLY).boundary(1) == date(2023, 3, 28)


def test_29_february_comes_back_every_fourth_year() -> None:
    schedule = anniversary(date(2020, 2, 29), Cycle.ANNUAL)
    assert [schedule.boundary(n).isoformat() for n in (1, 3, 4, 80)] == [
        "2021-02-28",
        "2023-02-28",
        "2024-02-29",
        "2100-02-28",
    ]


def test_a_period_has_days_and_a_last_one() -> None:
    period = Period(date(2024, 2, 1), date(2024, 3, 1))
    assert (period.days, period.last) == (29, date(2024, 2, 29))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2022-01-31", 1, "2022-02-28"),
        ("2022-03-31", -1, "2022-02-28"),
        ("2023-12-15", 13, "2025-01-15"),
        ("2024-02-29", -12, "2023-02-28"),
    ],
)
def test_months_are_added_with_clamping(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@settings(max_examples=200)
@given(schedules(), st.integers(-400, 400))
def test_looking_up_a_period_agrees_with_counting(schedule: Schedule, offset: int) -> None:
    on = schedule.anchor_on + timedelta(days=offset)
    boundaries = [schedule.boundary(n) for n in range(-402, 403)]
    assert schedule.index(on) == bisect_right(boundaries, on) - 1 - 402
    assert schedule.next_index(on) == bisect_left(boundaries, on) - 402
