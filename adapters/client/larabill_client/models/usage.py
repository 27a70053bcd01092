"""What the API takes and answers: usage. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec


class NewUsageEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was used. The same `idempotency_id` twice is one event; `corrects` names one that it
    replaces.

        `subscription_item_id` may be left out where the agreement has one item. A meter counts a `quantity` or
    different     values of `unique_key`, or what it names of the `properties`.
    """

    idempotency_id: str
    subscription_id: str
    meter: str
    occurred_at: datetime
    subscription_item_id: str | None = None
    quantity: str | None = None
    unique_key: str | None = None
    properties: Mapping[str, Any] | None = None
    corrects: str | None = None


class RecordUsage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Events that are recorded together, or not at all."""

    events: Sequence[NewUsageEvent]


class RecordedOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many events are new, and how many were known."""

    new: int
    known: int
