"""Models check themselves, also when they are made in code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from larabill_billing.pricing.model import Flat, Graduated, Package, Percentage, PercentTier, PerUnit, Tier, Volume
from larabill_core.errors import InvalidInput

ONE = Decimal(1)


@pytest.mark.parametrize(
    ("cls", "fields", "expected"),
    [
        (Flat, {"amount": Decimal(-1)}, ["amount: must be at least 0"]),
        (Flat, {"amount": 5}, ["amount: must be a Decimal"]),
        (PerUnit, {"unit_price": Decimal("NaN")}, ["unit_price: must be a finite number"]),
        (PerUnit, {"unit_price": Decimal("1E-13")}, ["unit_price: has more than 12 decimal places"]),
        (Package, {"size": Decimal(0), "price": -ONE}, ["price: must be at least 0", "size: must be more than 0"]),
        (
            Percentage,
            {"rate": -ONE, "free_events": -1, "minimum": Decimal(2), "maximum": ONE},
            [
                "rate: must be at least 0",
                "free_events: must be at least 0",
                "minimum: is more than the maximum",
            ],
        ),
        (Graduated, {"tiers": ()}, ["tiers: must be 1 to 100 tiers"]),
        (
            Graduated,
            {
                "tiers": (
                    Tier(unit_price=-ONE),
                    Tier(up_to=ONE, unit_price=ONE, block=Decimal(0)),
                    Tier(up_to=ONE, unit_price=ONE),
                )
            },
            [
                "tiers[0].unit_price: must be at least 0",
                "tiers[1].block: must be more than 0",
                "tiers[0].up_to: is missing",
                "tiers[2].up_to: must be more than 1, where the tier before it ends",
                "tiers[2].up_to: closes the last tier",
            ],
        ),
        (
            Volume,
            {"tiers": (Tier(up_to=Decimal(0), unit_price=ONE), Tier(unit_price=ONE))},
            ["tiers[0].up_to: must be more than 0"],
        ),
        (Volume, {"tiers": (PercentTier(rate=-ONE),)}, ["tiers[0].rate: must be at least 0"]),
    ],
)
def test_every_fault_is_named(cls: Any, fields: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        cls(**fields)
    assert [f"{fault.path}: {fault.problem}" for fault in caught.value.faults] == expected
