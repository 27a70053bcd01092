"""Graduated prices of a quantity that changes within the period. The numbers are those of Lago's specifications."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.pricing.models import tiers

from larabill_billing.pricing.changes import rate_changes
from larabill_billing.pricing.exact import rounded
from larabill_billing.pricing.model import Graduated, Tier
from larabill_billing.pricing.rate import rate
from larabill_billing.pricing.rated import explain, recompute
from larabill_core.errors import InvalidInput


def decimals(*numbers: str | int) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def graduated(*levels: tuple[int | None, int, int], flat_at_zero: bool = True) -> Graduated:
    return Graduated(
        tiers=tuple(
            Tier(up_to=None if end is None else Decimal(end), unit_price=Decimal(price), flat=Decimal(flat))
            for end, price, flat in levels
        ),
        flat_at_zero=flat_at_zero,
    )


TWO = graduated((5, 10, 100), (None, 5, 50))
THREE = graduated((5, 10, 100), (15, 5, 50), (None, 2, 0))


@pytest.mark.parametrize(
    ("model", "full", "prorated", "expected"),
    [
        (TWO, (5, 5, 10, -6), ("3.5", "2.66667", 2, "-2.2"), "197.33"),
        (TWO, (), (), "100"),
        (TWO, (2, 5, 10, -6), ("1.4", "2.66667", 2, "-2.2"), "184.33"),
        (TWO, (1, 4, 1, -5, -1), ("0.7097", "1.54839", "0.2258", "-0.80645", "-0.0645"), "165.81"),
        (TWO, (5, -2), ("3.5", -1), "125"),
        (TWO, (4, 2, -3), ("2.8", 1, "-0.6"), "180.5"),
        (TWO, (5, 2, -4, 10), ("3.5", 1, "-1.6", 2), "190"),
        (TWO, (5, -100), (2, "-33.33"), "0"),
        (TWO, (4, -100), ("1.6", "-33.33"), "0"),
        (TWO, (1,), ("0.7",), "107"),
        (graduated((1, 10, 100), (None, 5, 50)), (1,), ("0.7",), "107"),
        (THREE, (2, 5, 10, -6, 4, 60), ("1.4", "2.5", 2, "-2.2", "0.667", 2), "191.34"),
        (THREE, (75,), (75,), "370"),
    ],
)
def test_changes_are_priced_in_the_tiers_that_they_cross(
    model: Graduated, full: tuple[int, ...], prorated: tuple[str | int, ...], expected: str
) -> None:
    found = rate_changes(model, decimals(*full), decimals(*prorated), currency="EUR")
    assert rounded(found.amount, "EUR") == Decimal(expected)
    assert recompute(found.to_data()) == found.amount


changes = st.lists(st.integers(-20, 60).filter(bool).map(Decimal), min_size=1, max_size=8)


@given(tiers(block=False), changes)
def test_no_share_of_a_change_is_lost(levels: tuple[Tier, ...], full: list[Decimal]) -> None:
    kept = [abs(change) for change in full]
    prorated = [change / 3 for change in kept]
    found = rate_changes(Graduated(tiers=levels), kept, prorated, currency="EUR")
    assert abs(sum(part.quantity for part in found.parts) - sum(prorated)) < Decimal("1E-50")
    assert recompute(found.to_data()) == found.amount


@given(tiers(block=False), changes)
def test_changes_that_last_the_whole_period_cost_what_their_sum_costs(
    levels: tuple[Tier, ...], full: list[Decimal]
) -> None:
    model = Graduated(tiers=levels)
    grown = [abs(change) for change in full]
    by_change = rate_changes(model, grown, grown, currency="EUR").amount
    assert by_change == rate(model, sum(grown, Decimal(0)), currency="EUR").amount


@given(tiers(block=False), changes)
def test_changes_never_cost_less_than_nothing(levels: tuple[Tier, ...], full: list[Decimal]) -> None:
    found = rate_changes(Graduated(tiers=levels), full, [change / 7 for change in full], currency="EUR")
    assert recompute(found.to_data()) == found.amount >= 0


def test_thirds_are_said_in_short() -> None:
    found = rate_changes(TWO, decimals(4, 3), decimals(4, 1), currency="EUR")
    assert explain(found.to_data()) == (
        "about 4.333333 units at 10.00 plus 100.00, about 0.666667 units at 5.00 plus 50.00 = about 196.666667 EUR"
    )


def test_shares_that_take_back_more_than_they_gave_leave_the_flats() -> None:
    assert rate_changes(TWO, decimals(6, -1), decimals(1, -2), currency="EUR").amount == 150


def test_nothing_reached_costs_the_first_flat_only_where_the_model_says_so() -> None:
    quiet = graduated((5, 10, 100), (None, 5, 50), flat_at_zero=False)
    assert rate_changes(quiet, [], [], currency="EUR").amount == 0


def test_lists_of_unlike_length_and_blocks_are_refused_at_once() -> None:
    model = Graduated(tiers=(Tier(unit_price=Decimal(1), block=Decimal(10)),))
    with pytest.raises(InvalidInput) as caught:
        rate_changes(model, decimals(1, 2), decimals(1), currency="EUR")
    assert [fault.path for fault in caught.value.faults] == ["prorated", "tiers[0].block"]
