"""Periods tile time for every anchor day, cycle and zone: no gap, no overlap, no drift (I3).

LARABILL_PERIOD_EXAMPLES says how many are tried; `nox -s periods` tries 100,000.
"""

from __future__ import annotations

import os
from calendar import monthrange
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from larabill_billing.periods.alignment import aligned, aligned_to_weekday, calendar, clipped
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.due import due
from larabill_billing.periods.instants import instants
from larabill_billing.periods.schedule import Period, Schedule, anniversary, month_day
from larabill_core.clock import local_date, start_of_day
from larabill_core.testing.strategies import zones

EXAMPLES = int(os.environ.get("LARABILL_PERIOD_EXAMPLES", "2000"))
TEN_YEARS = timedelta(days=3653)
MANY = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Daily periods of ten years are 3,653 each: they are tried too, but not as often.
CYCLES = st.one_of(
    st.sampled_from(["monthly", "quarterly", "semiannual", "annual", "biennial", "triennial"]),
    st.integers(1, 24).map("{}_months".format),
    st.integers(20, 400).map("{}_days".format),
    st.sampled_from(["weekly", "2_weeks", "monthly", "30_days", "annual", "10_days", "daily"]),
).map(Cycle)
STARTS = st.dates(date(1990, 1, 1), date(2035, 12, 31))


@MANY
@example(day=31, cycle=Cycle.MONTHLY, start=date(2023, 2, 28), zone="Europe/Berlin")
@example(day=30, cycle=Cycle.MONTHLY, start=date(2011, 12, 1), zone="Pacific/Apia")
@example(day=1, cycle=Cycle.DAILY, start=date(2011, 12, 25), zone="Pacific/Apia")
@example(day=4, cycle=Cycle.MONTHLY, start=date(2018, 10, 1), zone="America/Sao_Paulo")
@example(day=29, cycle=Cycle.ANNUAL, start=date(2096, 2, 29), zone="UTC")
@given(day=st.integers(1, 31), cycle=CYCLES, start=STARTS, zone=zones())
def test_periods_tile_ten_years_of_service(day: int, cycle: Cycle, start: date, zone: str) -> None:
    schedule = aligned(start, cycle, day)
    end = start + TEN_YEARS
    served = [each.period for each in due(schedule, start, end, end, in_advance=True)]
    assert served[0].start == start
    assert served[-1].end == end
    for before, after in pairwise(served):
        assert before.end == after.start
    for period in served:
        assert period.start < period.end
        if cycle.months and period.end != end:
            assert period.end.day == min(day, monthrange(period.end.year, period.end.month)[1])
    assert_instants_tile(served, zone)


def assert_instants_tile(served: list[Period], zone: str) -> None:
    spans = [instants(period, zone) for period in served]
    for before, after in pairwise(spans):
        assert before[1] == after[0]
    for period, (starts_at, ends_at) in zip(served, spans, strict=True):
        # Equal only where the zone left all the period's days out, so that nothing ever happened in it.
        assert starts_at < ends_at or local_date(starts_at, zone) >= period.end
        if starts_at < ends_at:
            assert period.start <= local_date(starts_at, zone) < period.end
            assert period.start <= local_date(ends_at - datetime.resolution, zone) < period.end


@MANY
@given(cycle=CYCLES, start=STARTS, offset=st.integers(0, 3653), zone=zones())
def test_every_instant_belongs_to_one_period(cycle: Cycle, start: date, offset: int, zone: str) -> None:
    schedule = anniversary(start, cycle)
    on = start + timedelta(days=offset)
    n = schedule.index(on)
    starts_at, ends_at = instants(schedule.period(n), zone)
    assert starts_at <= start_of_day(on, zone)
    assert start_of_day(on, zone) < ends_at or starts_at == ends_at or local_date(start_of_day(on, zone), zone) != on
    assert schedule.boundary_at(n, zone) == starts_at


@MANY
@given(cycle=CYCLES, start=STARTS, day=st.integers(1, 31), weekday=st.integers(1, 7))
def test_no_boundary_drifts_however_far(cycle: Cycle, start: date, day: int, weekday: int) -> None:
    for schedule in (aligned(start, cycle, day), calendar(start, cycle), anniversary(start, cycle)):
        for n in (-7, 1, 2, 5, 13):
            assert_where_it_belongs(schedule, n)
    weeks = Cycle(f"{weekday}_weeks")
    assert aligned_to_weekday(start, weeks, weekday).boundary(day).isoweekday() == weekday


def assert_where_it_belongs(schedule: Schedule, n: int) -> None:
    cycle, boundary = schedule.cycle, schedule.boundary(n)
    if cycle.days:
        assert boundary == schedule.anchor_on + timedelta(days=cycle.days * n)
        return
    assert boundary.day == min(schedule.anchor_day, monthrange(boundary.year, boundary.month)[1])
    assert boundary == month_day(schedule.anchor_on, cycle.months * n, schedule.anchor_day)


@MANY
@given(cycle=CYCLES, start=STARTS)
def test_the_calendar_has_a_stub_first_and_whole_periods_then(cycle: Cycle, start: date) -> None:
    schedule = calendar(start, cycle)
    first = clipped(schedule, schedule.index(start), start)
    assert schedule.anchor_on <= start == first.start < first.end
    assert clipped(schedule, schedule.index(start) + 1, start).start == first.end
    if cycle.months:
        assert first.end.day == 1
        if 12 % cycle.months == 0 or cycle.months % 12 == 0:
            assert (first.end.month - 1) % min(cycle.months, 12) == 0
    elif cycle.days % 7 == 0:
        assert first.end.isoweekday() == 1
