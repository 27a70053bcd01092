"""Months as a measure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.months import months_between, overflow_months, whole_periods
from larabill_billing.periods.schedule import add_months

D = date.fromisoformat
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2023-05-05", "2023-05-05", "0"),
        ("2022-01-01", "2022-02-01", "1"),
        ("2022-03-01", "2022-03-14", "13/31"),
        ("2022-01-01", "2022-02-15", "3/2"),
        ("2022-01-07", "2022-02-28", "7/4"),
        ("2024-12-08", "2025-02-28", "19/7"),
        ("2022-02-28", "2022-03-31", "34/31"),
        ("2026-01-31", "2026-02-28", "1"),
        ("2026-01-31", "2026-02-14", "1/2"),
        ("2022-02-15", "2022-01-01", "-3/2"),
    ],
)
def test_months_are_counted_with_their_parts(start: str, end: str, months: str) -> None:
    assert months_between(D(start), D(end)) == Fraction(months)


@given(DATES, st.integers(0, 300))
def test_whole_months_are_whole(start: date, months: int) -> None:
    assert months_between(start, add_months(start, months)) == months


@given(DATES, DATES, DATES)
def test_later_is_more(start: date, one: date, other: date) -> None:
    if start <= one <= other:
        assert months_between(start, one) <= months_between(start, other)


@pytest.mark.parametrize(
    ("start", "end", "cycle", "count"),
    [
        ("2012-07-16", "2012-09-15", "monthly", 1),
        ("2012-07-16", "2012-09-16", "monthly", 2),
        ("2012-07-16", "2012-09-13", "30_days", 1),
        ("2012-07-16", "2012-09-14", "30_days", 2),
        ("2026-01-31", "2026-02-28", "monthly", 1),
        ("2026-01-31", "2025-02-28", "monthly", 0),
    ],
)
def test_only_complete_periods_count(start: str, end: str, cycle: str, count: int) -> None:
    assert whole_periods(D(start), D(end), Cycle(cycle)) == count


@pytest.mark.parametrize(
    ("start", "months", "found"),
    [
        ("2022-01-31", 1, "2022-03-03"),
        ("2024-01-31", 1, "2024-03-02"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2022-01-28", 1, "2022-02-28"),
    ],
)
def test_php_runs_over_into_the_next_month(start: str, months: int, found: str) -> None:
    assert overflow_months(D(start), months) == D(found)
