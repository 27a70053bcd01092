"""What a run bills: in advance and in arrears, with stubs at both ends, and never twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from larabill_billing.periods.alignment import aligned
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.due import Due, billed_until, due, period_billed
from larabill_billing.periods.schedule import Period, Schedule, anniversary

D = date.fromisoformat
START = date(2026, 1, 16)


def on_the(day: int, cycle: str = "monthly") -> Schedule:
    return aligned(START, Cycle(cycle), day)


@pytest.mark.parametrize(
    ("day", "end", "target", "in_advance", "until"),
    [
        (25, None, "2026-01-16", True, "2026-01-25"),
        (25, None, "2026-01-15", True, None),
        (25, "2026-02-01", "2025-11-15", True, None),
        (16, None, "2026-01-15", False, None),
        (25, None, "2026-01-25", True, "2026-02-25"),
        (16, None, "2026-02-16", True, "2026-03-16"),
        (16, "2026-03-10", "2026-02-16", True, "2026-03-10"),
        (16, "2026-02-10", "2026-05-16", True, "2026-02-10"),
        (25, None, "2026-01-19", False, None),
        (25, None, "2026-01-25", False, "2026-01-25"),
        (25, None, "2026-03-01", False, "2026-02-25"),
        (25, "2026-01-19", "2026-01-19", False, "2026-01-19"),
        (25, "2026-01-19", "2026-01-20", False, "2026-01-19"),
        (25, "2026-01-19", "2026-01-25", False, "2026-01-19"),
        (18, "2026-01-28", "2026-01-25", False, "2026-01-18"),
        (18, "2026-01-20", "2026-01-25", False, "2026-01-20"),
    ],
)
def test_the_day_up_to_which_is_billed(
    day: int, end: str | None, target: str, in_advance: bool, until: str | None
) -> None:
    found = billed_until(on_the(day), START, None if end is None else D(end), D(target), in_advance=in_advance)
    assert found == (None if until is None else D(until))


def test_stubs_stand_before_and_behind_whole_periods() -> None:
    found = due(on_the(25), START, date(2026, 4, 10), date(2026, 4, 10), in_advance=True)
    schedule = on_the(25)
    assert found == (
        Due(Period(START, date(2026, 1, 25)), schedule.period(-1)),
        Due(schedule.period(0), schedule.period(0)),
        Due(schedule.period(1), schedule.period(1)),
        Due(Period(date(2026, 3, 25), date(2026, 4, 10)), schedule.period(2)),
    )


def test_what_ends_before_the_first_boundary_is_one_stub() -> None:
    (only,) = due(on_the(25), START, date(2026, 1, 20), date(2026, 3, 1), in_advance=True)
    assert only == Due(Period(START, date(2026, 1, 20)), on_the(25).period(-1))
    (counted_back,) = due(on_the(25), START, date(2026, 1, 20), date(2026, 3, 1), in_advance=True, realign=False)
    assert counted_back.whole == Period(date(2025, 12, 20), date(2026, 1, 20))


@pytest.mark.parametrize("end", ["2026-01-16", "2026-01-10"])
def test_what_ends_as_it_starts_is_not_billed(end: str) -> None:
    assert due(on_the(25), START, D(end), date(2026, 3, 1), in_advance=True) == ()


def test_without_realigning_a_clamped_boundary_forgets_its_day() -> None:
    schedule = aligned(date(2026, 4, 10), Cycle.MONTHLY, 31)
    (kept,) = due(schedule, date(2026, 4, 10), None, date(2026, 4, 10), in_advance=True)
    (forgot,) = due(schedule, date(2026, 4, 10), None, date(2026, 4, 10), in_advance=True, realign=False)
    assert (kept.whole.start, forgot.whole.start) == (date(2026, 3, 31), date(2026, 3, 30))


@settings(max_examples=300, deadline=None)
@given(
    day=st.integers(1, 31),
    cycle=st.sampled_from(["weekly", "30_days", "monthly", "quarterly", "annual"]),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    length=st.integers(1, 900),
    runs=st.lists(st.integers(0, 1000), min_size=1, max_size=4),
    in_advance=st.booleans(),
)
def test_later_runs_only_add(day: int, cycle: str, start: date, length: int, runs: list[int], in_advance: bool) -> None:
    schedule, end = aligned(start, Cycle(cycle), day), start + timedelta(days=length)
    seen: list[Due] = []
    for target in sorted(runs):
        now = due(schedule, start, end, start + timedelta(days=target), in_advance=in_advance)
        assert [each.period.start for each in now[: len(seen)]] == [each.period.start for each in seen]
        seen = list(now) or seen
        for before, after in pairwise(now):
            assert before.period.end == after.period.start
        for each in now:
            assert start <= each.period.start < each.period.end <= end
            assert each.whole.start <= each.period.start and each.period.end <= each.whole.end
    whole_life = due(schedule, start, end, end + timedelta(days=5000), in_advance=in_advance)
    assert (whole_life[0].period.start, whole_life[-1].period.end) == (start, end)


@pytest.mark.parametrize(
    ("in_advance", "ended", "start"),
    [(True, False, "2026-03-02"), (False, False, "2026-02-02"), (False, True, "2026-03-02")],
)
def test_a_run_bills_the_present_period_or_the_one_before(in_advance: bool, ended: bool, start: str) -> None:
    schedule = anniversary(date(2025, 2, 2), Cycle.MONTHLY)
    assert period_billed(schedule, date(2026, 3, 10), in_advance=in_advance, ended=ended).start == D(start)
