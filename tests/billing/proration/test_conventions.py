"""Each convention by its own rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from larabill_billing.periods.schedule import Period
from larabill_billing.proration.fractions import fixed_days, measure, rounded
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.prorate import prorate
from larabill_core.errors import InvalidInput
from larabill_core.money import ROUNDINGS


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


JANUARY = period("2026-01-01", "2026-02-01")
MARCH = period("2026-03-01", "2026-04-01")


def fraction(convention: Convention, part: Period, whole: Period, **settings: Any) -> Fraction:
    policy = ProrationPolicy(convention, **settings)
    return measure(policy, part, whole).fraction(policy)


def amount(convention: Convention, part: Period, whole: Period, **arguments: Any) -> Decimal:
    return prorate(Decimal("31.00"), part, whole, ProrationPolicy(convention), "EUR", **arguments).amount


def test_actual_days_count_the_days_there_are() -> None:
    assert fraction(Convention.ACTUAL_DAYS, period("2026-01-16", "2026-02-01"), JANUARY) == Fraction(16, 31)
    leap = period("2024-02-18", "2024-03-18")
    assert fraction(Convention.ACTUAL_DAYS, period("2024-02-25", "2024-03-18"), leap) == Fraction(22, 29)


def test_a_part_may_be_longer_than_the_whole() -> None:
    whole = period("2012-03-02", "2012-04-02")
    assert fraction(Convention.ACTUAL_DAYS, period("2012-03-02", "2012-06-02"), whole) == Fraction(92, 31)


def test_inclusive_days_count_the_day_on_which_something_ends_early() -> None:
    assert fraction(Convention.INCLUSIVE_DAYS, period("2026-01-01", "2026-01-20"), JANUARY) == Fraction(20, 31)
    assert fraction(Convention.INCLUSIVE_DAYS, period("2026-01-01", "2026-01-01"), JANUARY) == Fraction(1, 31)
    assert fraction(Convention.INCLUSIVE_DAYS, period("2026-01-20", "2026-02-01"), JANUARY) == Fraction(12, 31)
    assert fraction(Convention.INCLUSIVE_DAYS, JANUARY, JANUARY) == 1


def test_seconds_are_those_of_the_zone() -> None:
    half = period("2026-03-29", "2026-04-01")
    assert amount(Convention.SECONDS, half, MARCH) == Decimal("3.00")
    # 71 of 743 hours: the clocks of Berlin go forward on 29 March.
    in_berlin = prorate(
        Decimal("743.00"), half, MARCH, ProrationPolicy(Convention.SECONDS), "EUR", time_zone="Europe/Berlin"
    )
    assert in_berlin.amount == Decimal("71.00")


def test_seconds_begin_at_the_instant_of_the_change() -> None:
    noon = datetime(2026, 1, 16, 12, tzinfo=UTC)
    assert amount(Convention.SECONDS, period("2026-01-16", "2026-02-01"), JANUARY, at=noon) == Decimal("15.50")
    assert amount(Convention.SECONDS, period("2026-01-01", "2026-01-16"), JANUARY, until=noon) == Decimal("15.50")


@pytest.mark.parametrize("name", ["at", "until"])
def test_an_instant_of_another_day_is_refused(name: str) -> None:
    late = datetime(2026, 1, 17, 23, 30, tzinfo=UTC)
    part = period("2026-01-17", "2026-01-17")
    assert amount(Convention.SECONDS, part, JANUARY, at=late, until=late) == 0
    with pytest.raises(InvalidInput, match=f"{name}: is not on 2026-01-17 in Asia/Tokyo"):
        amount(Convention.SECONDS, part, JANUARY, **{name: late, "time_zone": "Asia/Tokyo"})


def test_a_part_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ends before it starts"):
        amount(Convention.ACTUAL_DAYS, period("2026-01-17", "2026-01-16"), JANUARY)
    early, late = (datetime(2026, 1, 17, hour, tzinfo=UTC) for hour in (1, 2))
    with pytest.raises(InvalidInput, match="ends before it starts"):
        amount(Convention.SECONDS, period("2026-01-17", "2026-01-17"), JANUARY, at=late, until=early)


@pytest.mark.parametrize("convention", [each for each in Convention if each is not Convention.NONE])
def test_a_whole_of_no_length_is_refused(convention: Convention) -> None:
    nothing = period("2026-01-17", "2026-01-17")
    with pytest.raises(InvalidInput, match="has no length"):
        amount(convention, nothing, nothing)


@pytest.mark.parametrize(
    ("part", "whole", "days"),
    [
        (("2026-05-23", "2026-06-15"), ("2026-05-15", "2026-06-15"), 22),
        (("2026-06-23", "2026-07-15"), ("2026-06-15", "2026-07-15"), 22),
        (("2026-02-23", "2026-03-15"), ("2026-02-15", "2026-03-15"), 22),
        (("2026-05-15", "2026-05-23"), ("2026-04-23", "2026-05-23"), 8),
        (("2026-01-31", "2026-02-15"), ("2026-01-31", "2026-02-28"), 14),
        (("2026-02-15", "2026-02-28"), ("2026-01-31", "2026-02-28"), 16),
        (("2026-02-28", "2026-03-30"), ("2026-02-28", "2026-03-31"), 30),
        (("2026-03-30", "2026-03-31"), ("2026-02-28", "2026-03-31"), 0),
    ],
)
def test_months_of_30_days(part: tuple[str, str], whole: tuple[str, str], days: int) -> None:
    found = fraction(Convention.THIRTY_DAY_MONTH, period(*part), period(*whole))
    assert found == Fraction(days, 30)


def test_months_may_have_any_fixed_number_of_days() -> None:
    part, whole = period("2026-05-23", "2026-06-15"), period("2026-05-15", "2026-06-15")
    assert fraction(Convention.THIRTY_DAY_MONTH, part, whole, month_days=28) == Fraction(20, 28)
    assert fixed_days(part.start, part.end, 28) == 20


@pytest.mark.parametrize(
    ("start", "end", "month_days", "days"),
    [
        ("2026-01-30", "2026-02-01", 30, 1),
        ("2026-01-31", "2026-02-01", 30, 0),
        ("2026-01-29", "2026-02-01", 28, 0),
        ("2026-01-28", "2026-02-01", 28, 1),
        ("2026-02-28", "2026-03-01", 30, 3),
        ("2026-02-15", "2026-01-15", 30, -30),
    ],
)
def test_days_that_a_fixed_month_has_not_are_worth_nothing(start: str, end: str, month_days: int, days: int) -> None:
    assert fixed_days(date.fromisoformat(start), date.fromisoformat(end), month_days) == days


def test_a_quarter_has_three_fixed_months_and_a_week_has_none() -> None:
    quarter = period("2026-01-31", "2026-04-30")
    assert fraction(Convention.THIRTY_DAY_MONTH, period("2026-03-10", "2026-04-30"), quarter) == Fraction(51, 90)
    week = period("2026-01-05", "2026-01-12")
    assert fraction(Convention.THIRTY_DAY_MONTH, period("2026-01-08", "2026-01-12"), week) == Fraction(4, 7)


def test_fixed_months_reach_outside_of_the_period() -> None:
    whole = period("2026-01-31", "2026-02-28")
    assert fraction(Convention.THIRTY_DAY_MONTH, period("2026-01-31", "2026-03-28"), whole) == 2
    assert fraction(Convention.THIRTY_DAY_MONTH, period("2026-01-01", "2026-02-28"), whole) == 2


def test_months_and_their_parts() -> None:
    year = period("2026-01-01", "2027-01-01")
    assert (
        fraction(Convention.MONTH_FRACTION, period("2026-11-16", "2027-01-01"), year)
        == Fraction(1 + Fraction(16, 31)) / 12
    )
    assert fraction(Convention.MONTH_FRACTION, period("2026-02-01", "2026-03-01"), year) == Fraction(1, 12)
    assert fraction(Convention.ACTUAL_DAYS, period("2026-02-01", "2026-03-01"), year) == Fraction(28, 365)


@pytest.mark.parametrize(
    ("hour", "minute", "days"), [(11, 59, 16), (12, 0, 16), (12, 1, 15)], ids=["before", "at", "after"]
)
def test_whole_days_round_at_noon(hour: int, minute: int, days: int) -> None:
    at = datetime(2026, 1, 16, hour, minute, tzinfo=UTC)
    found = amount(Convention.WHOLE_DAYS, period("2026-01-16", "2026-02-01"), JANUARY, at=at)
    assert found == Decimal(f"{days}.00")


def test_half_a_day_is_always_one() -> None:
    at = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert amount(Convention.WHOLE_DAYS, period("2026-01-15", "2026-02-01"), JANUARY, at=at) == Decimal("17.00")


def test_whole_days_do_not_notice_the_clocks() -> None:
    part = period("2026-03-29", "2026-04-01")
    assert amount(Convention.WHOLE_DAYS, part, MARCH, time_zone="Europe/Berlin") == Decimal("3.00")


def test_without_proration_a_part_is_nothing_and_a_whole_is_all() -> None:
    assert amount(Convention.NONE, period("2026-01-01", "2026-01-31"), JANUARY) == Decimal("0.00")
    assert amount(Convention.NONE, JANUARY, JANUARY) == Decimal("31.00")


def test_the_fraction_is_rounded_as_the_amount_is() -> None:
    part = period("2026-01-01", "2026-01-21")
    assert fraction(Convention.ACTUAL_DAYS, part, JANUARY, rounding="down", precision=1) == Fraction("0.6")
    assert fraction(Convention.ACTUAL_DAYS, part, JANUARY, rounding="up", precision=1) == Fraction("0.7")
    assert fraction(Convention.ACTUAL_DAYS, part, JANUARY, precision=1) == Fraction("0.6")


def test_the_fraction_is_rounded_before_the_price_where_the_policy_says_so() -> None:
    whole = period("2012-02-01", "2012-03-01")
    part = period("2012-02-01", "2012-02-15")
    exact = prorate(Decimal("1000000.00"), part, whole, ProrationPolicy(Convention.ACTUAL_DAYS), "EUR")
    nine = prorate(Decimal("1000000.00"), part, whole, ProrationPolicy(Convention.ACTUAL_DAYS, precision=9), "EUR")
    two = prorate(Decimal("1000000.00"), part, whole, ProrationPolicy(Convention.ACTUAL_DAYS, precision=2), "EUR")
    assert [exact.amount, nine.amount, two.amount] == [Decimal("482758.62"), Decimal("482758.62"), Decimal("480000.00")]
    assert nine.trace.measure.fraction(nine.trace.policy) == Fraction("0.482758621")


@pytest.mark.parametrize(
    ("currency", "places", "found"),
    [("EUR", None, "33.33"), ("JPY", None, "33"), ("KWD", None, "33.333"), ("EUR", 4, "33.3333"), ("EUR", 0, "33")],
)
def test_amounts_have_the_decimals_of_the_currency_or_of_the_policy(
    currency: str, places: int | None, found: str
) -> None:
    policy = ProrationPolicy(Convention.ACTUAL_DAYS, places=places)
    third = prorate(
        Decimal(100), period("2026-01-01", "2026-01-11"), period("2026-01-01", "2026-01-31"), policy, currency
    )
    assert str(third.amount) == found


# The half and what lies a hair beside it, on both sides of zero.
HALVES = {
    "half_up": ("0.13", "0.13", "0.12", "-0.13"),
    "half_even": ("0.12", "0.13", "0.12", "-0.12"),
    "half_down": ("0.12", "0.13", "0.12", "-0.12"),
    "up": ("0.13", "0.13", "0.13", "-0.13"),
    "down": ("0.12", "0.12", "0.12", "-0.12"),
    "ceiling": ("0.13", "0.13", "0.13", "-0.12"),
    "floor": ("0.12", "0.12", "0.12", "-0.13"),
}


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_every_rounding_sees_the_exact_number(rounding: str) -> None:
    hair = Fraction(1, 10**40)
    values = (Fraction(1, 8), Fraction(1, 8) + hair, Fraction(1, 8) - hair, Fraction(-1, 8))
    assert tuple(str(rounded(value, 2, rounding)) for value in values) == HALVES[rounding]


def test_nothing_is_rounded_to_minus_nothing() -> None:
    assert str(rounded(Fraction(-1, 1000), 2, "half_up")) == "0.00"


def test_a_policy_says_all_its_faults_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        ProrationPolicy("actual", "nearest", 13, -1, 0)  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == [
        "convention",
        "rounding",
        "precision",
        "places",
        "month_days",
    ]
    with pytest.raises(InvalidInput, match="precision"):
        ProrationPolicy(Convention.SECONDS, precision=True)


def test_a_price_is_a_finite_decimal() -> None:
    for price in (1, Decimal("NaN")):
        with pytest.raises(InvalidInput, match="price: must be a finite Decimal"):
            prorate(price, JANUARY, JANUARY, ProrationPolicy(Convention.SECONDS), "EUR")  # type: ignore[arg-type]
