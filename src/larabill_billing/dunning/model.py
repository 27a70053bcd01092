"""Overdue cases: one open for a subscription at a time, for its invoice that is overdue longest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class DunningCase:
    """`steps` counts the steps of the ladder that were taken, the last of them at `stepped_at`.

    `version` grows with each step and each time a taking away is asked for anew, and goes on growing through all cases
    of a subscription, so that it names one request for ever. `overdue_at` is when the day after the due day began.
    `asked_at` is when provisioning was last asked for something; `destroy_at` is set once the end was asked for.
    `is_open` is None, not False, when closed: a unique index over it then allows any number of closed cases.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    subscription_id: UUID
    invoice_id: UUID
    version: int
    steps: int = 0
    overdue_at: datetime
    stepped_at: datetime | None = None
    asked_at: datetime | None = None
    next_at: datetime | None
    destroy_at: datetime | None = None
    is_open: bool | None = True
    opened_at: datetime
    closed_at: datetime | None = None
    closed_reason: str = ""
