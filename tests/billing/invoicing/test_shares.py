"""Shares of tax add up to the tax, whatever the parts (Must show 1, area refund)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.invoicing.shares import Share, tax_share
from larabill_core.errors import InvalidInput


@given(st.integers(1, 10**7), st.data())
def test_roundings_do_not_pile_up(gross: int, data: st.DataObject) -> None:
    """After any number of parts their tax is that of their sum, to half a cent."""
    whole = Share(gross=Decimal(gross) / 100, tax=Decimal(data.draw(st.integers(0, gross))) / 100)
    given_back, taxed = Decimal(0), Decimal(0)
    for part in data.draw(st.lists(st.integers(1, max(1, gross // 20)), max_size=20)):
        if given_back * 100 + part > gross:
            break
        carried = whole.tax * given_back / whole.gross - taxed
        share = tax_share(whole, Decimal(part) / 100, "EUR", carried=carried)
        assert 0 <= share.tax <= share.gross
        given_back, taxed = given_back + share.gross, taxed + share.tax
        assert abs(whole.tax * given_back / whole.gross - taxed) <= Decimal("0.005")


@pytest.mark.parametrize("part", ["0", "-1"])
def test_nothing_has_no_share(part: str) -> None:
    with pytest.raises(InvalidInput):
        tax_share(Share(gross=Decimal(10), tax=Decimal(1)), Decimal(part), "EUR")
