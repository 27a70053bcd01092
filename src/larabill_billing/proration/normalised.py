"""Prices of different cycles, made comparable."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from larabill_billing.periods.cycle import Cycle

_WEEKS_A_YEAR: Final = 52
_DAYS_A_YEAR: Final = 365


class Direction(StrEnum):
    """Where a change of price leads: many sellers let an upgrade begin at once and a downgrade with the next period."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    LEVEL = "level"


def per_month(price: Decimal, cycle: Cycle) -> Fraction:
    """The price of a month, exactly; a year has 12 months, 52 weeks or 365 days."""
    if cycle.months:
        return Fraction(price) / cycle.months
    a_year = Fraction(_DAYS_A_YEAR, cycle.days) if cycle.days % 7 else Fraction(_WEEKS_A_YEAR * 7, cycle.days)
    return Fraction(price) * a_year / 12


def direction(old_price: Decimal, old_cycle: Cycle, new_price: Decimal, new_cycle: Cycle) -> Direction:
    """Whether the new price is higher or lower than the old, both by the month."""
    old, new = per_month(old_price, old_cycle), per_month(new_price, new_cycle)
    if new == old:
        return Direction.LEVEL
    return Direction.UPGRADE if new > old else Direction.DOWNGRADE
