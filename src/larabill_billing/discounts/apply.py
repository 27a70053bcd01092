"""What discounts take off the lines of a document, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext, setcontext
from operator import sub
from typing import Final, NamedTuple

from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import EXACT, ZERO, check_precision, level, minor_unit, settled, spread


class Discounted(NamedTuple):
    """`amounts`: the lines after all discounts. `taken`: what each discount took from each line. `off`: all of it."""

    amounts: tuple[Decimal, ...]
    taken: tuple[tuple[Decimal, ...], ...]
    off: Decimal


_make: Final = tuple.__new__


def apply(discounts: Sequence[Discount], amounts: Sequence[Decimal], currency: str) -> Discounted:
    """Take the discounts off in their order, each from what the ones before it left.

    A percentage is of the sum of the lines, rounded once, half up; a fixed amount is taken whole, but never more than
    there is. Either is spread over the lines in proportion, by largest remainder, so no cent is lost; no line falls
    below zero, and negative lines are left alone. Raises `InvalidInput` for amounts finer than the currency's.
    """
    unit = minor_unit(currency)
    left = tuple(amounts)
    taken = []
    off = ZERO
    outer = getcontext()
    setcontext(EXACT)
    try:
        for discount in discounts:
            if discount.amount is None:
                shares, whole = _percentage(discount.factor, left, unit)
            else:
                shares, whole = _amount(discount.amount, left, unit)
            left = tuple(map(sub, left, shares))
            taken.append(tuple(shares))
            off += whole
    finally:
        setcontext(outer)
    return _make(Discounted, (left, tuple(taken), off))


def _percentage(factor: Decimal, left: Sequence[Decimal], unit: Decimal) -> tuple[list[Decimal], Decimal]:
    """What is taken from each line, and from all: mostly the rounded shares add up by themselves."""
    whole = given = ZERO
    shares = []
    for amount in left:
        share = ZERO
        if amount > ZERO:
            share = (amount * factor).quantize(unit)
            whole += amount
            given += share
        shares.append(share)
    # a sum has as many decimals as the finest of its numbers: one look finds a wrong one
    if not whole.same_quantum(unit):
        check_precision(left, unit)
    off = (whole * factor).quantize(unit)
    if given != off:
        exact = [amount * factor if amount > ZERO else ZERO for amount in left]
        return level(exact, shares, off - given, unit), off
    return shares, off


def _amount(amount: Decimal, left: Sequence[Decimal], unit: Decimal) -> tuple[list[Decimal], Decimal]:
    """What is taken from each line, and from all: no more than there is."""
    weights = [max(line, ZERO) for line in left]
    check_precision(weights, unit)
    whole = sum(weights, ZERO)
    off = min(amount.quantize(unit), whole)
    if not off:
        return [ZERO] * len(weights), off
    return spread([settled(weight * off / whole) for weight in weights], off, unit), off
