"""What of the tax goes along when part of a taxed amount is given back, written off or comes in after all. Pure.

All amounts are of one currency and not negative, gross with the tax in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

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


def tax_share(
    total: Share, part: Decimal, earlier: Sequence[Share], currency: str, *, most: Decimal | None = None
) -> Share:
    """The share of a `part` of `total`, after the `earlier` ones: tax x part / gross, rounded to the currency.

    Never more tax than is left of it; a part that leaves nothing of `most` (all that can be divided up, mostly `total`)
    takes the rest, so that all shares add up exactly. Raises `InvalidInput` for more than is left.
    """
    left = (total.gross if most is None else most) - sum((each.gross for each in earlier), Decimal(0))
    if not 0 < part <= left:
        raise InvalidInput.one("amount", f"must be more than 0, and {left} at most", part)
    tax_left = total.tax - sum((each.tax for each in earlier), Decimal(0))
    if part == left:
        return Share(gross=part, tax=min(part, tax_left))
    return Share(gross=part, tax=min(share_of(total.tax, part, total.gross, currency), tax_left))


def share_of(amount: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """The part of `amount` that `part` is of `whole`, rounded to the currency."""
    return quantize(amount * part / whole, currency)
