"""Accounts are of the chart, and written as the chart says."""

from __future__ import annotations

import pytest

from larabill_billing.ledger import model
from larabill_billing.ledger.chart import CHART, Kind, account_type, sort_key
from larabill_core.errors import InvalidInput


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("receivable", Kind.ASSET),
        (model.cash("stripe"), Kind.ASSET),
        (model.cash("stripe-eu_2.test"), Kind.ASSET),
        (model.tax_payable("DE"), Kind.LIABILITY),
        (model.tax_payable("CA-QC"), Kind.LIABILITY),
        (model.tax_payable(""), Kind.LIABILITY),
        (model.clearing("USD", "EUR"), Kind.EQUITY),
        (model.gateway_fees("stripe"), Kind.EXPENSE),
        ("discounts", Kind.CONTRA),
    ],
)
def test_what_an_account_is(account: str, kind: Kind) -> None:
    assert account_type(account).kind is kind


@pytest.mark.parametrize(
    "account",
    [
        "",
        "Receivable",
        "cash:",
        "cash:a:b",
        "cash: a",
        "cash:ä",
        "cash:a\nb",
        "revenue:x",
        "petty_cash",
        ":x",
        "cash:-",
    ],
)
def test_anything_else_is_refused(account: str) -> None:
    with pytest.raises(InvalidInput, match="account"):
        account_type(account)


def test_a_pair_of_currencies_has_one_clearing_account() -> None:
    assert model.clearing("USD", "EUR") == model.clearing("EUR", "USD") == "clearing:EUR-USD"


def test_accounts_are_in_the_order_of_the_chart() -> None:
    names = [*CHART]
    assert sorted(sorted(names), key=sort_key) == names
    assert sorted(["zzz", "cash:b", "revenue", "cash:a"], key=sort_key) == ["cash:a", "cash:b", "revenue", "zzz"]
