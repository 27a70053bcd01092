"""Post entries, and read the trial balance."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.ledger.chart import account_type
from larabill_billing.ledger.model import AccountBalance, Entry
from larabill_billing.ledger.ports import LedgerTx


def post(tx: LedgerTx, entries: Sequence[Entry]) -> None:
    """Write entries, in the transaction of the documents that cause them. Each is balanced since it was made.

    Raises `InvalidInput` for an account that is not of the chart.
    """
    for account in {posting.account for entry in entries for posting in entry.postings}:
        account_type(account)
    if entries:
        tx.billing.ledger.add_many(entries)


def trial_balance(tx: LedgerTx) -> list[AccountBalance]:
    """The balance of each account. In each currency they add up to zero (I4)."""
    return tx.billing.ledger.trial_balance()
