"""Rules of the shipped strategies: what they make, the kernel accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from larabill_core.money import Money, money, parse_currency
from larabill_core.testing import strategies


@given(strategies.moneys())
def test_moneys_are_exact_and_accepted(value: Money) -> None:
    assert money(value.amount, value.currency.code) == value


@given(strategies.currencies(), st.data())
def test_amounts_keep_their_bounds(currency: str, data: st.DataObject) -> None:
    parse_currency(currency)
    amount = data.draw(strategies.amounts(currency, minimum=0, maximum=Decimal("10")))
    assert 0 <= amount <= 10


@given(strategies.instants())
def test_instants_are_aware_and_in_utc(instant: datetime) -> None:
    assert instant.tzinfo is UTC
