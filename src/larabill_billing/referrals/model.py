"""Referrals: one customer brought another, once ever.

pending ──reward──▶ rewarded ──take_back──▶ taken_back
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_core.errors import IllegalTransition


class ReferralStatus(StrEnum):
    """PENDING: the referred customer has not paid yet."""

    PENDING = "pending"
    REWARDED = "rewarded"
    TAKEN_BACK = "taken_back"


TRANSITIONS: Final[Mapping[tuple[ReferralStatus, str], ReferralStatus]] = {
    (ReferralStatus.PENDING, "reward"): ReferralStatus.REWARDED,
    (ReferralStatus.REWARDED, "take_back"): ReferralStatus.TAKEN_BACK,
}


@attrs.frozen(kw_only=True)
class Referral:
    """`payment_id`: whose money paid the referred customer's first invoice; for it both were rewarded."""

    id: UUID
    seller_id: UUID
    referrer_id: UUID
    referred_id: UUID
    status: ReferralStatus = attrs.field(default=ReferralStatus.PENDING, converter=ReferralStatus)
    payment_id: UUID | None = None
    created_at: datetime
    rewarded_at: datetime | None = None


def after(referral: Referral, event: str) -> ReferralStatus:
    """The status after `event`. Raises `IllegalTransition` naming what is possible."""
    status = TRANSITIONS.get((referral.status, event))
    if status is None:
        allowed = [possible for state, possible in TRANSITIONS if state is referral.status]
        raise IllegalTransition("referral", referral.id, referral.status, event, allowed)
    return status
