"""What `larabill verify` asks about credits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from larabill_billing.credits.ports import CreditsTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation

GRACE: Final = timedelta(days=2)
"""Everywhere the day has begun by then, and the job has come by."""


def verify_credits(tx: CreditsTx) -> list[Violation]:
    """I4: what customers hold with us is what the ledger says."""
    return [
        Violation(
            invariant="I4",
            kind="credit-differs",
            subject=public_id("cus", customer) if customer else currency,
            message=f"the ledger and the credits in {currency} differ by {difference}",
        )
        for customer, currency, difference in tx.billing.credits.ledger_differences()
    ]


def verify_lots(tx: CreditsTx) -> list[Violation]:
    """I4: no lot is used beyond what it holds. I8: what expired is off the books."""
    credits = tx.billing.credits
    return [
        *(
            Violation(
                invariant="I4",
                kind="lot-wrong",
                subject=str(lot),
                message=f"its movements add up to {left}, or are not all of one lot, customer and currency",
            )
            for lot, left in credits.wrong_lots()
        ),
        *(
            Violation(
                invariant="I8",
                kind="credit-expired",
                subject=str(lot.id),
                message=f"it expired on {lot.expires_on}, but {lot.remaining} {lot.currency} are still on the books",
            )
            for lot in credits.expired((tx.now - GRACE).date())
        ),
    ]


VERIFY: Final = tuple(
    f"larabill_billing.credits.verify:{function.__name__}" for function in (verify_credits, verify_lots)
)
