"""Minimum commitments, allowances and prepaid units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.pricing.models import cents, models, quantities

from larabill_billing.pricing.commitment import draw, rate_beyond, true_up
from larabill_billing.pricing.model import PerUnit, PricingModel
from larabill_billing.pricing.rate import rate
from larabill_billing.pricing.rated import explain, recompute
from larabill_core.errors import InvalidInput


@pytest.mark.parametrize(
    ("minimum", "used", "days", "of", "expected"),
    [
        ("10.00", "8.00", 25, 28, "0.93"),
        ("100.00", "70.00", 25, 28, "19.29"),
        ("100", "50", 1, 1, "50"),
        ("100", "100", 1, 1, "0"),
        ("100", "130", 1, 1, "0"),
        ("100", "0", 0, 31, "0"),
    ],
)
def test_a_minimum_is_made_up_for_its_share_of_the_period(
    minimum: str, used: str, days: int, of: int, expected: str
) -> None:
    found = true_up(Decimal(minimum), Decimal(used), currency="EUR", days=days, days_in_period=of)
    assert found.amount == Decimal(expected)
    assert recompute(found.to_data()) == found.amount


@given(cents, cents)
def test_usage_and_true_up_are_the_minimum_or_the_usage(minimum: Decimal, used: Decimal) -> None:
    assert used + true_up(minimum, used, currency="EUR").amount == max(minimum, used)


def test_a_true_up_is_explained() -> None:
    found = true_up(Decimal(100), Decimal("30.5"), currency="EUR")
    assert explain(found.to_data()) == "1 minimum commitment of 100.00, less 30.50 already billed = 69.50 EUR"


@pytest.mark.parametrize(("days", "of"), [(-1, 28), (29, 28), (0, 0)])
def test_days_outside_the_period_are_refused(days: int, of: int) -> None:
    with pytest.raises(InvalidInput, match="days: must be 0 to the"):
        true_up(Decimal(1), Decimal(0), currency="EUR", days=days, days_in_period=of)


@given(quantities, quantities)
def test_drawn_units_are_covered_or_overage_and_none_appear(used: Decimal, available: Decimal) -> None:
    found = draw(used, available)
    assert found.covered + found.overage == used
    assert found.covered + found.left == available
    assert found.overage == 0 or found.left == 0


def test_negative_units_are_none() -> None:
    assert draw(Decimal(-3), Decimal(-2)) == (0, 0, 0, 0)


@given(models(), quantities, quantities, quantities)
def test_units_beyond_what_is_included_and_prepaid_are_priced_from_the_first_tier(
    model: PricingModel, quantity: Decimal, included: Decimal, prepaid: Decimal
) -> None:
    found = rate_beyond(model, quantity, currency="EUR", included=included, prepaid=prepaid)
    overage = max(quantity - included - prepaid, Decimal(0))
    assert found.amount == rate(model, overage, currency="EUR").amount
    assert recompute(found.to_data()) == found.amount
    covered = sum(part.quantity for part in found.parts if part.unit in ("included", "prepaid"))
    assert covered + overage == quantity


@given(st.integers(0, 50))
def test_an_allowance_is_shown_beside_the_overage(over: int) -> None:
    model = PerUnit(unit_price=Decimal("0.5"))
    found = rate_beyond(model, Decimal(140 + over), currency="EUR", included=Decimal(100), prepaid=Decimal(40))
    units = "unit" if over == 1 else "units"
    total = f"{Decimal(over) / 2:.2f}"
    sentence = f"100 units included, 40 units prepaid, {over} {units} at 0.50 = {total} EUR"
    assert explain(found.to_data()) == sentence


def test_what_was_billed_is_taken_off_beyond_the_allowance() -> None:
    model = PerUnit(unit_price=Decimal(1))
    found = rate_beyond(model, Decimal(15), currency="EUR", included=Decimal(10), already_billed=Decimal(2))
    assert found.amount == 3
