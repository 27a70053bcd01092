"""Periods tile time from their anchor on, whatever the anchor, the cycle and the zone (I3, F41)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from larabill_billing.subscriptions.periods import add_months, boundary, boundary_at, first_boundary_from

from larabill_billing.catalog.model import Cycle
from larabill_core.clock import local_date
from larabill_core.testing.strategies import zones

ANCHORS = st.dates(date(1999, 12, 1), date(2060, 12, 31))
CYCLES = st.sampled_from(list(Cycle))


def test_a_month_end_never_drifts() -> None:
    assert [boundary(date(2027, 1, 31), Cycle.MONTHLY, n) for n in range(4)] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]


def test_a_leap_day_comes_back_in_leap_years() -> None:
    anchor = date(2028, 2, 29)
    assert [boundary(anchor, Cycle.ANNUAL, n) for n in (1, 4)] == [date(2029, 2, 28), date(2032, 2, 29)]


@pytest.mark.parametrize(
    ("cycle", "second"),
    [
        (Cycle.WEEKLY, date(2026, 2, 7)),
        (Cycle.QUARTERLY, date(2026, 4, 30)),
        (Cycle.SEMIANNUAL, date(2026, 7, 31)),
        (Cycle.BIENNIAL, date(2028, 1, 31)),
        (Cycle.TRIENNIAL, date(2029, 1, 31)),
    ],
)
def test_each_cycle_has_its_length(cycle: Cycle, second: date) -> None:
    assert boundary(date(2026, 1, 31), cycle, 1) == second


@given(anchor=ANCHORS, cycle=CYCLES, n=st.integers(0, 130))
def test_periods_follow_each_other_without_gap_or_overlap(anchor: date, cycle: Cycle, n: int) -> None:
    start, end = boundary(anchor, cycle, n), boundary(anchor, cycle, n + 1)
    assert start < end
    longest = cycle.weeks * 7 or cycle.months * 31
    assert (end - start).days <= longest
    if cycle.months:
        assert start.day == anchor.day or (start + timedelta(days=1)).day == 1


@given(anchor=ANCHORS, cycle=CYCLES, n=st.integers(0, 60), zone=zones())
def test_instants_of_periods_follow_each_other_in_every_zone(anchor: date, cycle: Cycle, n: int, zone: str) -> None:
    start, end = (boundary_at(anchor, cycle, each, zone) for each in (n, n + 1))
    assert start < end
    assert local_date(start, zone) >= boundary(anchor, cycle, n)
    assert local_date(start - timedelta(microseconds=1), zone) < boundary(anchor, cycle, n)


@given(anchor=ANCHORS, cycle=CYCLES, days=st.integers(-400, 4000), at_least=st.integers(0, 9))
def test_the_first_boundary_from_a_day_is_the_first(anchor: date, cycle: Cycle, days: int, at_least: int) -> None:
    on = anchor + timedelta(days=days)
    n = first_boundary_from(anchor, cycle, on, at_least=at_least)
    assert n >= at_least
    assert boundary(anchor, cycle, n) >= on
    assert n == at_least or boundary(anchor, cycle, n - 1) < on


def test_months_are_added_across_years() -> None:
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
