"""Webhooks of gateways on the wire, as staff see them: what each claims and what became of it, never its body."""

from __future__ import annotations

from datetime import datetime

import msgspec

from larabill_billing.payments.model import WebhookEvent, WebhookReject, WebhookStatus
from larabill_core.http.wire import Limit, Listing
from larabill_core.ids import public_id


class GatewayInboxQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks a list shows."""

    status: WebhookStatus | None = None


class RejectedQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of the newest."""

    limit: Limit = 20


class GatewayWebhookOut(msgspec.Struct, frozen=True, kw_only=True):
    """A verified webhook. `ref`, `transaction`, `invoice`, `amount` and `currency` are what it claims, as sent.

    `status` and `reason`: what became of it. Unmatched ones have changed nothing.
    """

    id: str
    account: str
    event_id: str
    event_type: str
    kind: str
    ref: str | None
    state: str
    transaction: str | None
    amount: str | None
    currency: str | None
    invoice: str | None
    dispute: str | None
    code: str
    status: WebhookStatus
    reason: str
    occurred_at: datetime | None
    received_at: datetime
    settled_at: datetime | None


class GatewayInbox(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[GatewayWebhookOut]
    next: str | None


class RejectedWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that was not believed. `size` of its body in bytes."""

    id: str
    account: str
    reason: str
    size: int
    received_at: datetime


class RejectedList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first; only some are kept, for some days."""

    items: list[RejectedWebhook]


def webhook_out(event: WebhookEvent) -> GatewayWebhookOut:
    """One line of the inbox."""
    return GatewayWebhookOut(
        id=public_id("whk", event.id),
        account=event.account,
        event_id=event.event_id,
        event_type=event.event_type,
        kind=event.kind,
        ref=event.ref,
        state=event.state,
        transaction=event.transaction_id,
        amount=event.amount,
        currency=event.currency,
        invoice=event.invoice,
        dispute=event.dispute_id,
        code=event.code,
        status=event.status,
        reason=event.reason,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        settled_at=event.settled_at,
    )


def reject_out(reject: WebhookReject) -> RejectedWebhook:
    """One that was not believed."""
    return RejectedWebhook(
        id=public_id("whk", reject.id),
        account=reject.account,
        reason=reject.reason,
        size=reject.size,
        received_at=reject.received_at,
    )
