"""How another system takes discounts off: here to read what it has billed, and to compare; we bill by `apply`.

Blesta uses an amount up price by price, in their order, and makes a price below zero lower still: what it gives back
grows by the discount. Neither keeps a customer from getting back more than was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from larabill_billing.pricing.exact import ZERO, multiply, percent, rounded, subtract, total


@attrs.frozen
class Prices:
    """Prices after a discount, and their sum."""

    each: tuple[Decimal, ...]
    total: Decimal


def by_percent(rate: Decimal, prices: Sequence[Decimal], currency: str) -> Prices:
    """So many percent, at most all, of the size of each price is taken off it."""
    factor = percent(min(rate, Decimal(100)))
    return _prices([subtract(price, rounded(multiply(abs(price), factor), currency)) for price in prices])


def in_turn(amount: Decimal, prices: Sequence[Decimal]) -> Prices:
    """The amount is used up from the first price on, of each at most its size."""
    left, after = amount, []
    for price in prices:
        taken = min(left, abs(price))
        left = subtract(left, taken)
        after.append(subtract(price, taken))
    return _prices(after)


def _prices(each: Sequence[Decimal]) -> Prices:
    return Prices(tuple(each), total(each) if each else ZERO)
