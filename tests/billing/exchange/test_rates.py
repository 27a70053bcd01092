"""A rate is the newest of the day or before, never a later one: as published, turned round, or across a third."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.conftest import START

from larabill_billing.exchange.model import Rate, StoredRate
from larabill_billing.exchange.rates import LONGEST, find_rate
from larabill_core.ids import new_id

DAY = date(2026, 1, 30)


def _rate(quote: str, rate: str, on: date = DAY, base: str = "EUR") -> StoredRate:
    return StoredRate(
        id=new_id(),
        seller_id=new_id(),
        source="ecb",
        base=base,
        quote=quote,
        on=on,
        rate=Decimal(rate),
        loaded_at=START,
    )


PUBLISHED = [_rate("USD", "1.25"), _rate("JPY", "160"), _rate("KWD", "0.385")]


@pytest.mark.parametrize(
    ("base", "quote", "rate"),
    [
        ("EUR", "USD", "1.25"),
        ("USD", "EUR", "0.8"),
        ("JPY", "EUR", "0.00625"),
        ("USD", "JPY", "128"),
        ("JPY", "USD", "0.0078125"),
        ("KWD", "EUR", "2.597402597403"),
        ("KWD", "USD", "3.246753246753"),
    ],
)
def test_as_published_turned_round_or_across_a_third(base: str, quote: str, rate: str) -> None:
    found = find_rate(PUBLISHED, base, quote, DAY)
    assert found == Rate(base=base, quote=quote, rate=Decimal(rate), source="ecb", on=DAY)


def test_never_a_rate_of_the_future() -> None:
    published = [_rate("USD", "1.25"), _rate("USD", "1.50", DAY + timedelta(days=1))]
    found = find_rate(published, "EUR", "USD", DAY)
    assert found is not None
    assert (found.rate, found.on) == (Decimal("1.25"), DAY)
    assert find_rate(published, "EUR", "USD", DAY - timedelta(days=1)) is None


def test_the_newest_is_taken_and_none_that_is_too_old() -> None:
    published = [_rate("USD", "1.20", DAY - timedelta(days=2)), _rate("USD", "1.25")]
    found = find_rate(published, "EUR", "USD", DAY + LONGEST)
    assert found is not None
    assert found.on == DAY
    assert find_rate(published, "EUR", "USD", DAY + LONGEST + timedelta(days=1)) is None


def test_days_are_not_mixed_in_one_rate() -> None:
    published = [_rate("USD", "1.25"), _rate("JPY", "150", DAY + timedelta(days=1)), _rate("JPY", "160")]
    found = find_rate(published, "USD", "JPY", DAY + timedelta(days=1))
    assert found is not None
    assert (found.rate, found.on) == (Decimal("128"), DAY)


def test_amounts_are_rounded_to_the_currency_they_become() -> None:
    def convert(rate: str, quote: str, amount: str) -> Decimal:
        return Rate(base="USD", quote=quote, rate=Decimal(rate), source="x", on=DAY).convert(Decimal(amount))

    assert convert("0.8", "EUR", "10.01") == Decimal("8.01")
    assert convert("128", "JPY", "0.01") == Decimal("1")
    assert convert("0.307999", "KWD", "1.00") == Decimal("0.308")
    assert convert("0.5", "EUR", "0.01") == Decimal("0.01")
