"""What a customer may ask of a plan: its options, and its price in a currency and cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from larabill_billing.catalog.model import Cycle, PlanDefinition, Price


def check_spec(plan: PlanDefinition, spec: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The configuration, checked. Raises `InvalidInput` with every fault; unknown options are refused (B05)."""
    raise NotImplementedError


def price_for(plan: PlanDefinition, currency: str, cycle: Cycle | None, path: str = "cycle") -> Price:
    """The recurring price, or for no cycle the one-time price. Raises `InvalidInput` naming what there is."""
    raise NotImplementedError


def setup_price(plan: PlanDefinition, currency: str) -> Price | None:
    """The setup fee, if the plan has one in this currency."""
    raise NotImplementedError
