"""What discounts take off the lines of a document, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext, setcontext
from typing import Final, NamedTuple

from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import EXACT, ZERO, check_precision, minor_unit, spread


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
            shares, whole = _shares(discount, left, unit)
            left = tuple([amount - share for amount, share in zip(left, shares, strict=True)])
            taken.append(tuple(shares))
            off += whole
    finally:
        setcontext(outer)
    return _make(Discounted, (left, tuple(taken), off))


def _shares(discount: Discount, left: tuple[Decimal, ...], unit: Decimal) -> tuple[list[Decimal], Decimal]:
    """What the discount takes from each line, and from all."""
    factor = discount.factor
    whole = ZERO
    exact = []
    for amount in left:
        weight = amount if amount > ZERO else ZERO
        whole += weight
        exact.append(weight * factor)
    # a sum has as many decimals as the finest of its numbers: one look finds a wrong one
    if not whole.same_quantum(unit):
        check_precision(left, unit)
    off = (whole * factor).quantize(unit)
    if discount.amount is not None:
        off = min(discount.amount.quantize(unit), whole)
        exact = [share * off / whole for share in exact] if off else [ZERO] * len(left)
    return spread(exact, off, unit), off
