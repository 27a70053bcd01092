"""Disputes: money that a customer had their bank call back, and how it goes on. Never un-decided by late news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_core.errors import IllegalTransition


class DisputeStatus(StrEnum):
    """OPENED: evidence may be handed in. UNDER_REVIEW: it was. WON: the money is ours again. LOST: it is the
    customer's.

    The last two are final.
    """

    OPENED = "opened"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


STANDING: Final = frozenset({DisputeStatus.OPENED, DisputeStatus.UNDER_REVIEW})
"""Not decided yet."""

DISPUTE_STATES: Final = frozenset(status.value for status in DisputeStatus)

TRANSITIONS: Final[Mapping[tuple[DisputeStatus, str], DisputeStatus]] = {
    (DisputeStatus.OPENED, "review"): DisputeStatus.UNDER_REVIEW,
    (DisputeStatus.OPENED, "win"): DisputeStatus.WON,
    (DisputeStatus.OPENED, "lose"): DisputeStatus.LOST,
    (DisputeStatus.UNDER_REVIEW, "win"): DisputeStatus.WON,
    (DisputeStatus.UNDER_REVIEW, "lose"): DisputeStatus.LOST,
}

EVENT_OF_STATE: Final = {"under_review": "review", "won": "win", "lost": "lose"}


@attrs.frozen(kw_only=True)
class Dispute:
    """One dispute about one payment, once for each (account, gateway_id).

    `amount` is what the gateway holds back; `fee` is what it charges for that, and keeps. `reopened` is how much of it
    the customer owes again since it was lost.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    payment_id: UUID
    account: str
    gateway_id: str
    amount: Decimal
    currency: str
    fee: Decimal
    reason: str
    respond_by: datetime | None
    status: DisputeStatus = attrs.field(default=DisputeStatus.OPENED, converter=DisputeStatus)
    reopened: Decimal = Decimal(0)
    opened_at: datetime
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_standing(self) -> bool:
        """Whether it is not decided yet."""
        return self.status in STANDING


def next_status(dispute: Dispute, event: str) -> DisputeStatus:
    """Where `event` leads the dispute. Raises `IllegalTransition`."""
    found = TRANSITIONS.get((dispute.status, event))
    if found is None:
        allowed = sorted(name for state, name in TRANSITIONS if state is dispute.status)
        raise IllegalTransition("dispute", dispute.id, dispute.status, event, allowed)
    return found
