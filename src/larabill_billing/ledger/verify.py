"""What `larabill verify` asks about the ledger."""

from __future__ import annotations

from typing import Final

from larabill_billing.ledger.ports import LedgerTx
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


VERIFY: Final = ("larabill_billing.ledger.verify:verify_ledger",)
