"""Decimal arithmetic that never rounds by itself, and the one rounding of an amount to its currency.

A quantity (15 digits, 12 decimals) times a unit price (the same) has up to 54 digits; the default context keeps 28 and
would round silently. The functions are methods of prepared contexts: they are called for each line of each renewal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from functools import cache
from operator import sub
from typing import Final

from larabill_core.errors import Faults
from larabill_core.money import from_minor

EXACT: Final = Context(prec=120, rounding=ROUND_HALF_UP)
"""Where a function has many operations, it sets this context and uses operators: twice as fast as the functions."""

add: Final[Callable[[Decimal, Decimal], Decimal]] = EXACT.add
subtract: Final[Callable[[Decimal, Decimal], Decimal]] = EXACT.subtract
multiply: Final[Callable[[Decimal, Decimal], Decimal]] = EXACT.multiply
divide: Final[Callable[[Decimal, Decimal], Decimal]] = EXACT.divide
quantize: Final[Callable[[Decimal, Decimal], Decimal]] = EXACT.quantize

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_FINE: Final = Decimal("1E-30")
_FINER: Final = Decimal("1E-60")


@cache
def minor_unit(currency: str) -> Decimal:
    """One of the currency's smallest units: EUR 0.01, JPY 1. Raises `InvalidInput` for an unknown currency."""
    return from_minor(1, currency)


def rounded(amount: Decimal, currency: str, rounding: str | None = None) -> Decimal:
    """`amount` at the currency's precision; half up, or by another constant of the decimal module; never -0.

    What a caller does once, at the end, with the exact amount of a `Rated`.
    """
    unit = minor_unit(currency)
    result = quantize(amount, unit) if rounding is None else amount.quantize(unit, rounding, EXACT)
    return result if result else ZERO.quantize(unit)


def total(numbers: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 of none."""
    result = ZERO
    for number in numbers:
        result = add(result, number)
    return result


def whole_up(number: Decimal, of: Decimal) -> Decimal:
    """How many whole `of` it takes to hold `number`."""
    return divide(number, of).to_integral_value(rounding=ROUND_CEILING)


def percent(rate: Decimal) -> Decimal:
    """A rate in percent as a factor: 19 is 0.19."""
    return divide(rate, _HUNDRED)


def spread(exact: Sequence[Decimal], whole: Decimal, unit: Decimal) -> list[Decimal]:
    """`exact` amounts rounded to `unit` such that they add up to `whole`, which is their sum, rounded.

    The method is that of largest remainders, the earlier position first: no amount is a unit or more away from its
    exact one, and an amount that is whole already stays as it is. Fractions without end are to be `settled` before, or
    equal ones are not equal. To be called in the context EXACT.
    """
    parts = [amount.quantize(unit) for amount in exact]
    return level(exact, parts, whole - sum(parts, ZERO), unit)


def level(exact: Sequence[Decimal], parts: list[Decimal], missing: Decimal, unit: Decimal) -> list[Decimal]:
    """The `parts`, each rounded half up, with the units added or taken that are `missing`. As `spread`."""
    if missing:
        rests = list(map(sub, exact, parts))
        while missing > ZERO:
            index = rests.index(max(rests))
            parts[index] += unit
            rests[index] -= unit
            missing -= unit
        while missing < ZERO:
            index = len(rests) - 1 - rests[::-1].index(min(rests))
            parts[index] -= unit
            rests[index] += unit
            missing += unit
    return parts


def check_precision(amounts: Sequence[Decimal], unit: Decimal) -> None:
    """Raise `InvalidInput` naming each of `amounts` that is finer than the currency's unit."""
    faults = Faults()
    for index, amount in enumerate(amounts):
        if amount % unit:
            faults.add(f"amounts[{index}]", "is finer than the currency", value=amount, remedy="round it first")
    faults.raise_if_any()


def ratio(number: Decimal, by: Decimal, of: Decimal) -> Decimal:
    """`number` * `by` / `of` to 60 decimals: a third has no end, but `settled` finds the amount that it is part of."""
    return quantize(divide(multiply(number, by), of), _FINER)


def settled(amount: Decimal) -> Decimal:
    """The amount to 30 decimals, which every product of a unit price and a quantity has at most."""
    return quantize(amount, _FINE)


def text(number: Decimal) -> str:
    """The number as plain text without needless zeros: what is stored in a trace, and parsed again."""
    return f"{add(number, ZERO).normalize(EXACT):f}"
