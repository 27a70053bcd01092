"""Changes, splits, seats and what is left: nothing is lost, and what is undone costs nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from larabill_billing.periods.alignment import aligned
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.due import due
from larabill_billing.periods.schedule import Period
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.normalised import Direction, direction, per_month
from larabill_billing.proration.prorate import (
    Change,
    bill,
    billing_cycles,
    prorate,
    prorate_change,
    prorate_quantity,
    remaining,
    share,
    split,
    unused,
)
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import InvalidInput
from larabill_core.money import ROUNDINGS
from larabill_core.testing.strategies import amounts, zones

D = date.fromisoformat
JUNE = Period(date(2025, 6, 1), date(2025, 7, 1))
SECONDS = ProrationPolicy(Convention.SECONDS, "half_even")
DAYS = ProrationPolicy(Convention.ACTUAL_DAYS)

POLICIES = st.builds(
    ProrationPolicy,
    convention=st.sampled_from(Convention),
    rounding=st.sampled_from(sorted(ROUNDINGS)),
    precision=st.none() | st.integers(0, 12),
    places=st.none() | st.integers(2, 6),
    month_days=st.integers(1, 31),
)
# With a day of the month of its own, so that a period also goes from 28 February to 31 March.
PERIODS = st.builds(
    lambda start, cycle, day: aligned(start, Cycle(cycle), day).period(0),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["weekly", "30_days", "monthly", "quarterly", "annual"]),
    st.integers(1, 31),
)


@st.composite
def moments(draw: st.DrawFn) -> dict[str, Any]:
    """A period, a zone, and an instant of it with its local day."""
    whole, zone = draw(PERIODS), draw(zones())
    start, end = start_of_day(whole.start, zone), start_of_day(whole.end, zone)
    microseconds = (end - start) // timedelta.resolution
    at = start + timedelta(microseconds=draw(st.integers(0, max(microseconds - 1, 0))))
    return {"part": Period(local_date(at, zone), whole.end), "whole": whole, "at": at, "time_zone": zone}


def test_a_change_gives_the_old_price_back_and_charges_the_new() -> None:
    half = Period(date(2025, 6, 16), JUNE.end)
    change = prorate_change(Decimal("10.00"), Decimal("30.00"), half, JUNE, SECONDS, "USD")
    assert (change.credit.amount, change.charge.amount, change.net) == (
        Decimal("5.00"),
        Decimal("15.00"),
        Decimal("10.00"),
    )


def test_each_side_of_a_change_is_rounded_by_itself() -> None:
    rest = Period(date(2022, 8, 21), date(2022, 9, 1))
    month = Period(date(2022, 8, 1), date(2022, 9, 1))
    change = prorate_change(Decimal("15.00"), Decimal("100.00"), rest, month, DAYS, "EUR")
    assert (change.credit.amount, change.charge.amount) == (Decimal("5.32"), Decimal("35.48"))
    assert change.net == Decimal("30.16")


def test_a_change_of_cycle_charges_the_new_period_in_full() -> None:
    year = Period(date(2024, 2, 18), date(2025, 2, 18))
    month = Period(date(2024, 4, 19), date(2024, 5, 19))
    rest = Period(month.start, year.end)
    change = prorate_change(Decimal(1000), Decimal(100), rest, year, SECONDS, "USD", new_period=month)
    assert (change.credit.amount, change.charge.amount) == (Decimal("833.33"), Decimal("100.00"))


@settings(max_examples=300, deadline=None)
@given(moments(), POLICIES, amounts("EUR", minimum=0), amounts("EUR", minimum=0))
def test_a_change_and_its_reversal_at_the_same_instant_cost_nothing(
    moment: dict[str, Any], policy: ProrationPolicy, old: Decimal, new: Decimal
) -> None:
    there = prorate_change(old, new, policy=policy, currency="EUR", **moment)
    back = prorate_change(new, old, policy=policy, currency="EUR", **moment)
    assert there.net + back.net == 0
    assert (there.credit.amount, there.charge.amount) == (back.charge.amount, back.credit.amount)


@settings(max_examples=300, deadline=None)
@given(moments(), POLICIES, amounts("EUR", minimum=0))
def test_a_part_costs_no_more_than_the_whole_and_the_whole_costs_the_price(
    moment: dict[str, Any], policy: ProrationPolicy, price: Decimal
) -> None:
    zone, whole = moment["time_zone"], moment["whole"]
    full = prorate(price, whole, whole, policy, "EUR", time_zone=zone).amount
    assert full == price
    assert 0 <= prorate(price, policy=policy, currency="EUR", **moment).amount <= full


@settings(max_examples=300, deadline=None)
@given(
    PERIODS,
    zones(),
    st.sampled_from([Convention.ACTUAL_DAYS, Convention.SECONDS, Convention.THIRTY_DAY_MONTH]),
    st.integers(1, 31),
    st.lists(st.integers(0, 366), min_size=2, max_size=6),
)
def test_adjacent_parts_make_the_whole(
    whole: Period, zone: str, convention: Convention, month_days: int, cuts: list[int]
) -> None:
    policy = ProrationPolicy(convention, month_days=month_days)
    days = sorted({min(cut, whole.days) for cut in cuts} | {0, whole.days})
    bounds = [whole.start + timedelta(days=day) for day in days]
    found = [
        prorate(Decimal(1), Period(*pair), whole, policy, "EUR", time_zone=zone).trace.measure.fraction(policy)
        for pair in pairwise(bounds)
    ]
    assert all(fraction >= 0 for fraction in found)
    assert sum(found) == 1


@settings(max_examples=300, deadline=None)
@given(PERIODS, zones(), POLICIES, amounts("EUR"), st.lists(st.integers(0, 366), max_size=8))
def test_splitting_a_period_never_loses_a_cent(
    whole: Period, zone: str, policy: ProrationPolicy, price: Decimal, cuts: list[int]
) -> None:
    days = sorted({min(cut, whole.days) for cut in cuts} | {0, whole.days})
    bounds = [whole.start + timedelta(days=day) for day in days]
    parts = [Period(*pair) for pair in pairwise(bounds)]
    found = split(price, parts, whole, policy, "EUR", time_zone=zone)
    assert sum(part.amount for part in found) == price
    assert all(part.amount == part.trace.result for part in found)


def test_the_parts_of_a_split_follow_one_another() -> None:
    parts = [Period(JUNE.start, date(2025, 6, 11)), Period(date(2025, 6, 12), JUNE.end)]
    with pytest.raises(InvalidInput, match=r"parts\[1\]: does not begin where"):
        split(Decimal(10), parts, JUNE, DAYS, "EUR")
    with pytest.raises(InvalidInput, match=r"parts\[0\]"):
        split(Decimal(10), parts[1:], JUNE, DAYS, "EUR")


def test_thirds_differ_by_a_cent_and_add_up() -> None:
    bounds = [date(2025, 6, day) for day in (1, 11, 21)] + [JUNE.end]
    parts = [Period(*pair) for pair in pairwise(bounds)]
    found = [part.amount for part in split(Decimal("10.00"), parts, JUNE, DAYS, "EUR")]
    assert found == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]


def test_seats_are_rounded_once_for_all() -> None:
    rest = Period(date(2025, 6, 11), JUNE.end)
    more = prorate_quantity(Decimal("0.99"), 3, 10, rest, JUNE, SECONDS, "USD")
    assert more.amount == Decimal("4.62")
    fewer = prorate_quantity(Decimal("0.99"), 10, 3, rest, JUNE, SECONDS, "USD")
    assert fewer.amount == -more.amount


@pytest.mark.parametrize(("convention", "first"), [("actual-days", "2025-06-20"), ("inclusive-days", "2025-06-21")])
def test_the_day_on_which_something_ends_is_used_by_inclusive_days(convention: str, first: str) -> None:
    policy = ProrationPolicy(Convention(convention))
    rest = unused(JUNE, date(2025, 6, 20), policy)
    assert rest == Period(D(first), JUNE.end)
    used = Period(JUNE.start, date(2025, 6, 20))
    parts = [prorate(Decimal(30), part, JUNE, policy, "EUR").amount for part in (used, rest)]
    assert sum(parts) == 30
    assert unused(JUNE, JUNE.end, policy).days == 0


def test_what_remains_is_exact_where_prorating_anew_is_not() -> None:
    one_day = Period(date(2016, 9, 8), date(2016, 9, 9))
    month = Period(date(2016, 9, 8), date(2016, 10, 8))
    assert remaining(Decimal("19.95"), [Decimal("19.29")]) == Decimal("0.66")
    assert prorate(Decimal("19.95"), one_day, month, DAYS, "USD").amount == Decimal("0.67")
    assert remaining(Decimal(1), [Decimal(2)]) == -1


def test_a_share_needs_no_dates() -> None:
    found = share(Decimal("200.00"), 8, 28, ProrationPolicy(Convention.ACTUAL_DAYS, places=4), "USD")
    assert found.amount == Decimal("57.1429")
    assert found.trace.exact == Fraction(400, 7)
    assert share(Decimal(10), Fraction(1, 2), 1, SECONDS, "USD").amount == 5
    for counted, of in ((1, 0), (1, -1), (-1, 1)):
        with pytest.raises(InvalidInput, match="no length"):
            share(Decimal(1), counted, of, DAYS, "USD")


def test_without_proration_a_share_is_nothing_or_all() -> None:
    policy = ProrationPolicy(Convention.NONE)
    assert [share(Decimal(10), n, 31, policy, "USD").amount for n in (30, 31)] == [0, 10]


def test_changes_can_be_made_of_shares() -> None:
    old, new = (share(Decimal(price), 11, 31, DAYS, "EUR") for price in (15, 100))
    assert Change(old, new).net == Decimal("30.16")


def test_several_periods_are_billed_line_by_line() -> None:
    schedule = aligned(date(2011, 9, 1), Cycle.MONTHLY, 15)
    periods = due(schedule, date(2011, 9, 1), None, date(2011, 10, 3), in_advance=True)
    policy = ProrationPolicy(Convention.ACTUAL_DAYS, precision=9)
    billed = bill(Decimal("10.00"), periods, policy, "USD")
    assert [line.amount for line in billed.lines] == [Decimal("4.52"), Decimal("10.00")]
    assert billed.total == Decimal("14.52")
    assert billing_cycles(periods, policy) == Fraction("1.451612903")
    assert billing_cycles(periods, ProrationPolicy(Convention.SECONDS)) == Fraction(45, 31)


def test_a_day_that_the_zone_left_out_costs_nothing() -> None:
    december = Period(date(2011, 12, 1), date(2012, 1, 1))
    missing = Period(date(2011, 12, 30), date(2011, 12, 31))
    assert prorate(Decimal(30), missing, december, SECONDS, "USD", time_zone="Pacific/Apia").amount == 0
    rest = Period(date(2011, 12, 29), december.end)
    assert prorate(Decimal(30), rest, december, SECONDS, "USD", time_zone="Pacific/Apia").amount == 2


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        prorate(Decimal(1), JUNE, JUNE, SECONDS, "USD", at=datetime(2025, 6, 1))  # noqa: DTZ001
    at = datetime(2025, 6, 1, tzinfo=UTC)
    assert prorate(Decimal(1), JUNE, JUNE, SECONDS, "USD", at=at).amount == 1


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (("20", "monthly"), ("40", "monthly"), "upgrade"),
        (("20", "monthly"), ("15", "monthly"), "downgrade"),
        (("20", "monthly"), ("300", "annual"), "upgrade"),
        (("20", "monthly"), ("180", "annual"), "downgrade"),
        (("20", "monthly"), ("240", "annual"), "level"),
        (("20", "quarterly"), ("5", "weekly"), "upgrade"),
    ],
)
def test_prices_are_compared_by_the_month(old: tuple[str, str], new: tuple[str, str], kind: str) -> None:
    found = direction(Decimal(old[0]), Cycle(old[1]), Decimal(new[0]), Cycle(new[1]))
    assert found is Direction(kind)


@pytest.mark.parametrize(
    ("price", "cycle", "month"),
    [
        ("12", "weekly", "52"),
        ("24", "2_weeks", "52"),
        ("12", "daily", "365"),
        ("12", "30_days", "73/6"),
        ("36", "quarterly", "12"),
    ],
)
def test_a_year_has_52_weeks_or_365_days(price: str, cycle: str, month: str) -> None:
    assert per_month(Decimal(price), Cycle(cycle)) == Fraction(month)
