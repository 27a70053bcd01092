"""Pricing models in data: there and back, and every fault of a table at once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from tests.billing.pricing.models import models

from larabill_billing.pricing.model import (
    Flat,
    Graduated,
    Package,
    Percentage,
    PerUnit,
    PricingModel,
    StairStep,
    Step,
    Tier,
    Volume,
)
from larabill_billing.pricing.parse import parse_model, to_data
from larabill_core.errors import InvalidInput


def faults(data: object, currency: str = "EUR") -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_model(data, "prices.EUR", currency)
    return [f"{fault.path.removeprefix('prices.EUR').lstrip('.')}: {fault.problem}" for fault in caught.value.faults]


def graduated(*tiers: Any) -> dict[str, Any]:
    return {"model": "graduated", "tiers": list(tiers)}


@given(models())
def test_a_model_comes_back_from_its_data(model: PricingModel) -> None:
    stored = json.loads(json.dumps(to_data(model)))
    assert parse_model(stored, "", "EUR") == model


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ({"model": "flat", "amount": "5.00"}, Flat(amount=Decimal(5))),
        ({"model": "per_unit", "unit_price": "0.000000000001"}, PerUnit(unit_price=Decimal("1E-12"))),
        (
            graduated({"up_to": 10, "unit_price": "1.5", "flat": "2"}, {"unit_price": 1}),
            Graduated(
                tiers=(
                    Tier(up_to=Decimal(10), unit_price=Decimal("1.5"), flat=Decimal(2)),
                    Tier(unit_price=Decimal(1)),
                )
            ),
        ),
        (
            {
                "model": "volume",
                "flat_at_zero": True,
                "tiers": [
                    {"block": 100, "blocks": 10, "unit_price": "1"},
                    {"block": 1000, "blocks": 100, "unit_price": "1"},
                    {"block": 1000, "unit_price": "0.5"},
                ],
            },
            Volume(
                flat_at_zero=True,
                tiers=(
                    Tier(up_to=Decimal(1000), block=Decimal(100), unit_price=Decimal(1)),
                    Tier(up_to=Decimal(101_000), block=Decimal(1000), unit_price=Decimal(1)),
                    Tier(block=Decimal(1000), unit_price=Decimal("0.5")),
                ),
            ),
        ),
        (
            {"model": "stair_step", "tiers": [{"up_to": 10, "flat": "50"}, {"flat": "90"}]},
            StairStep(tiers=(Step(up_to=Decimal(10), flat=Decimal(50)), Step(flat=Decimal(90)))),
        ),
        (
            {"model": "package", "size": 100, "price": "5", "free_units": 100},
            Package(size=Decimal(100), price=Decimal(5), free_units=Decimal(100)),
        ),
        (
            {"model": "percentage", "rate": "1.2", "fixed": "0.10", "free_events": 3, "minimum": "1", "maximum": "9"},
            Percentage(
                rate=Decimal("1.2"),
                fixed=Decimal("0.1"),
                free_events=3,
                minimum=Decimal(1),
                maximum=Decimal(9),
            ),
        ),
    ],
)
def test_a_table_is_read(table: object, model: PricingModel) -> None:
    assert parse_model(table, "p", "EUR") == model


@pytest.mark.parametrize(("first", "second"), [(0, 10), (1, 11), (0, 11), ("0", "10")])
def test_ranges_that_meet_are_taken_with_both_ways_of_counting(first: object, second: object) -> None:
    table = graduated({"from": first, "up_to": 10, "unit_price": "1"}, {"from": second, "unit_price": "1"})
    assert parse_model(table, "p", "EUR") == parse_model(
        graduated({"up_to": 10, "unit_price": "1"}, {"unit_price": "1"}), "p", "EUR"
    )


def test_decimal_ranges_meet_only_where_the_one_before_ends() -> None:
    low, high = {"from": 0, "up_to": "0.1", "unit_price": "1"}, {"from": "1.1", "unit_price": "1"}
    assert faults(graduated(low, high)) == ["tiers[1].from: leaves a gap"]
    parse_model(graduated(low, {**high, "from": "0.1"}), "p", "EUR")


def test_all_faults_of_tiers_are_told_at_once_by_path() -> None:
    assert faults(
        graduated(
            {"up_to": 10, "unit_price": "-1"},
            {"from": 12, "up_to": 5, "unit_price": 0.5, "flat": "1.234", "colour": "red"},
            {"unit_price": "1"},
            {"up_to": "30", "unit_price": "0.0000000000001"},
            7,
            {"from": 25, "up_to": 40},
            {"block": 10, "blocks": 2, "up_to": 90, "unit_price": "1"},
            {"blocks": 2, "unit_price": "1"},
            {"block": 0, "blocks": 2, "unit_price": "1"},
            {"block": 1, "blocks": 0, "unit_price": "1"},
            {"up_to": "100", "unit_price": "1"},
        )
    ) == [
        "tiers[0].unit_price: must be at least 0",
        "tiers[1].colour: is not known",
        "tiers[1].unit_price: is a float, which is not exact",
        "tiers[1].flat: has more than 2 decimal places",
        "tiers[1].from: leaves a gap",
        "tiers[3].unit_price: has more than 12 decimal places",
        "tiers[4]: must be a table",
        "tiers[5].unit_price: is missing",
        "tiers[6].blocks: contradicts up_to",
        "tiers[7].block: is missing",
        "tiers[8].block: must be more than 0",
        "tiers[9].blocks: is out of range",
        "tiers[1].up_to: must be more than 10, where the tier before it ends",
        "tiers[2].up_to: is missing",
        "tiers[10].up_to: closes the last tier",
    ]


def test_overlaps_are_told() -> None:
    table = graduated(
        {"up_to": 10, "unit_price": "1"}, {"from": 8, "up_to": 20, "unit_price": "1"}, {"unit_price": "1"}
    )
    assert faults(table) == ["tiers[1].from: overlaps"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (5, [": must be a table"]),
        ({}, ["model: is missing"]),
        ({"model": "volum"}, ["model: is not a pricing model"]),
        ({"model": ["flat"]}, ["model: is not a pricing model"]),
        ({"model": "flat"}, ["amount: is missing"]),
        (
            {"model": "flat", "amount": "1.234", "amuont": 1},
            ["amuont: is not known", "amount: has more than 2 decimal places"],
        ),
        ({"model": "per_unit", "unit_price": True}, ["unit_price: must be a decimal number as text"]),
        ({"model": "graduated"}, ["tiers: is missing"]),
        ({"model": "volume", "tiers": []}, ["tiers: must be 1 to 100 tiers"]),
        ({"model": "volume", "tiers": {}}, ["tiers: must be a list"]),
        (
            {"model": "volume", "tiers": [{"unit_price": "1"}], "flat_at_zero": 1},
            ["flat_at_zero: must be true or false"],
        ),
        ({"model": "stair_step", "tiers": [{"flat": "1", "unit_price": "2"}]}, ["tiers[0].unit_price: is not known"]),
        (
            {"model": "stair_step", "tiers": [{"blocks": 1}]},
            ["tiers[0].blocks: is not known", "tiers[0].flat: is missing"],
        ),
        (
            {"model": "package", "size": 0, "free_units": "-1"},
            ["size: must be more than 0", "price: is missing", "free_units: must be at least 0"],
        ),
        (
            {"model": "percentage", "rate": "1", "minimum": "3", "maximum": "2", "free_events": -1},
            ["free_events: is out of range", "minimum: is more than the maximum"],
        ),
    ],
)
def test_faults_of_a_table(table: object, expected: list[str]) -> None:
    assert faults(table) == expected


def test_amounts_that_are_charged_once_have_the_currencys_precision_and_unit_prices_twelve_places() -> None:
    table = graduated({"unit_price": "0.000001", "flat": "0.5"})
    parse_model(table, "p", "EUR")
    assert faults(table, "JPY") == ["tiers[0].flat: has more than 0 decimal places"]


def test_more_tiers_than_anybody_can_read_are_refused() -> None:
    many = [{"up_to": end, "unit_price": "1"} for end in range(1, 101)]
    assert faults(graduated(*many, {"unit_price": "1"})) == ["tiers: must be 1 to 100 tiers"]
    assert len(parse_model(graduated(*many[:99], {"unit_price": "1"}), "p", "EUR").tiers) == 100  # type: ignore[union-attr]
