"""The transition table of redemptions (I6): active ─return─▶ returned, active ─remove─▶ removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from larabill_billing.discounts.coupon import Redemption, RedemptionStatus
from larabill_core.errors import IllegalTransition

REDEMPTION: Final[Mapping[tuple[RedemptionStatus, str], RedemptionStatus]] = {
    (RedemptionStatus.ACTIVE, "return"): RedemptionStatus.RETURNED,
    (RedemptionStatus.ACTIVE, "remove"): RedemptionStatus.REMOVED,
}


def after(redemption: Redemption, event: str) -> RedemptionStatus:
    """The status after `event`. Raises `IllegalTransition` naming what is possible."""
    status = REDEMPTION.get((redemption.status, event))
    if status is None:
        allowed = [possible for state, possible in REDEMPTION if state is redemption.status]
        raise IllegalTransition("redemption", redemption.id, redemption.status, event, allowed)
    return status
