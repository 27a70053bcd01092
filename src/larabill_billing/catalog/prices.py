"""Which of a plan's prices holds: pure look-ups, used for orders, renewals and changes alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from larabill_billing.catalog.model import OptionKind, PlanDefinition, Price, PriceKind, UsagePrice
from larabill_billing.periods.cycle import Cycle
from larabill_core.errors import InvalidInput


@attrs.frozen(kw_only=True)
class PricedOption:
    """A configured option that costs something: `quantity` units of it for each unit of the plan."""

    name: str
    label: str
    quantity: int
    unit_price: Decimal


def price_for(plan: PlanDefinition, currency: str, cycle: Cycle | None, path: str = "cycle", *, nth: int = 0) -> Price:
    """The recurring price of the `nth` cycle (from 0: phases come first), or for no cycle the one-time price.

    Raises `InvalidInput` naming what there is.
    """
    for phase in plan.phases if cycle is not None else ():
        if nth < phase.cycles:
            found = _price(phase.prices, currency, PriceKind.RECURRING, cycle)
            if found is not None:
                return found
            break
        nth -= phase.cycles
    found = _price(plan.prices, currency, PriceKind.ONE_TIME if cycle is None else PriceKind.RECURRING, cycle)
    if found is not None:
        return found
    sold = sorted(
        f"{price.currency} {price.cycle or 'one_time'}" for price in plan.prices if price.kind is not PriceKind.SETUP
    )
    asked = f"{currency} {cycle or 'one_time'}"
    raise InvalidInput.one(path, f"{plan.code} has no such price", asked, f"there are: {', '.join(sold)}")


def setup_price(plan: PlanDefinition, currency: str) -> Price | None:
    """The setup fee, if the plan has one in this currency."""
    return _price(plan.prices, currency, PriceKind.SETUP, None)


def usage_prices(plan: PlanDefinition, currency: str) -> tuple[UsagePrice, ...]:
    """What use costs in this currency."""
    return tuple([price for price in plan.usage if price.currency == currency])


def option_prices(
    plan: PlanDefinition, currency: str, cycle: Cycle, spec: Mapping[str, Any]
) -> tuple[PricedOption, ...]:
    """The configured options that cost something in this currency and cycle, by name.

    A number costs its unit price for each one, a switch when it is on, a choice what that choice costs.
    """
    priced = []
    for name in sorted(spec):
        option, value = plan.options.get(name), spec[name]
        if option is None or not option.prices:
            continue
        choice = value if option.kind is OptionKind.CHOICE else ""
        quantity = value if option.kind is OptionKind.INTEGER else int(bool(value))
        for price in option.prices:
            if (price.currency, price.cycle, price.choice) == (currency, cycle, choice) and quantity:
                label = f"{name} {choice}".rstrip()
                priced.append(PricedOption(name=name, label=label, quantity=quantity, unit_price=price.unit_price))
    return tuple(priced)


def _price(prices: Sequence[Price], currency: str, kind: PriceKind, cycle: Cycle | None) -> Price | None:
    for price in prices:
        if price.currency == currency and price.kind is kind and price.cycle == cycle:
            return price
    return None
