"""Cycles: canonical codes, counted in months or in days, up to ten years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.periods.cycle import MOST_DAYS, MOST_MONTHS, Cycle, parse_cycle
from larabill_core.errors import InvalidInput


@pytest.mark.parametrize(
    ("code", "canonical", "months", "days"),
    [
        ("12_months", "annual", 12, 0),
        ("1_year", "annual", 12, 0),
        ("3_month", "quarterly", 3, 0),
        ("18_months", "18_months", 18, 0),
        ("5_years", "5_years", 60, 0),
        ("7_days", "weekly", 0, 7),
        ("14_days", "2_weeks", 0, 14),
        ("30_days", "30_days", 0, 30),
        ("1_day", "daily", 0, 1),
        ("120_months", "10_years", 120, 0),
        ("3660_days", "3660_days", 0, 3660),
    ],
)
def test_equal_lengths_have_one_code(code: str, canonical: str, months: int, days: int) -> None:
    cycle = Cycle(code)
    assert (cycle, cycle.months, cycle.days) == (canonical, months, days)


@given(st.integers(1, 3650), st.sampled_from(["day", "week", "month", "year"]))
def test_a_cycle_survives_its_own_code(count: int, unit: str) -> None:
    longest = {"day": MOST_DAYS, "week": MOST_DAYS // 7, "month": MOST_MONTHS, "year": MOST_MONTHS // 12}[unit]
    code = f"{count}_{unit}s"
    if count > longest:
        with pytest.raises(InvalidInput, match="longer than ten years"):
            Cycle(code)
        return
    cycle = Cycle(code)
    assert Cycle(str(cycle)) == cycle
    assert bool(cycle.months) != bool(cycle.days)


@pytest.mark.parametrize(
    "value", ["", "Monthly", "0_days", "01_days", "-1_days", "1 day", "1_days_", "10000_days", None, 12, True]
)
def test_what_is_no_cycle_is_named_with_its_place(value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_cycle(value, "plans[2].cycle")
    assert [fault.path for fault in caught.value.faults] == ["plans[2].cycle"]
