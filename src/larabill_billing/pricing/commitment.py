"""What was promised and what was included: minimum commitments, allowances and prepaid units."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from larabill_billing.pricing.exact import ONE, ZERO, divide, multiply, rounded, subtract
from larabill_billing.pricing.model import PricingModel
from larabill_billing.pricing.rate import rate
from larabill_billing.pricing.rated import Rated, part, rated
from larabill_core.errors import InvalidInput


def true_up(minimum: Decimal, used: Decimal, *, currency: str, days: int = 1, days_in_period: int = 1) -> Rated:
    """What is missing to a minimum commitment: minimum * days / days in period, rounded, less what the usage cost.

    `minimum` and `used` are amounts; nothing is due when the usage reached the minimum. The days say how much of the
    period the commitment held (25 of 28 after a cancellation). Raises `InvalidInput`.
    """
    if not 0 <= days <= days_in_period or days_in_period < 1:
        raise InvalidInput.one("days", f"must be 0 to the {days_in_period} days of the period", days)
    share = divide(multiply(minimum, Decimal(days)), Decimal(days_in_period))
    promised = part(ONE, "commitment", rounded(share, currency))
    return rated("minimum_commitment", currency, ONE, (promised,), used)


class Drawn(NamedTuple):
    """`used` = `covered` + `overage`; `left` is what remains of the units that were there."""

    used: Decimal
    covered: Decimal
    overage: Decimal
    left: Decimal


def draw(used: Decimal, available: Decimal) -> Drawn:
    """Take `used` units from `available` ones, included or prepaid, as far as these go; negative numbers are none."""
    used, available = max(used, ZERO), max(available, ZERO)
    covered = min(used, available)
    return Drawn(used, covered, subtract(used, covered), subtract(available, covered))


def rate_beyond(
    model: PricingModel,
    quantity: Decimal,
    *,
    currency: str,
    included: Decimal = ZERO,
    prepaid: Decimal = ZERO,
    already_billed: Decimal = ZERO,
) -> Rated:
    """What `quantity` costs when the first units are included in the price, and the next ones were paid before.

    The rest, the overage, is priced from the model's first tier on. The parts begin with the units that cost nothing.
    """
    inside = draw(quantity, included)
    before = draw(inside.overage, prepaid)
    beyond = rate(model, before.overage, currency=currency)
    covered = [
        part(drawn.covered, unit, ZERO) for drawn, unit in ((inside, "included"), (before, "prepaid")) if drawn.covered
    ]
    return rated(model.code, currency, inside.used, (*covered, *beyond.parts), already_billed)
