"""What `larabill verify` asks about referrals."""

from __future__ import annotations

from typing import Final

from larabill_billing.referrals.ports import ReferralsTx
from larabill_core.verify import Violation


def verify_states(tx: ReferralsTx) -> list[Violation]:
    """I6: the audits of each referral lead to its state."""
    return [
        Violation(
            invariant="I6",
            kind="referral-unaudited",
            subject=str(referral),
            message=f"it is {status}, but its audits do not lead there",
        )
        for referral, status in tx.billing.referrals.state_without_audit()
    ]


VERIFY: Final = ("larabill_billing.referrals.verify:verify_states",)
