"""Hypothesis strategies for the kernel's values; shipped, so that plugins can test with them."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from larabill_core.clock import as_utc
from larabill_core.money import CURRENCY_CODES, Money, exponent, from_minor

_LARGEST = 10**11
_NOT_ZONES = {"localtime", "posixrules", "Factory"}


def currencies() -> st.SearchStrategy[str]:
    """ISO 4217 codes; often EUR, JPY (no decimals) or KWD (three)."""
    return st.one_of(st.sampled_from(("EUR", "USD", "JPY", "KWD")), st.sampled_from(CURRENCY_CODES))


def amounts(
    currency: str, *, minimum: Decimal | int = -_LARGEST, maximum: Decimal | int = _LARGEST
) -> st.SearchStrategy[Decimal]:
    """Amounts at the precision of `currency`, from `minimum` to `maximum`."""
    scale = 10 ** exponent(currency)
    low, high = int(minimum * scale), int(maximum * scale)
    return st.integers(low, high).map(lambda units: from_minor(units, currency))


def moneys(currency: str | None = None) -> st.SearchStrategy[Money]:
    """Money in `currency`, or in any."""
    if currency is None:
        return currencies().flatmap(moneys)
    return amounts(currency).map(lambda amount: Money(amount, currency))


def zones() -> st.SearchStrategy[str]:
    """Names of IANA time zones; often those with odd rules."""
    odd = (
        "UTC",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
    )
    return st.one_of(st.sampled_from(odd), st.sampled_from(sorted(zoneinfo.available_timezones() - _NOT_ZONES)))


def instants(
    minimum: datetime = datetime(2000, 1, 1, tzinfo=UTC), maximum: datetime = datetime(2100, 1, 1, tzinfo=UTC)
) -> st.SearchStrategy[datetime]:
    """Aware UTC instants with microseconds; the bounds are aware, too."""
    first, last = (as_utc(bound).replace(tzinfo=None) for bound in (minimum, maximum))
    return st.datetimes(first, last, timezones=st.just(UTC))


def dates(minimum: date = date(2000, 1, 1), maximum: date = date(2100, 1, 1)) -> st.SearchStrategy[date]:
    """Calendar dates."""
    return st.dates(minimum, maximum)
