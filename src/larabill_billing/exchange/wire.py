"""Exchange rates on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.exchange.model import StoredRate
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import Faults, InvalidInput
from larabill_core.http.wire import Amount, Currency, day_of
from larabill_core.money import UNIT_PRICE_PLACES, parse_decimal

Source = Annotated[str, Meta(min_length=1, max_length=32, description="Who published it, such as ecb")]


class RatesQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rates of one source, of at most 31 days, the first and the last one included."""

    source: Source
    first: date
    last: date


class RateWire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On a day, one unit of `base` was worth `rate` of `quote`."""

    base: Currency
    quote: Currency
    on: date
    rate: Amount


class RateList(msgspec.Struct, frozen=True, kw_only=True):
    """By day and currencies."""

    source: str
    items: list[RateWire]


class PutRates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rates under the name of their source. What is stored never changes: corrected ones come under another name."""

    source: Source
    rates: Annotated[list[RateWire], Meta(min_length=1, max_length=1000)]


class LoadedRates(msgspec.Struct, frozen=True, kw_only=True):
    """How many rates were new, and how many were known already."""

    new: int
    known: int


def rates_of(given: Sequence[RateWire]) -> list[PublishedRate]:
    """The rates of a body. Raises `InvalidInput` with every fault."""
    faults = Faults()
    rates = []
    for index, each in enumerate(given):
        path = f"rates[{index}]"
        try:
            rate = parse_decimal(each.rate, places=UNIT_PRICE_PLACES, path=f"{path}.rate", minimum=0)
            on = day_of(each.on, f"{path}.on")
        except InvalidInput as problem:
            faults.include(problem)
            continue
        if not rate:
            faults.add(f"{path}.rate", "must be more than 0")
        rates.append(PublishedRate(base=each.base, quote=each.quote, on=on, rate=rate))
    faults.raise_if_any()
    return rates


def rates_out(source: str, found: Sequence[StoredRate]) -> RateList:
    """Stored rates."""
    ordered = sorted(found, key=lambda each: (each.on, each.base, each.quote))
    return RateList(
        source=source,
        items=[
            RateWire(base=each.base, quote=each.quote, on=each.on, rate=f"{each.rate.normalize():f}")
            for each in ordered
        ],
    )
