"""Shares of tax add up to the tax, whatever the parts (Must show 1, area refund)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.invoicing.shares import Share, tax_share
from larabill_core.errors import InvalidInput


@given(st.integers(1, 10**7), st.data())
def test_the_shares_of_all_parts_are_the_tax(gross: int, data: st.DataObject) -> None:
    tax = data.draw(st.integers(0, gross))
    whole = Share(gross=Decimal(gross) / 100, tax=Decimal(tax) / 100)
    left, given_back = gross, []
    while left:
        part = data.draw(st.integers(1, left)) if len(given_back) < 6 else left
        share = tax_share(whole, Decimal(part) / 100, given_back, "EUR")
        assert 0 <= share.tax <= share.gross
        given_back.append(share)
        left -= part
    assert sum(share.tax for share in given_back) == whole.tax
    assert sum(share.net for share in given_back) == whole.net


@pytest.mark.parametrize("part", ["0", "-1", "10.01"])
def test_more_than_is_left_has_no_share(part: str) -> None:
    with pytest.raises(InvalidInput):
        tax_share(Share(gross=Decimal(10), tax=Decimal(1)), Decimal(part), (), "EUR")
