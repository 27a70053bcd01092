"""What a customer may ask of a plan: its options, and its price in a currency and cycle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from larabill_billing.catalog.model import Cycle, Option, PlanDefinition, Price, PriceKind
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.privacy import refuse_pan

LONGEST_TEXT: Final = 253
"""The longest host name (RFC 1035, section 2.3.4) fits, and nothing needs more."""


def check_spec(plan: PlanDefinition, spec: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The configuration, checked. Raises `InvalidInput` with every fault; unknown options are refused (B05)."""
    if not isinstance(spec, Mapping):
        raise InvalidInput.one(path, "must be a table of options", spec)
    faults = Faults()
    for name, value in spec.items():
        if name not in plan.options:
            known = ", ".join(sorted(plan.options)) or "none"
            faults.add(join(path, str(name)), f"is not an option of {plan.code}", remedy=f"known are: {known}")
            continue
        try:
            _check_option(plan.options[name], value, join(path, name))
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return dict(spec)


def _check_option(kind: Option, value: object, path: str) -> None:
    if isinstance(kind, tuple):
        if not isinstance(value, str) or value not in kind:
            raise InvalidInput.one(path, "is not a known choice", value, f"one of: {', '.join(kind)}")
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise InvalidInput.one(path, "must be true or false", value)
    elif kind == "integer":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
            raise InvalidInput.one(path, "must be a whole number, 0 to 999999999", value)
    elif not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise InvalidInput.one(path, f"must be one line of text, up to {LONGEST_TEXT} characters", value)
    else:
        refuse_pan(value, path)


def price_for(plan: PlanDefinition, currency: str, cycle: Cycle | None, path: str = "cycle") -> Price:
    """The recurring price, or for no cycle the one-time price. Raises `InvalidInput` naming what there is."""
    kind = PriceKind.ONE_TIME if cycle is None else PriceKind.RECURRING
    for price in plan.prices:
        if price.currency == currency and price.kind is kind and price.cycle is cycle:
            return price
    sold = sorted(
        f"{price.currency} {price.cycle or 'one_time'}" for price in plan.prices if price.kind is not PriceKind.SETUP
    )
    asked = f"{currency} {cycle or 'one_time'}"
    raise InvalidInput.one(path, f"{plan.code} has no such price", asked, f"there are: {', '.join(sold)}")


def setup_price(plan: PlanDefinition, currency: str) -> Price | None:
    """The setup fee, if the plan has one in this currency."""
    for price in plan.prices:
        if price.currency == currency and price.kind is PriceKind.SETUP:
            return price
    return None
