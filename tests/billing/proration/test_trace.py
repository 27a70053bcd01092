"""From the trace alone the amount is reckoned again, and said in a sentence."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.billing.proration.test_prorate import PERIODS, POLICIES, moments

from larabill_billing.periods.schedule import Period
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.prorate import prorate, share, split
from larabill_billing.proration.trace import Trace, explain, recompute
from larabill_core.errors import InvalidInput
from larabill_core.testing.strategies import amounts, zones

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
SECOND_HALF = Period(date(2026, 1, 16), date(2026, 2, 1))


def trace(
    convention: Convention = Convention.ACTUAL_DAYS, part: Period = SECOND_HALF, **settings: Any
) -> dict[str, Any]:
    policy = ProrationPolicy(convention, **settings)
    return prorate(Decimal("31.00"), part, JANUARY, policy, "EUR").trace.to_data()


@settings(max_examples=500, deadline=None)
@given(moments(), POLICIES, amounts("EUR"))
def test_the_trace_recomputes_the_amount(moment: dict[str, Any], policy: ProrationPolicy, price: Decimal) -> None:
    found = prorate(price, policy=policy, currency="EUR", **moment)
    data = json.loads(json.dumps(found.trace.to_data()))
    assert recompute(data) == found.amount == Decimal(data["result"])
    assert Trace.from_data(data).to_data() == data
    assert f"{found.amount:f} EUR" in explain(data)


@settings(max_examples=200, deadline=None)
@given(PERIODS, zones(), POLICIES, amounts("KWD"), st.integers(0, 400))
def test_the_trace_of_a_split_part_recomputes_it(
    whole: Period, zone: str, policy: ProrationPolicy, price: Decimal, cut: int
) -> None:
    middle = date.fromordinal(whole.start.toordinal() + min(cut, whole.days))
    parts = [Period(whole.start, middle), Period(middle, whole.end)]
    for part in split(price, parts, whole, policy, "KWD", time_zone=zone):
        assert recompute(json.loads(json.dumps(part.trace.to_data()))) == part.amount


@given(POLICIES, amounts("JPY"), st.integers(0, 100), st.integers(1, 100))
def test_the_trace_of_a_share_recomputes_it(policy: ProrationPolicy, price: Decimal, counted: int, of: int) -> None:
    found = share(price, counted, of, policy, "JPY")
    assert recompute(found.trace.to_data()) == found.amount


def test_the_trace_is_plain_data() -> None:
    assert trace() == {
        "rule": "actual-days",
        "price": "31.00",
        "currency": "EUR",
        "counted": "16",
        "of": "31",
        "unit": "days",
        "fraction": "16/31",
        "precision": None,
        "rounding": "half_up",
        "places": 2,
        "result": "16.00",
        "part": ["2026-01-16", "2026-02-01"],
        "whole": ["2026-01-01", "2026-02-01"],
    }


def test_instants_are_in_the_trace_so_that_later_rules_of_a_zone_change_nothing() -> None:
    policy = ProrationPolicy(Convention.SECONDS)
    at = datetime(2026, 1, 16, 12, tzinfo=UTC)
    part = Period(date(2026, 1, 16), date(2026, 2, 1))
    data = prorate(Decimal("31.00"), part, JANUARY, policy, "EUR", at=at, time_zone="Europe/Berlin").trace.to_data()
    assert data["part_at"] == ["2026-01-16T12:00:00Z", "2026-01-31T23:00:00Z"]
    assert data["whole_at"] == ["2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z"]


@pytest.mark.parametrize(
    ("change", "amount"),
    [
        ({"result": "99.00"}, "16.00"),
        ({"counted": "1"}, "16.00"),
        ({"price": "62.00"}, "32.00"),
        ({"part": ["2026-01-01", "2026-01-02"]}, "1.00"),
        ({"rule": "thirty-day-month", "month_days": 30}, "15.50"),
        ({"places": 0, "price": "30.00", "rounding": "floor"}, "15"),
        ({"before": "6.00"}, "10.00"),
    ],
)
def test_what_is_recomputed_comes_from_the_inputs_and_the_rule(change: dict[str, Any], amount: str) -> None:
    assert recompute({**trace(), **change}) == Decimal(amount)


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "by-feeling"},
        {"price": "many"},
        {"part": "2026-01-16"},
        {"part": ["2026-01-16"]},
        {"part": ["16.1.2026", "2026-02-01"]},
        {"rounding": None},
        {"precision": "9"},
        {"currency": "XXX"},
        {"rule": "seconds"},
    ],
)
def test_what_is_no_trace_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        recompute({**trace(), **change})
    with pytest.raises(InvalidInput, match="is not that of a proration"):
        recompute({name: value for name, value in trace().items() if name not in ("part", "counted")} | {"whole": None})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (trace(), "16 of 31 days (2026-01-16 to 2026-01-31) of 31.00 EUR = 16.00 EUR, actual days, rounded half up"),
        (
            trace(Convention.INCLUSIVE_DAYS, Period(date(2026, 1, 1), date(2026, 1, 20))),
            "20 of 31 days (2026-01-01 to 2026-01-20) of 31.00 EUR = 20.00 EUR, inclusive days, rounded half up",
        ),
        (
            trace(Convention.SECONDS, rounding="half_even"),
            "1,382,400 of 2,678,400 seconds (2026-01-16T00:00:00Z to 2026-02-01T00:00:00Z) of 31.00 EUR = 16.00 EUR, "
            "seconds, rounded half even",
        ),
        (
            trace(Convention.THIRTY_DAY_MONTH, rounding="down"),
            "15 of 30 days (2026-01-16 to 2026-01-31) of 31.00 EUR = 15.50 EUR, months of 30 days, "
            "rounded down, towards zero",
        ),
        (
            trace(Convention.MONTH_FRACTION, precision=4),
            "16/31 of 1 month (2026-01-16 to 2026-01-31) of 31.00 EUR = 16.00 EUR, month fraction, fraction 0.5161, "
            "rounded half up",
        ),
        (
            trace(Convention.NONE),
            "0 of 1 period (2026-01-16 to 2026-01-31) of 31.00 EUR = 0.00 EUR, parts are not prorated, rounded half up",
        ),
        (
            share(Decimal("200.00"), 8, 28, ProrationPolicy(Convention.ACTUAL_DAYS, places=4), "USD").trace.to_data(),
            "8 of 28 days of 200.00 USD = 57.1429 USD, actual days, rounded half up",
        ),
        (
            {**trace(), "before": "6.00"},
            "16 of 31 days (2026-01-16 to 2026-01-31) of 31.00 EUR = 10.00 EUR, actual days, rounded half up, "
            "less 6.00 EUR for the parts before",
        ),
    ],
)
def test_the_trace_says_itself_in_a_sentence(data: dict[str, Any], sentence: str) -> None:
    assert explain(data) == sentence
