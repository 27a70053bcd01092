"""Decimal arithmetic that never rounds by itself, and the one rounding of an amount to its currency.

A quantity (15 digits, 12 decimals) times a unit price (the same) has up to 54 digits; the default context keeps 28 and
would round silently. The functions are methods of prepared contexts: they are called for each line of each renewal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Final

from larabill_core.money import from_minor

_WIDE: Final = Context(prec=120, rounding=ROUND_HALF_UP)

add: Final[Callable[[Decimal, Decimal], Decimal]] = _WIDE.add
subtract: Final[Callable[[Decimal, Decimal], Decimal]] = _WIDE.subtract
multiply: Final[Callable[[Decimal, Decimal], Decimal]] = _WIDE.multiply
divide: Final[Callable[[Decimal, Decimal], Decimal]] = _WIDE.divide
quantize: Final[Callable[[Decimal, Decimal], Decimal]] = _WIDE.quantize

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_FINEST: Final = Decimal("1E-12")


@cache
def minor_unit(currency: str) -> Decimal:
    """One of the currency's smallest units: EUR 0.01, JPY 1. Raises `InvalidInput` for an unknown currency."""
    return from_minor(1, currency)


@cache
def _context(rounding: str) -> Context:
    return Context(prec=120, rounding=rounding)


def rounded(amount: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Decimal:
    """`amount` at the currency's precision; `rounding` is one of the decimal module's constants; never -0.

    What a caller does once, at the end, with the exact amount of a `Rated`.
    """
    return add(_context(rounding).quantize(amount, minor_unit(currency)), ZERO)


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


def finest(number: Decimal) -> Decimal:
    """`number` at twelve decimals, as quantities and unit prices are stored."""
    return quantize(number, _FINEST)


def text(number: Decimal) -> str:
    """The number as plain text without needless zeros: what is stored in a trace, and parsed again."""
    return f"{add(number, ZERO).normalize(_WIDE):f}"
