"""The rate between two currencies, from what is published: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from larabill_billing.exchange.model import Rate, StoredRate
from larabill_billing.pricing.exact import ONE, divide, multiply, quantize
from larabill_core.money import UNIT_PRICE_PLACES

LONGEST: Final = timedelta(days=31)
"""A rate is good for so long: over weekends and holidays, and those that tax offices publish for a month."""

_PLACES: Final = Decimal(1).scaleb(-UNIT_PRICE_PLACES)


def find_rate(published: Iterable[StoredRate], base: str, quote: str, on: date) -> Rate | None:
    """The newest rate of the day or before it, at most 31 days old: as published, the inverse of it, or across a third.

    Across means: both currencies against the same third one, on the same day. Rounded half up to 12 decimals.
    """
    days: dict[date, dict[tuple[str, str], StoredRate]] = {}
    for each in published:
        if on - LONGEST <= each.on <= on:
            days.setdefault(each.on, {})[each.base, each.quote] = each
    for day in sorted(days, reverse=True):
        found = _of_day(days[day], base, quote)
        if found is not None:
            source = next(iter(days[day].values())).source
            return Rate(base=base, quote=quote, rate=found, source=source, on=day)
    return None


def _of_day(rates: dict[tuple[str, str], StoredRate], base: str, quote: str) -> Decimal | None:
    direct = _either_way(rates, base, quote)
    if direct is not None:
        return quantize(direct, _PLACES)
    for third in sorted({currency for pair in rates for currency in pair} - {base, quote}):
        to, back = _either_way(rates, base, third), _either_way(rates, third, quote)
        if to is not None and back is not None:
            return quantize(multiply(to, back), _PLACES)
    return None


def _either_way(rates: dict[tuple[str, str], StoredRate], base: str, quote: str) -> Decimal | None:
    if (base, quote) in rates:
        return rates[base, quote].rate
    if (quote, base) in rates:
        return divide(ONE, rates[quote, base].rate)
    return None
