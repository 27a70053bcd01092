"""What a quantity costs under each model."""

from __future__ import annotations

import json
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.billing.pricing.models import models, numbers, prices, quantities, steps, tiers

from larabill_billing.pricing.exact import rounded
from larabill_billing.pricing.model import (
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    PerUnit,
    PricingModel,
    StairStep,
    Step,
    Tier,
    Volume,
)
from larabill_billing.pricing.parse import parse_model
from larabill_billing.pricing.rate import rate
from larabill_billing.pricing.rated import explain, recompute
from larabill_core.errors import InvalidInput

ZERO = Decimal(0)


def amount(model: PricingModel, quantity: Decimal | int | str, **more: Any) -> Decimal:
    return rate(model, Decimal(quantity), currency="EUR", **more).amount


def model_of(code: str, *tiers: Any, **fields: Any) -> PricingModel:
    return parse_model({"model": code, "tiers": list(tiers), **fields}, "", "EUR")


# Lago's ranges 0-10, 11-20, 21+ and its volume ranges, from the specifications of its charge models.
LAGO = model_of(
    "graduated",
    {"from": 0, "up_to": 10, "unit_price": "10", "flat": "2"},
    {"from": 11, "up_to": 20, "unit_price": "5", "flat": "3"},
    {"from": 21, "unit_price": "5", "flat": "3"},
    flat_at_zero=True,
)
LAGO_VOLUME = model_of(
    "volume",
    {"from": 0, "up_to": 100, "unit_price": "2", "flat": "10"},
    {"from": 101, "up_to": 200, "unit_price": "1"},
    {"from": 201, "unit_price": "0.5", "flat": "50"},
    flat_at_zero=True,
)
LAGO_DECIMAL = model_of(
    "graduated",
    {"from": 0, "up_to": "0.1", "unit_price": "10"},
    {"from": "0.1", "up_to": 1, "unit_price": "5"},
    {"from": 1, "unit_price": "2"},
)


@pytest.mark.parametrize(
    ("model", "quantity", "expected"),
    [
        (LAGO, 0, "2"),
        (LAGO, 1, "12"),
        (LAGO, 10, "102"),
        (LAGO, "10.5", "107.5"),
        (LAGO, 11, "110"),
        (LAGO, 21, "163"),
        (LAGO_VOLUME, 0, "10"),
        (LAGO_VOLUME, -5, "0"),
        (LAGO_VOLUME, 100, "210"),
        (LAGO_VOLUME, "100.5", "100.5"),
        (LAGO_VOLUME, 200, "200"),
        (LAGO_VOLUME, 300, "200"),
        (LAGO_DECIMAL, "0.05", "0.5"),
        (LAGO_DECIMAL, "0.5", "3"),
    ],
)
def test_tiers_end_inclusively_and_fractions_lie_in_the_upper_one(
    model: PricingModel, quantity: Any, expected: str
) -> None:
    assert amount(model, quantity) == Decimal(expected)


# Kill Bill: 10 blocks of 100, 100 of 1000, then blocks of 1000 at half the price.
BLOCKS = ({"block": 100, "blocks": 10, "unit_price": "1"}, {"block": 1000, "blocks": 100, "unit_price": "1"})
LAST = {"block": 1000, "unit_price": "0.5"}


@pytest.mark.parametrize(
    ("code", "quantity", "expected"),
    [
        ("graduated", 5325, "15"),
        ("volume", 1000, "10"),
        ("volume", 101_000, "101"),
        ("volume", 101_001, "51"),
        ("volume", 300_000, "150"),
    ],
)
def test_begun_blocks_count_within_each_tier(code: str, quantity: int, expected: str) -> None:
    assert amount(model_of(code, *BLOCKS, LAST), quantity) == Decimal(expected)


@given(tiers(flat=False, block=False), quantities, quantities)
def test_graduated_without_flats_and_blocks_is_continuous_and_never_falls(
    levels: tuple[Tier, ...], one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    model = Graduated(tiers=levels)
    dearest = max(tier.unit_price for tier in levels)
    rise = amount(model, high) - amount(model, low)
    assert 0 <= rise <= dearest * (high - low)


@given(tiers(), quantities, quantities)
def test_graduated_never_falls_with_flats_and_blocks(levels: tuple[Tier, ...], one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert amount(Graduated(tiers=levels), low) <= amount(Graduated(tiers=levels), high)


@given(tiers(block=False), quantities)
def test_graduated_parts_hold_the_whole_quantity(levels: tuple[Tier, ...], quantity: Decimal) -> None:
    parts = rate(Graduated(tiers=levels), quantity, currency="EUR").parts
    assert sum(part.quantity for part in parts) == quantity
    ends = [tier.up_to for tier in levels]
    for part, below, end in zip(parts, [ZERO, *ends], ends, strict=False):
        assert end is None or part.quantity <= end - (below or ZERO)


@given(tiers(), quantities.filter(bool))
def test_volume_prices_all_at_the_tier_that_holds_the_quantity(levels: tuple[Tier, ...], quantity: Decimal) -> None:
    (part,) = rate(Volume(tiers=levels), quantity, currency="EUR").parts
    below = ZERO
    for tier in levels:
        if below < quantity and (tier.up_to is None or quantity <= tier.up_to):
            assert (part.unit_price, part.flat) == (tier.unit_price, tier.flat)
            assert part.quantity == quantity if tier.block is None else part.quantity * tier.block >= quantity
            return
        below = tier.up_to or below
    raise AssertionError("no tier holds the quantity")


@given(steps(), quantities.filter(bool))
def test_a_stair_step_costs_its_price_whatever_lies_on_it(levels: tuple[Step, ...], quantity: Decimal) -> None:
    found = next(step for step in levels if step.up_to is None or step.up_to >= quantity)
    assert amount(StairStep(tiers=levels), quantity) == found.flat


@given(st.integers(1, 500), quantities, quantities, prices)
def test_packages_are_the_fewest_that_hold_what_is_not_free(
    size: int, free: Decimal, quantity: Decimal, price: Decimal
) -> None:
    model = Package(size=Decimal(size), price=price, free_units=free)
    bought = rate(model, quantity, currency="EUR").parts[-1].quantity
    paid = max(quantity - free, ZERO)
    assert bought == int(bought) and bought * size >= paid and (bought - 1) * size < paid
    assert amount(model, quantity) == bought * price


@pytest.mark.parametrize(
    ("quantity", "free", "expected"), [(121, 0, 1300), (121, 10, 1200), (121, 200, 0), (201, 101, 1000)]
)
def test_a_begun_package_is_a_package(quantity: int, free: int, expected: int) -> None:
    assert amount(Package(size=Decimal(10), price=Decimal(100), free_units=Decimal(free)), quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"), [(0, "0"), (1, "200.01"), (10, "200.1"), (11, "500.12"), (21, "900.33")]
)
def test_graduated_percentages_take_each_tiers_share(quantity: int, expected: str) -> None:
    model = model_of(
        "graduated_percentage",
        {"up_to": 10, "rate": "1", "flat": "200"},
        {"up_to": 20, "rate": "2", "flat": "300"},
        {"rate": "3", "flat": "400"},
    )
    assert isinstance(model, GraduatedPercentage)
    assert amount(model, quantity) == Decimal(expected)


@given(models())
def test_nothing_costs_nothing_unless_the_model_says_so(model: PricingModel) -> None:
    found = amount(model, 0)
    if isinstance(model, Flat):
        assert found == model.amount
    elif getattr(model, "flat_at_zero", False):
        assert found == model.tiers[0].flat  # type: ignore[union-attr]
    else:
        assert found == 0


@example(PerUnit(unit_price=Decimal("34.000000000001")), Decimal("295.000000000001"), Decimal(0))
@given(models(), st.one_of(quantities, quantities.map(lambda number: -number)), quantities)
def test_the_trace_alone_gives_the_amount_which_is_never_negative(
    model: PricingModel, quantity: Decimal, billed: Decimal
) -> None:
    found = rate(model, quantity, currency="EUR", already_billed=billed)
    trace = json.loads(json.dumps(found.to_data()))
    assert recompute(trace) == found.amount == Decimal(trace["amount"]) >= 0
    assert found.amount == max(sum((part.amount for part in found.parts), ZERO) - billed, ZERO)
    for part in found.parts:
        assert part.amount == part.quantity * part.unit_price + part.flat
    assert explain(trace).endswith(" EUR")


@given(models(), quantities, quantities)
def test_what_was_billed_and_the_difference_are_the_whole(
    model: PricingModel, quantity: Decimal, more: Decimal
) -> None:
    first = amount(model, quantity)
    then = amount(model, quantity + more, already_billed=first)
    assert then == max(amount(model, quantity + more) - first, ZERO)


def test_a_block_bill_takes_off_what_was_billed() -> None:
    model = Graduated(tiers=(Tier(block=Decimal(100), unit_price=Decimal(1)),))
    found = rate(model, currency="EUR", events=[Decimal(130), Decimal(271)], already_billed=Decimal(1))
    assert found.amount == 4
    assert explain(found.to_data()) == "5 blocks of 100 at 1.00, less 1.00 already billed = 4.00 EUR"


def test_prorated_units_are_billed_in_the_tier_of_the_full_ones() -> None:
    assert amount(LAGO_VOLUME, "198.6", reached=Decimal(300)) == Decimal("149.3")
    assert amount(LAGO_VOLUME, "198.6") == Decimal("198.6")


@given(numbers(), numbers(most=10**14))
def test_no_digit_is_lost_whatever_the_threads_context(price: Decimal, quantity: Decimal) -> None:
    with localcontext(Context(prec=5)):
        found = amount(PerUnit(unit_price=price), quantity)
        tiered = amount(Graduated(tiers=(Tier(unit_price=price),)), quantity)
    with localcontext(Context(prec=100)):
        assert found == tiered == price * quantity


@pytest.mark.parametrize(
    ("exact", "currency", "expected"),
    [("0.005", "EUR", "0.01"), ("0.0049", "EUR", "0.00"), ("10.5", "JPY", "11"), ("0.0005", "KWD", "0.001")],
)
def test_an_amount_is_rounded_once_half_up_to_its_currency(exact: str, currency: str, expected: str) -> None:
    assert str(rounded(Decimal(exact), currency)) == expected


def test_rounding_never_leaves_a_negative_zero_and_takes_other_modes() -> None:
    assert str(rounded(Decimal("-0.001"), "EUR")) == "0.00"
    assert str(rounded(Decimal("0.009"), "EUR", "ROUND_DOWN")) == "0.00"


def test_neither_quantity_nor_events_is_refused() -> None:
    with pytest.raises(InvalidInput, match="quantity: is missing"):
        rate(PerUnit(unit_price=Decimal(1)), currency="EUR")


@pytest.mark.parametrize(
    ("model", "quantity", "sentence"),
    [
        (
            model_of("graduated", {"up_to": 10, "unit_price": "1.5"}, {"unit_price": "1"}),
            12,
            "10 units at 1.50, 2 units at 1.00 = 17.00 EUR",
        ),
        (LAGO, 11, "10 units at 10.00 plus 2.00, 1 unit at 5.00 plus 3.00 = 110.00 EUR"),
        (Flat(amount=Decimal(5)), 3, "5.00 = 5.00 EUR"),
        (PerUnit(unit_price=Decimal("0.000001")), 7, "7 units at 0.000001 = 0.000007 EUR"),
        (StairStep(tiers=(Step(flat=Decimal(90)),)), 11, "11 units for 90.00 = 90.00 EUR"),
        (
            Package(size=Decimal(10), price=Decimal(100), free_units=Decimal(1)),
            12,
            "1 unit free, 2 packages of 10 at 100.00 = 200.00 EUR",
        ),
        (model_of("graduated_percentage", {"rate": "1.2", "flat": "3"}), 50, "1.2 % of 50.00 plus 3.00 = 3.60 EUR"),
    ],
)
def test_a_trace_is_said_in_a_sentence(model: PricingModel, quantity: int, sentence: str) -> None:
    assert explain(rate(model, Decimal(quantity), currency="EUR").to_data()) == sentence
