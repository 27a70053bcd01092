"""Percentages of transactions: fees, allowances and limits. The numbers are those of Lago's specifications."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.pricing.models import cents, percentages

from larabill_billing.pricing.model import Percentage
from larabill_billing.pricing.percentage import itemise
from larabill_billing.pricing.rate import rate
from larabill_billing.pricing.rated import explain

ZERO = Decimal(0)


def percentage(**fields: Any) -> Percentage:
    return Percentage(**{name: value if name == "free_events" else Decimal(value) for name, value in fields.items()})


def amount(model: Percentage, *events: int | str) -> Decimal:
    return rate(model, events=[Decimal(event) for event in events], currency="EUR").amount


@pytest.mark.parametrize(
    ("allowance", "running", "quantity", "expected"),
    [
        ({"free_events": 3, "free_amount": 250}, [50, 150, 400], 800, "11.15"),
        ({"free_amount": 250}, [50, 150, 400], 800, "11.15"),
        ({"free_events": 3}, [50, 150, 400], 800, "7.2"),
        ({"free_events": 3, "free_amount": 500}, [50, 150, 400], 800, "7.2"),
        ({"free_events": 5}, [50, 150, 400], 400, "0"),
        ({"free_events": 3, "free_amount": 250}, [50, 150, 400], 0, "0"),
        ({}, [], 800, "18.4"),
    ],
)
def test_the_allowance_that_is_used_up_first_ends_it(
    allowance: dict[str, int], running: list[int], quantity: int, expected: str
) -> None:
    model = percentage(rate="1.3", fixed=2, **allowance)
    events = itemise(Decimal(quantity), 4, [Decimal(each) for each in running])
    assert rate(model, events=events, currency="EUR").amount == Decimal(expected)


LIMITS = {"rate": "2.99", "minimum": "1.75", "maximum": 12}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (percentage(rate="2.99"), "301.691"),
        (percentage(**LIMITS), "16.142"),
        (percentage(**LIMITS, fixed=2), "18.691"),
        (percentage(**LIMITS, free_events=2), "12"),
        (percentage(**LIMITS, free_amount=30), "13.794"),
        (percentage(**LIMITS, free_events=3, free_amount=10000), "2.691"),
    ],
)
def test_limits_hold_for_each_transaction_that_pays(model: Percentage, expected: str) -> None:
    assert amount(model, 10, 80, 10000) == Decimal(expected)


def test_the_guides_fourth_transaction_pays() -> None:
    model = percentage(rate="1.2", fixed="0.10", free_events=3, free_amount=500)
    assert amount(model, 200, 100, 100) == 0
    assert amount(model, 200, 100, 100, 50) == Decimal("0.70")


def test_an_event_that_ends_at_the_free_amount_is_free_and_the_next_one_pays() -> None:
    model = percentage(rate=1, fixed=1, free_amount=100)
    assert amount(model, 60, 40) == 0
    assert amount(model, 60, 40, 100) == 2
    assert amount(model, 60, 41) == Decimal("1.01")


def test_a_quantity_alone_is_one_event_and_none_is_no_event() -> None:
    model = percentage(rate=1, fixed=2)
    assert rate(model, Decimal(50), currency="EUR").amount == Decimal("2.5")
    assert rate(model, ZERO, currency="EUR").amount == 0


def test_a_refund_takes_its_percentage_back_but_never_below_nothing() -> None:
    model = percentage(rate=10)
    assert amount(model, 100, -30) == 7
    assert amount(model, 10, -30) == 0


@given(percentages(), st.lists(cents, max_size=12))
def test_the_parts_account_for_each_event(model: Percentage, events: list[Decimal]) -> None:
    found = rate(model, events=events, currency="EUR")
    counted = {part.unit: part.quantity for part in found.parts}
    capped = counted.get("minimum", ZERO) + counted.get("maximum", ZERO)
    assert counted.get("event", ZERO) + capped <= len(events)
    if not capped:
        assert counted.get("free_amount", ZERO) + counted["percent"] == sum(events)
    if model.free_amount and not model.free_events:
        assert counted.get("free_amount", ZERO) == min(model.free_amount, sum(events))
    if model.free_events and not model.free_amount:
        assert counted.get("free_amount", ZERO) == sum(events[: model.free_events])


@given(st.lists(cents, max_size=8), st.integers(0, 8))
def test_itemised_events_have_the_sum_and_the_running_totals(events: list[Decimal], known: int) -> None:
    running = [sum(events[: end + 1], ZERO) for end in range(min(known, len(events)))]
    found = itemise(sum(events, ZERO), len(events), running)
    if sum(events):
        assert len(found) == len(events)
        assert sum(found) == sum(events)
        assert list(found[: len(running)]) == events[: len(running)]


def test_a_percentage_is_explained_by_what_was_free_and_what_was_limited() -> None:
    model = percentage(**LIMITS, fixed="0.5", free_amount=100)
    found = rate(model, events=[Decimal(each) for each in (100, 10, 80, 10000, 20000)], currency="EUR")
    assert explain(found.to_data()) == (
        "100.00 free, 2.99 % of 80.00, 1 event at 0.50, 1 event at the minimum of 1.75, "
        "2 events at the maximum of 12.00 = 28.642 EUR"
    )
