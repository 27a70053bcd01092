"""What the API takes and answers: referrals. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import Money

ReferralStatus: TypeAlias = Literal["pending", "rewarded", "taken_back"]


class NewReferral(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who brought whom."""

    referrer: str
    referred: str


class ReferralOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Once the referred customer has paid, the referrer gets `reward` as credit. `referred` is shown to staff."""

    id: str
    status: ReferralStatus
    referrer: str
    referred: str | None
    reward: Money | None
    created_at: str
    rewarded_at: str | None


class ReferralPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ReferralOut]
    next: str | None
