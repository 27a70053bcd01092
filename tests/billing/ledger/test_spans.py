"""An amount spread over days adds up to itself, and two days differ by a cent at most."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.ledger.spans import ONE_DAY, Span, spread
from larabill_core.money import exponent

START = date(2026, 1, 31)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
UNITS = st.integers(-(10**12), 10**12).filter(bool)
DAYS = st.integers(1, 800)


def _each_day(span: Span) -> list[Decimal]:
    days = (span.ends_on - span.starts_on).days
    return [span.between(span.starts_on + ONE_DAY * n, span.starts_on + ONE_DAY * (n + 1)) for n in range(days)]


@given(UNITS, DAYS, CURRENCIES)
def test_days_add_up_to_the_amount_to_the_cent(units: int, days: int, currency: str) -> None:
    amount = Decimal(units).scaleb(-exponent(currency))
    span = spread(amount, START, START + timedelta(days=days), currency)
    each = _each_day(span)
    unit = Decimal(1).scaleb(-exponent(currency))
    assert sum(each) == span.between(date.min, date.max) == amount
    assert max(each) - min(each) <= unit
    assert all(part % unit == 0 for part in each)
    assert sorted(each, key=abs, reverse=True) == each


@given(UNITS, DAYS, CURRENCIES, st.integers(-5, 810), st.integers(-5, 810))
def test_any_days_are_worth_what_each_of_them_is(units: int, days: int, currency: str, one: int, other: int) -> None:
    span = spread(Decimal(units).scaleb(-exponent(currency)), START, START + timedelta(days=days), currency)
    expected = sum([part for n, part in enumerate(_each_day(span)) if one <= n < other], Decimal(0))
    assert span.between(START + ONE_DAY * one, START + ONE_DAY * other) == expected


@given(UNITS, UNITS, DAYS, CURRENCIES)
def test_a_part_given_back_leaves_less_than_nothing_on_no_day(one: int, other: int, days: int, currency: str) -> None:
    whole, part = sorted((abs(one), abs(other)), reverse=True)
    end = START + timedelta(days=days)
    scale = -exponent(currency)
    sold = spread(Decimal(whole).scaleb(scale), START, end, currency)
    back = spread(-Decimal(part).scaleb(scale), START, end, currency)
    for n in range(days + 1):
        day = START + ONE_DAY * n
        assert sold.between(day, end) + back.between(day, end) >= 0


@pytest.mark.parametrize(
    ("amount", "days", "currency", "first", "steps", "daily"),
    [
        ("10.00", 3, "EUR", "3.34", 1, "3.33"),
        ("10.00", 4, "EUR", "2.50", 0, "2.50"),
        ("-0.02", 5, "EUR", "-0.01", 2, "0"),
        ("100", 31, "JPY", "4", 7, "3"),
        ("1.000", 30, "KWD", "0.034", 10, "0.033"),
    ],
)
def test_the_first_days_have_what_is_left_over(
    amount: str, days: int, currency: str, first: str, steps: int, daily: str
) -> None:
    span = spread(Decimal(amount), START, START + timedelta(days=days), currency)
    assert (span.first, (span.steps_on - START).days, span.daily) == (Decimal(first), steps, Decimal(daily))
