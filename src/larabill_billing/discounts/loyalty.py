"""Loyalty: so many percent off the prices that recur, the more the longer an agreement has stood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final

import attrs

from larabill_billing.catalog.model import Plan
from larabill_billing.discounts.model import Discount
from larabill_billing.discounts.standing import Standing
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.months import whole_periods
from larabill_core.errors import Faults

RECURRING: Final = frozenset({"recurring", "proration"})
"""The kinds of charges that loyalty takes something off."""


@attrs.frozen(kw_only=True)
class LoyaltyTier:
    """From so many whole `months` on: `percent` off. Raises `InvalidInput` with every fault."""

    months: int
    percent: Decimal

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not 1 <= self.months <= 1200:
            faults.add("months", "must be 1 to 1200", value=self.months)
        if not 0 < self.percent <= 100 or self.percent != round(self.percent, 4):
            faults.add("percent", "must be more than 0, and at most 100, with up to 4 decimals", value=self.percent)
        faults.raise_if_any()


def check_tiers(tiers: Sequence[LoyaltyTier], path: str = "loyalty") -> None:
    """Later tiers take off more. Raises `InvalidInput` with every fault, by key path."""
    faults = Faults()
    for index, (before, tier) in enumerate(pairwise(tiers), start=1):
        with faults.at(path, index):
            if tier.months <= before.months:
                faults.add("months", "must be more than in the tier before", value=tier.months)
            if tier.percent <= before.percent:
                faults.add("percent", "must be more than in the tier before", value=tier.percent)
    faults.raise_if_any()


def loyalty(tiers: tuple[LoyaltyTier, ...], since: date, on: date) -> Standing | None:
    """What an agreement that began on `since` has earned for a period that begins on `on`."""
    months = whole_periods(since, on, Cycle.MONTHLY) if tiers else 0
    earned = [tier.percent for tier in tiers if tier.months <= months]
    return _standing(earned[-1]) if earned else None


def is_recurring(kind: str, plan: Plan | None) -> bool:
    """Whether loyalty covers a charge of this kind."""
    return kind in RECURRING


@lru_cache(maxsize=100)
def _standing(percent: Decimal) -> Standing:
    return Standing(discount=Discount(name=f"Loyalty, {percent.normalize():f} %", percent=percent), covers=is_recurring)
