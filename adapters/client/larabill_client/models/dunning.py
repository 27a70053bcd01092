"""What the API takes and answers: dunning. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class DunningCaseOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An unpaid invoice of an agreement: `steps` were taken, the next is due at `next_at`."""

    id: str
    customer: str
    subscription: str
    invoice: str
    policy: str
    steps: int
    overdue_at: str
    next_at: str | None
    paused_at: str | None
    destroy_at: str | None
    open: bool
    opened_at: str
    closed_at: str | None
    closed_reason: str


class DunningCasePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[DunningCaseOut]
    next: str | None
