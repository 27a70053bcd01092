"""Overdue cases: one open for a subscription at a time, for its invoice that is overdue longest; and their pauses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.policies import DEFAULT
from larabill_core.errors import IllegalTransition


@attrs.frozen(kw_only=True)
class DunningCase:
    """`steps` counts the steps of the policy's ladder that were taken, the last of them at `stepped_at`.

    `version` grows with each step and each time a taking away is asked for anew, and goes on growing through all cases
    of a subscription, so that it names one request for ever. `overdue_at` is when the day after the due day began.
    `asked_at` is when provisioning was last asked for something; `destroy_at` is set once the end was asked for.
    While `paused_at` is set the case's clock stands still: `next_at` and `destroy_at` move on by as much as it stood.
    `is_open` is None, not False, when closed: a unique index over it then allows any number of closed cases.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    subscription_id: UUID
    invoice_id: UUID
    policy: str = DEFAULT
    version: int
    steps: int = 0
    overdue_at: datetime
    stepped_at: datetime | None = None
    asked_at: datetime | None = None
    next_at: datetime | None
    paused_at: datetime | None = None
    destroy_at: datetime | None = None
    is_open: bool | None = True
    opened_at: datetime
    closed_at: datetime | None = None
    closed_reason: str = ""


class PauseKind(StrEnum):
    """Why nothing is done about an unpaid invoice: a promise to pay, a payment in dispute, or staff who say so."""

    PROMISE = "promise"
    DISPUTE = "dispute"
    STAFF = "staff"


class PauseStatus(StrEnum):
    """Of a promise: KEPT, BROKEN or WITHDRAWN in the end. Of other pauses: ENDED."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


PAUSE_TRANSITIONS: Final[Mapping[tuple[PauseStatus, str], PauseStatus]] = {
    (PauseStatus.OPEN, "keep"): PauseStatus.KEPT,
    (PauseStatus.OPEN, "break"): PauseStatus.BROKEN,
    (PauseStatus.OPEN, "withdraw"): PauseStatus.WITHDRAWN,
    (PauseStatus.OPEN, "end"): PauseStatus.ENDED,
}


@attrs.frozen(kw_only=True)
class Pause:
    """Nothing is done about an unpaid invoice from `started_at` to `ended_at`: no step, no attempt to charge.

    `until_on` is the last day of a promise, in the customer's zone; `said_by` is who made it. An invoice has one open
    pause of a kind at most; `is_open` is None, not False, when it is over.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    invoice_id: UUID
    kind: PauseKind = attrs.field(converter=PauseKind)
    status: PauseStatus = attrs.field(default=PauseStatus.OPEN, converter=PauseStatus)
    reason: str = attrs.field(default="", repr=False)
    said_by: str = attrs.field(default="", repr=False)
    until_on: date | None = None
    started_at: datetime
    ended_at: datetime | None = None
    is_open: bool | None = True

    def after(self, event: str, now: datetime) -> Pause:
        """The pause as it is over. Raises `IllegalTransition`."""
        status = PAUSE_TRANSITIONS.get((self.status, event))
        if status is None:
            raise IllegalTransition("pause", self.id, self.status, event, [])
        return attrs.evolve(self, status=status, ended_at=now, is_open=None)


@attrs.frozen(kw_only=True)
class Notice:
    """A reminder before the due day that went out: the `number`-th of its invoice's policy, counted from 1."""

    id: UUID
    seller_id: UUID
    invoice_id: UUID
    number: int
    sent_at: datetime


@attrs.frozen(kw_only=True)
class InvoiceDunning:
    """What stands behind an unpaid invoice, for the customer and for staff.

    `steps` were taken of the ladder; `next_step` is the action that follows at `next_at`, when nothing pauses it.
    `pauses` are those that stand now.
    """

    invoice_id: UUID
    subscription_id: UUID | None
    policy: str
    steps: int
    next_step: str | None
    next_at: datetime | None
    pauses: tuple[Pause, ...]


def stood_still(pauses: tuple[Pause, ...] | list[Pause], since: datetime, now: datetime) -> timedelta:
    """For how long at least one of the pauses stood between these instants."""
    spans = sorted((max(pause.started_at, since), min(pause.ended_at or now, now)) for pause in pauses)
    total, reached = timedelta(0), since
    for start, end in spans:
        start = max(start, reached)
        if end > start:
            total += end - start
            reached = end
    return total
