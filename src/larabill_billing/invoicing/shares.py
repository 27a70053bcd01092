"""What of the tax goes along when part of a taxed amount is given back, written off or comes in after all. Pure.

All amounts are of one currency and not negative, gross with the tax in it.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

import attrs

from larabill_billing.pricing.exact import EXACT, ONE, ZERO, settled
from larabill_core.errors import InvalidInput
from larabill_core.money import quantize


@attrs.frozen(kw_only=True)
class Share:
    """A part of a taxed amount: `gross` with the tax, `tax` of it."""

    gross: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


def tax_share(total: Share, part: Decimal, currency: str, *, carried: Decimal = ZERO) -> Share:
    """The share of a `part` of `total`: tax x part / gross and the `carried`, rounded to the currency.

    What is `carried` is how much less earlier shares were given than they came to exactly, so that roundings do not
    pile up. Never less than no tax, nor more than all of it. Raises `InvalidInput` for a part of nothing.
    """
    if part <= 0:
        raise InvalidInput.one("amount", "must be more than 0", part)
    with localcontext(EXACT):
        exact = settled(total.tax * min(part / total.gross, ONE) + carried)
        return Share(gross=part, tax=max(min(quantize(exact, currency), part), ZERO))


def share_of(amount: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """The part of `amount` that `part` is of `whole`, rounded to the currency."""
    return quantize(amount * part / whole, currency)
