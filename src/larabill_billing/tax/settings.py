"""The part of the `[billing]` table that is about tax."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from larabill_billing.customers.checks import attempt, check_country, check_text
from larabill_billing.tax.calculate import Rounding
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_billing.tax.table import rate_table
from larabill_core.errors import ConfigurationError, Faults

RATE_PLACES: Final = 4
"""Decimals of a percentage that documents are stored with."""

Place: TypeAlias = Literal["rules", "services"]
Unconfirmed: TypeAlias = Literal["tax", "accept"]


@attrs.frozen(kw_only=True)
class TaxRule:
    """What customers of a country are taxed: `rate` in percent, by a category of EN 16931; no country means all others.

    Several rules of one country are several taxes on a line, in their order, each under its own `name`. `tax_class`:
    for plans of this class only. `jurisdiction`: whose tax it is, if not the country's. For `inclusive`, `compound`,
    `reason` and `reason_code` see `TaxRate`. Raises `InvalidInput` with every fault.
    """

    country: str = ""
    tax_class: str = ""
    category: TaxCategory = TaxCategory.STANDARD
    rate: Decimal
    name: str = "VAT"
    inclusive: bool = False
    jurisdiction: str = ""
    compound: bool = False
    reason: str = ""
    reason_code: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.country:
            attempt(faults, lambda: check_country(self.country, "country"), "")
        if self.rate > 100:
            faults.add("rate", "must be 0 to 100 percent", value=self.rate)
        elif self.rate != round(self.rate, RATE_PLACES):
            faults.add("rate", f"has more than {RATE_PLACES} decimals", value=self.rate)
        for field in ("tax_class", "name", "jurisdiction", "reason", "reason_code"):
            attempt(faults, lambda field=field: check_text(getattr(self, field), field), "")  # type: ignore[misc]
        attempt(faults, lambda: self.tax("XX"), None)
        faults.raise_if_any()

    def tax(self, country: str) -> TaxRate:
        """The tax on a line of a customer of this country. Raises `InvalidInput`."""
        return TaxRate(
            category=self.category,
            rate=self.rate,
            name=self.name,
            inclusive=self.inclusive,
            jurisdiction=self.jurisdiction or country,
            compound=self.compound,
            reason=self.reason,
            reason_code=self.reason_code,
        )


@attrs.frozen(kw_only=True)
class TaxSettings:
    """How tax is determined, where no rule of `billing.taxes` says it.

    `place`: "rules": nothing else is taxed; "services": by the place of supply of electronically supplied services in
    the EU, at the rates of our table and of the file `table` over it. `inclusive`: prices hold the tax. `rounding`:
    once for each category, line or document. `below_threshold`: consumers in other member states are taxed as at home,
    since the seller's sales to them stay under the 10,000 euros a year of article 59c of Directive 2006/112/EC.

    `checker`: the account (`[drivers.NAME]`) that is asked whether a VAT id exists, "" for none. `unconfirmed`: what
    happens to a customer whose id is of the right form and was never denied, but not confirmed either: "tax" as a
    consumer, or "accept" as a business. An answer is asked for anew after `recheck`.

    `provider`: the account that says which taxes hold instead of all this, "" for none.
    Raises `InvalidInput` with every fault.
    """

    place: Place = "rules"
    table: Path | None = None
    inclusive: bool = False
    rounding: Rounding = "category"
    below_threshold: bool = False
    checker: str = ""
    unconfirmed: Unconfirmed = "tax"
    recheck: timedelta = timedelta(days=30)
    provider: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.recheck < timedelta(days=1):
            faults.add("recheck", "must be a day or more", value=self.recheck)
        if self.place == "services" and find_spec("stdnum") is None:
            remedy = "pip install 'larabill[vat]'"
            faults.add("place", "needs python-stdnum to read VAT ids", value=self.place, remedy=remedy)
        if self.table is not None:
            try:
                rate_table(self.table)
            except ConfigurationError as problem:
                with faults.at("table"):
                    faults.include(problem)
        faults.raise_if_any()


def check_rules(rules: Sequence[TaxRule], settings: TaxSettings) -> None:
    """What rules and settings must be together. Raises `InvalidInput` with every fault."""
    faults = Faults()
    if len({(rule.country, rule.tax_class, rule.name) for rule in rules}) < len(rules):
        remedy = "several taxes of a country have names of their own"
        faults.add("taxes", "have two rules for one country", remedy=remedy)
    prices = {rule.inclusive for rule in rules}
    if settings.place == "services":
        prices.add(settings.inclusive)
    if len(prices) > 1:
        faults.add("taxes", "are in part inclusive", remedy="prices are all with tax, or all without")
    faults.raise_if_any()
