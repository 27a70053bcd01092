"""What the API takes and answers: audit. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class AuditLineOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did what to it, and its state before and after."""

    id: str
    at: str
    actor: str
    action: str
    before: str
    after: str
    reason: str


class AuditTrail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    subject: str
    items: Sequence[AuditLineOut]
    next: str | None
