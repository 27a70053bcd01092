"""What `larabill verify` asks about credits."""

from __future__ import annotations

from typing import Final

from larabill_billing.credits.ports import CreditsTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation


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


VERIFY: Final = ("larabill_billing.credits.verify:verify_credits",)
