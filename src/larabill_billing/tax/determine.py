"""Which taxes hold for a customer: pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

import attrs

from larabill_billing.settings import TaxRule
from larabill_billing.tax.model import TaxCategory, Taxes, TaxRate

NO_CLASSES: Final[Mapping[str, Taxes]] = {}


@attrs.frozen(kw_only=True)
class Treatment:
    """The taxes of one customer: those of each tax class that has its own, and those of all others."""

    default: Taxes
    by_class: Mapping[str, Taxes] = NO_CLASSES

    def taxes(self, tax_class: str) -> Taxes:
        """What is taxed at plans of this class."""
        return self.by_class.get(tax_class, self.default)


@lru_cache(maxsize=1024)
def treatment(rules: tuple[TaxRule, ...], country: str) -> Treatment:
    """By country: its own rule, else the one for all, else outside the scope of tax."""
    for wanted in (country, ""):
        for rule in rules:
            if rule.country == wanted:
                rate = TaxRate(
                    category=rule.category,
                    rate=rule.rate,
                    name=rule.name,
                    inclusive=rule.inclusive,
                    jurisdiction=country,
                )
                return Treatment(default=(rate,))
    return Treatment(default=(TaxRate(category=TaxCategory.OUTSIDE, rate=Decimal(0), name="no tax"),))
