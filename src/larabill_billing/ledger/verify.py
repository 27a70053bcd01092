"""What `larabill verify` asks about the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from larabill_billing.ledger.model import DEFERRED_REVENUE
from larabill_billing.ledger.ports import LedgerTx
from larabill_billing.ledger.spans import ONE_DAY
from larabill_core.verify import Violation


def verify_ledger(tx: LedgerTx) -> list[Violation]:
    """I4: each entry, and each currency, adds up to zero."""
    ledger = tx.billing.ledger
    return [
        *(
            Violation(
                invariant="I4",
                kind="entry-unbalanced",
                subject=str(entry),
                message=f"the postings of entry {entry} are fewer than two, or add up to {difference}, not 0",
            )
            for entry, difference in ledger.unbalanced_entries()
        ),
        *(
            Violation(
                invariant="I4",
                kind="currency-unbalanced",
                subject=currency,
                message=f"all postings in {currency} add up to {difference}, not 0",
            )
            for currency, difference in ledger.unbalanced_currencies()
        ),
    ]


def verify_deferred(tx: LedgerTx) -> list[Violation]:
    """I4: deferred revenue is what is not earned yet, by the schedule of the documents."""
    deferrals = tx.billing.deferrals
    last = deferrals.last_run() or date.min
    expected: dict[str, Decimal] = {}
    for currency, begun, span in deferrals.unearned(last):
        left = span.between(last + ONE_DAY if begun else span.starts_on, span.ends_on)
        expected[currency] = expected.get(currency, Decimal(0)) + left
    for line in tx.billing.ledger.trial_balance():
        if line.account == DEFERRED_REVENUE:
            expected[line.currency] = expected.get(line.currency, Decimal(0)) - line.balance
    return [
        Violation(
            invariant="I4",
            kind="deferred-differs",
            subject=currency,
            message=f"deferred revenue in {currency} is {-difference} more than what its schedule has not earned yet",
        )
        for currency, difference in sorted(expected.items())
        if difference
    ]


VERIFY: Final = tuple(
    f"larabill_billing.ledger.verify:{function.__name__}" for function in (verify_ledger, verify_deferred)
)
