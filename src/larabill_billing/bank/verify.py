"""What `larabill verify` asks about bank lines."""

from __future__ import annotations

from typing import Final

from larabill_billing.bank.ports import BankTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation


def verify_bank_lines(tx: BankTx) -> list[Violation]:
    """I1: what is matched is booked. I6: the audits of each line lead to its state."""
    lines = tx.billing.bank_lines
    return [
        *(
            Violation(
                invariant="I1",
                kind="bank-line-without-payment",
                subject=public_id("bnk", line),
                message=f"it is matched, but no payment of its amount took money ({bank_id})",
            )
            for line, bank_id in lines.without_payment()
        ),
        *(
            Violation(
                invariant="I6",
                kind="bank-line-unaudited",
                subject=public_id("bnk", line),
                message=f"it is {status}, but its audits do not lead there",
            )
            for line, status in lines.state_without_audit()
        ),
    ]


VERIFY: Final = ("larabill_billing.bank.verify:verify_bank_lines",)
