"""What `larabill verify` asks about coupons."""

from __future__ import annotations

from typing import Final

from larabill_billing.discounts.ports import DiscountsTx
from larabill_core.verify import Violation


def verify_coupons(tx: DiscountsTx) -> list[Violation]:
    """Each coupon counts its redemptions; these count what documents say, and their audits lead to their status."""
    return [
        *(
            Violation(
                invariant="I11",
                kind="coupon-uses",
                subject=str(coupon_id),
                message=f"it counts {counted} uses, but has {redeemed} redemptions",
            )
            for coupon_id, counted, redeemed in tx.billing.coupons.wrong_uses()
        ),
        *(
            Violation(
                invariant="I11",
                kind="redemption-sums",
                subject=str(redemption_id),
                message=f"it took off {stored}, but charges say {charged}",
            )
            for redemption_id, stored, charged in tx.billing.redemptions.wrong_sums()
        ),
        *(
            Violation(
                invariant="I6",
                kind="redemption-state",
                subject=str(redemption_id),
                message=f"the audits do not lead to its status {status!r}",
            )
            for redemption_id, status in tx.billing.redemptions.state_without_audit()
        ),
    ]


VERIFY: Final = ("larabill_billing.discounts.verify:verify_coupons",)
