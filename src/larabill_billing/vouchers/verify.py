"""What `larabill verify` asks about vouchers."""

from __future__ import annotations

from typing import Final

from larabill_billing.vouchers.ports import VouchersTx
from larabill_core.verify import Violation


def verify_vouchers(tx: VouchersTx) -> list[Violation]:
    """I4: what we owe holders is what the ledger says. I1: what was redeemed became credit."""
    vouchers = tx.billing.vouchers
    return [
        *(
            Violation(
                invariant="I4",
                kind="vouchers-differ",
                subject=currency,
                message=f"the ledger and the open vouchers that were sold in {currency} differ by {difference}",
            )
            for currency, difference in vouchers.ledger_differences()
        ),
        *(
            Violation(
                invariant="I1",
                kind="voucher-without-credit",
                subject=str(voucher),
                message="it was redeemed, but gave no credit",
            )
            for voucher in vouchers.without_credit()
        ),
    ]


VERIFY: Final = ("larabill_billing.vouchers.verify:verify_vouchers",)
