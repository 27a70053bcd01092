"""What reconciliation keeps: things at a provider that nobody here knows, and webhooks that were verified."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Stray:
    """Something at `account` that carries a ref of ours but belongs to no standing resource. We never touch it."""

    account: str
    driver_ref: str
    ref: str
    first_seen_at: datetime
    last_seen_at: datetime


class WebhookOutcome(StrEnum):
    """What became of it. IGNORED: it is about nothing that we have. HURRIED: the operation under way looks at once.
    CHECKING: the resource is compared with the provider."""

    IGNORED = "ignored"
    HURRIED = "hurried"
    CHECKING = "checking"


@attrs.frozen(kw_only=True)
class ProviderWebhook:
    """A verified webhook, kept so that its repetition is known. Its body is not kept; `ref` is what it is about."""

    id: UUID
    account: str
    event_id: str
    event_type: str
    ref: str | None
    result: WebhookOutcome
    received_at: datetime
