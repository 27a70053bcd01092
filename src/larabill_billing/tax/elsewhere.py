"""How another system taxes: here to read what it has billed, and to compare; we bill by `calculate`.

Lago keeps each fee's part of a coupon to five decimals of a cent, and taxes what is left of a fee before it is rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

import attrs

from larabill_billing.pricing.exact import ZERO, multiply, percent, quantize, ratio, rounded, subtract, total

_STORED = Decimal("1E-7")
"""Five decimals of a cent."""


@attrs.frozen
class Coupon:
    """An amount that is spread over the fees of these numbers."""

    amount: Decimal
    fees: Collection[int]


@attrs.frozen
class Fees:
    """What coupons took from each fee, the tax of each, rounded, and that of all, rounded once."""

    coupons: tuple[Decimal, ...]
    taxes: tuple[Decimal, ...]
    tax: Decimal


def precise(fees: Sequence[Decimal], coupons: Sequence[Coupon], percents: Sequence[Decimal], currency: str) -> Fees:
    """One coupon after the other, each in proportion to what those before it left."""
    left = [*fees]
    for coupon in coupons:
        whole = total([left[index] for index in coupon.fees])
        for index in coupon.fees:
            share = quantize(ratio(coupon.amount, left[index], whole), _STORED) if whole else ZERO
            left[index] = subtract(left[index], share)
    exact = [multiply(each, percent(rate)) for each, rate in zip(left, percents, strict=True)]
    return Fees(
        coupons=tuple([subtract(fee, each) for fee, each in zip(fees, left, strict=True)]),
        taxes=tuple([rounded(each, currency) for each in exact]),
        tax=rounded(total(exact), currency),
    )
