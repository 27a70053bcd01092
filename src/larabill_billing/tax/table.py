"""The table of rates by country and day: ours (`rates.toml`), with a seller's own file laid over it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import attrs

from larabill_core.errors import ConfigurationError, Faults
from larabill_core.structure import structure

_CODES = """
AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK
"""
EU: Final = frozenset(_CODES.split())
"""The member states, by ISO 3166 (Greece is GR; in VAT ids it is EL)."""

_TREATED_AS: Final = {"MC": "FR"}
"""Directive 2006/112/EC, article 7: what goes to Monaco goes to France."""

TEDB: Final = "https://taxation-customs.ec.europa.eu/tedb/vatRates.html"


@attrs.frozen(kw_only=True)
class Period:
    """The rates in percent from the day `since`, until the next period begins. `reduced`: the highest first."""

    since: date
    standard: Decimal
    reduced: tuple[Decimal, ...] = ()
    super_reduced: Decimal | None = None
    parking: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("standard", "super_reduced", "parking"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 100:
                faults.add(name, "must be more than 0, and 100 percent at most", value=value)
        for index, value in enumerate(self.reduced):
            if not 0 < value <= 100:
                faults.add(f"reduced[{index}]", "must be more than 0, and 100 percent at most", value=value)
        if any(second >= first for first, second in pairwise(self.reduced)):
            faults.add("reduced", "must stand with the highest first")
        faults.raise_if_any()

    def of_class(self, tax_class: str) -> Decimal:
        """The rate of `standard`, `reduced`, `reduced_2` …, `super_reduced` or `parking`.

        A country that has no such rate taxes at its standard one: what was too much can be given back.
        """
        own = {"super_reduced": self.super_reduced, "parking": self.parking}
        own |= {f"reduced_{place}" if place > 1 else "reduced": each for place, each in enumerate(self.reduced, 1)}
        return own.get(tax_class) or self.standard


@attrs.frozen(kw_only=True)
class Country:
    """The rates of a country over time, oldest first, under the name that is printed."""

    name: str = "VAT"
    source: str = TEDB
    note: str = ""
    periods: tuple[Period, ...]

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not self.periods:
            faults.add("periods", "are missing")
        for index, (before, period) in enumerate(pairwise(self.periods), start=1):
            if period.since <= before.since:
                faults.add(f"periods[{index}].since", "must be later than the one before", value=period.since)
        faults.raise_if_any()


class RateTable:
    """Rates by country and day."""

    def __init__(self, countries: Mapping[str, Country]) -> None:
        self.countries = dict(countries)

    def on(self, country: str, day: date) -> Period | None:
        """What holds in a country on a day; None for a country, or a time, that the table does not know."""
        known = self.countries.get(treated_as(country))
        found = None
        for period in known.periods if known is not None else ():
            if period.since <= day:
                found = period
        return found

    def name(self, country: str) -> str:
        """What the tax of this country is called on documents."""
        known = self.countries.get(treated_as(country))
        return known.name if known is not None else "VAT"


def treated_as(country: str) -> str:
    """The country whose tax holds there."""
    return _TREATED_AS.get(country, country)


@cache
def rate_table(own: Path | None = None) -> RateTable:
    """Our table; what stands in the file `own` replaces the country of ours.

    Raises `ConfigurationError` with every fault of the file.
    """
    ours = tomllib.loads(files("larabill_billing.tax").joinpath("rates.toml").read_text(encoding="utf-8"))
    countries = parse_table(ours, "rates.toml")
    if own is not None:
        try:
            more = tomllib.loads(own.read_text(encoding="utf-8"))
        except (OSError, UnicodeError, tomllib.TOMLDecodeError) as problem:
            raise ConfigurationError.one(str(own), f"cannot be read: {problem}") from problem
        countries |= parse_table(more, str(own))
    return RateTable(countries)


def parse_table(data: Mapping[str, Any], path: str) -> dict[str, Country]:
    """The countries of a table as it stands in a file. Raises `ConfigurationError` with every fault."""
    from larabill_billing.customers.checks import COUNTRIES

    faults = Faults()
    countries = {}
    with faults.at(path):
        for code, table in data.items():
            if code not in COUNTRIES:
                faults.add(code, "is not a country", remedy="use an ISO 3166 code of two capitals such as DE")
                continue
            country = structure(Country, table, faults, code)
            if country is not None:
                countries[code] = country
    faults.raise_if_any(ConfigurationError)
    return countries
