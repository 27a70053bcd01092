"""What the API takes and answers: ledger. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from larabill_client.models.shared import Money


class AccountBalanceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands on an account: debits above zero."""

    account: str
    balance: Money


class AccountMovement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`balance` = `opening` + `debit` - `credit`."""

    account: str
    opening: Money
    debit: Money
    credit: Money
    balance: Money


class AccountMovements(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stood on each account before the days, what moved, and what stands then."""

    items: Sequence[AccountMovement]


class AccountPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[AccountPosting]
    next: str | None


class AccountPosting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One posting on an account, and what its document is called."""

    at: str
    document: str
    kind: str
    purpose: str
    amount: Money
    customer: str | None


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Each currency's balances add up to zero."""

    items: Sequence[AccountBalanceOut]
