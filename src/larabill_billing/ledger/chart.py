"""The chart of accounts: which accounts there are, what kind each is of, and how they are written.

An account is written `name`, or `name:key` where there is one for each gateway account, jurisdiction or pair of
currencies: `receivable`, `cash:stripe`, `tax_payable:DE`, `clearing:EUR-USD`. Every seller has the same chart; which
accounts of it are in use shows in the trial balance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

import attrs

from larabill_billing.ledger import model
from larabill_core.errors import InvalidInput

_NAME: Final = re.compile(r"([a-z]+(?:_[a-z]+)*)(?::([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?))?")


class Kind(StrEnum):
    """ASSET and EXPENSE grow by debits, the others by credits. CONTRA: taken off revenue, so it grows by debits."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    CONTRA = "contra"
    EXPENSE = "expense"


@attrs.frozen
class AccountType:
    """One account of the chart, or all of a name. `key`: what stands behind the colon, if anything may."""

    kind: Kind
    label: str
    meaning: str
    key: str = ""


_GATEWAY: Final = "gateway account"
_PAIR: Final = "pair of currencies"

CHART: Final[Mapping[str, AccountType]] = {
    model.RECEIVABLE: AccountType(
        Kind.ASSET, "Receivables", "what customers owe: the open balances of documents, kept for each customer"
    ),
    model.CASH: AccountType(
        Kind.ASSET, "Cash", "money that lies at a gateway account, or came by hand (`cash:manual`)", _GATEWAY
    ),
    model.DISPUTES: AccountType(
        Kind.ASSET, "Disputed payments", "money that a gateway holds back while a dispute is open", _GATEWAY
    ),
    model.CUSTOMER_CREDIT: AccountType(
        Kind.LIABILITY, "Customer credit", "money of customers that we hold, kept for each customer"
    ),
    model.PREPAYMENTS: AccountType(
        Kind.LIABILITY, "Prepayments", "what was paid on proformas whose invoice is still to come, for each customer"
    ),
    model.VOUCHERS: AccountType(Kind.LIABILITY, "Vouchers", "gift vouchers that were sold and not yet used"),
    model.DEFERRED_REVENUE: AccountType(
        Kind.LIABILITY, "Deferred revenue", "what was invoiced for services of days to come"
    ),
    model.TAX_PAYABLE: AccountType(
        Kind.LIABILITY, "Tax payable", "tax on documents, for each jurisdiction that levies it", "jurisdiction"
    ),
    model.CLEARING: AccountType(
        Kind.EQUITY,
        "Currency clearing",
        "the two sides of an exchange, so that each currency balances by itself",
        _PAIR,
    ),
    model.REVENUE: AccountType(Kind.REVENUE, "Revenue", "what was earned, before discounts"),
    model.LATE_FEES: AccountType(Kind.REVENUE, "Late fees", "fees on documents that were paid late"),
    model.BREAKAGE: AccountType(Kind.REVENUE, "Breakage", "credit and vouchers that expired unused"),
    model.EXCHANGE_GAINS: AccountType(
        Kind.REVENUE, "Exchange gains", "what payments were worth more than what was booked"
    ),
    model.DISCOUNTS: AccountType(Kind.CONTRA, "Discounts", "what discounts took off revenue"),
    model.REFUNDS: AccountType(Kind.CONTRA, "Refunds", "money and credit that was given back or away"),
    model.MARKETING: AccountType(Kind.EXPENSE, "Marketing", "what vouchers and rewards that are given away cost us"),
    model.GATEWAY_FEES: AccountType(Kind.EXPENSE, "Gateway fees", "what gateways kept for their service", _GATEWAY),
    model.DISPUTE_FEES: AccountType(
        Kind.EXPENSE, "Dispute fees", "what gateways charged because of disputes", _GATEWAY
    ),
    model.BAD_DEBT: AccountType(Kind.EXPENSE, "Bad debt", "receivables that will not be paid"),
    model.WRITE_OFFS: AccountType(Kind.EXPENSE, "Write-offs", "small differences that nobody asks for"),
    model.EXCHANGE_LOSSES: AccountType(
        Kind.EXPENSE, "Exchange losses", "what payments were worth less than what was booked"
    ),
}
"""All accounts, in the order of a balance sheet and an income statement."""


@lru_cache(maxsize=4096)
def account_type(account: str) -> AccountType:
    """What an account is. Raises `InvalidInput` for one that is not of the chart, or not written as it should be."""
    match = _NAME.fullmatch(account) if isinstance(account, str) else None
    found = CHART.get(match[1]) if match else None
    if match is None or found is None:
        raise InvalidInput.one("account", "is not of the chart", account, f"one of: {', '.join(CHART)}")
    if match[2] and not found.key:
        raise InvalidInput.one("account", "has no parts", account, f"write {match[1]}")
    return found


def sort_key(account: str) -> tuple[int, str]:
    """Accounts in the order of the chart."""
    name = account.partition(":")[0]
    return (_ORDER[name] if name in _ORDER else len(_ORDER)), account


_ORDER: Final = {name: place for place, name in enumerate(CHART)}
