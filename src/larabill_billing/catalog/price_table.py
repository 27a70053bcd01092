"""The tables of prices in a catalogue file: currencies, and in each of them cycles and kinds of price.

prices.EUR = { monthly = "5.00", 10_days = "2.00", setup = "9.00" }
prices.EUR = { monthly = { model = "graduated", tiers = [{ up_to = 10, unit_price = "2" }, { unit_price = "1" }] } }

An amount is what one unit costs, at the precision of its currency; finer ones stand in the table of a pricing model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from larabill_billing.catalog.model import OptionPrice, Price, PriceKind
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.model import PerUnit, PricingModel
from larabill_billing.pricing.parse import parse_model
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import UNIT_PRICE_PLACES, exponent, parse_currency, parse_decimal

ONCE: Final = (PriceKind.SETUP, PriceKind.ONE_TIME)
_EXAMPLE: Final = 'such as { monthly = "5.00" }'


def parse_prices(value: object, path: str) -> tuple[Price, ...]:
    """What a plan costs in each currency. Raises `InvalidInput` with every fault."""
    faults = Faults()
    prices: list[Price] = []
    for currency, table, where in _currencies(value, path, faults):
        recurring = [key for key in table if key not in ONCE]
        if "one_time" in table and recurring:
            faults.add(where, "has a one-time and a recurring price", remedy="make two plans of it")
        if list(table) == ["setup"]:
            remedy = 'name it one_time, or add a cycle such as monthly = "5.00"'
            faults.add(where, "has a setup fee only", remedy=remedy)
        for key, price, place in _entries(table, where, faults, *ONCE):
            model = _model(price, currency, place, faults)
            if model is not None:
                kind = PriceKind.RECURRING if isinstance(key, Cycle) else PriceKind(key)
                cycle = key if isinstance(key, Cycle) else None
                prices.append(Price(currency=currency, kind=kind, cycle=cycle, model=model))
    faults.raise_if_any()
    return tuple(prices)


def parse_phase_prices(value: object, path: str) -> tuple[Price, ...]:
    """What a phase costs in each currency and cycle. Raises `InvalidInput` with every fault."""
    faults = Faults()
    prices: list[Price] = []
    for currency, table, where in _currencies(value, path, faults):
        for cycle, price, place in _entries(table, where, faults):
            model = _model(price, currency, place, faults)
            if model is not None:
                prices.append(Price(currency=currency, kind=PriceKind.RECURRING, cycle=Cycle(cycle), model=model))
    faults.raise_if_any()
    return tuple(prices)


def parse_option_prices(
    value: object, path: str, *, choice: str = "", places: int | None = None
) -> tuple[OptionPrice, ...]:
    """What one unit of an option costs in each currency and cycle, at `places` or the currency's precision.

    Raises `InvalidInput` with every fault.
    """
    faults = Faults()
    prices: list[OptionPrice] = []
    for currency, table, where in _currencies(value, path, faults):
        for cycle, price, place in _entries(table, where, faults):
            try:
                amount = parse_amount(price, place, exponent(currency) if places is None else places)
            except InvalidInput as problem:
                faults.include(problem)
                continue
            prices.append(OptionPrice(currency=currency, cycle=Cycle(cycle), unit_price=amount, choice=choice))
    faults.raise_if_any()
    return tuple(prices)


def parse_unit_prices(value: object, path: str) -> dict[str, PricingModel]:
    """What use costs, by currency: a unit price of up to twelve decimals, or the table of a pricing model.

    Raises `InvalidInput` with every fault.
    """
    faults = Faults()
    models: dict[str, PricingModel] = {}
    for currency, price, where in _by_currency(value, path, faults):
        model = _model(price, currency, where, faults, UNIT_PRICE_PLACES)
        if model is not None:
            models[currency] = model
    faults.raise_if_any()
    return models


def parse_amounts(value: object, path: str) -> dict[str, Decimal]:
    """Amounts by currency. Raises `InvalidInput` with every fault."""
    faults = Faults()
    amounts: dict[str, Decimal] = {}
    for currency, amount, where in _by_currency(value, path, faults):
        try:
            amounts[currency] = parse_amount(amount, where, exponent(currency))
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return amounts


def parse_amount(value: object, path: str, places: int) -> Decimal:
    """A number that is not negative and has at most so many decimals, as text or whole. Raises `InvalidInput`."""
    if isinstance(value, float):
        raise InvalidInput.one(path, "is a float, which is not exact", value, 'quote it: "12.50"')
    return parse_decimal(value, places=places, path=path, minimum=0)


def _by_currency(value: object, path: str, faults: Faults) -> Iterator[tuple[str, Any, str]]:
    """(currency, what stands there, its path) for each currency that there is."""
    if not isinstance(value, Mapping) or not value:
        faults.add(path, "must be a table of currencies", value=value, remedy="such as { EUR = … }")
        return
    for currency, content in value.items():
        where = join(path, currency)
        try:
            parse_currency(currency, where)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        yield currency, content, where


def _currencies(value: object, path: str, faults: Faults) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """(currency, its table of prices, the table's path)."""
    for currency, table, where in _by_currency(value, path, faults):
        if isinstance(table, Mapping) and table:
            yield currency, table, where
        else:
            faults.add(where, "must be a table of prices", value=table, remedy=_EXAMPLE)


def _entries(
    table: Mapping[str, Any], path: str, faults: Faults, *kinds: PriceKind
) -> Iterator[tuple[str, object, str]]:
    """(cycle or one of `kinds`, its price, its path). A cycle that stands there under two names is a fault."""
    first: dict[str, str] = {}
    for key, price in table.items():
        where = join(path, key)
        if key in kinds:
            yield key, price, where
            continue
        try:
            cycle = Cycle(key)
        except InvalidInput as problem:
            fault = problem.faults[0]
            also = f"; also known: {', '.join(kinds)}" if kinds else ""
            faults.add(where, fault.problem, remedy=f"{fault.remedy}{also}")
            continue
        if cycle in first:
            faults.add(where, f"is the same cycle as {first[cycle]}", remedy="keep one of the two")
            continue
        first[cycle] = key
        yield cycle, price, where


def _model(value: object, currency: str, path: str, faults: Faults, places: int | None = None) -> PricingModel | None:
    """The pricing model of an amount or of a table; None after noting its faults."""
    try:
        if isinstance(value, Mapping):
            return parse_model(value, path, currency)
        return PerUnit(unit_price=parse_amount(value, path, exponent(currency) if places is None else places))
    except InvalidInput as problem:
        faults.include(problem)
        return None
