"""Strays and providers' webhooks on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from larabill_core.http.wire import Listing
from larabill_core.ids import public_id
from larabill_provisioning.reconcile.model import ProviderWebhook, Stray, WebhookOutcome

Account: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class StraysQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of all accounts, or of one."""

    account: Account | None = None


class StrayOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something at a provider that carries a ref of ours and belongs to nothing here. We never touch it."""

    account: str
    driver_ref: str
    ref: str
    first_seen_at: datetime
    last_seen_at: datetime


class StrayList(msgspec.Struct, frozen=True, kw_only=True):
    """What the last reconciliation saw."""

    items: list[StrayOut]


class WebhookTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a webhook of a provider."""

    result: str


class ProviderInboxQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which webhooks a list shows."""

    account: Account | None = None
    result: WebhookOutcome | None = None


class ProviderWebhookOut(msgspec.Struct, frozen=True, kw_only=True):
    """A verified webhook and what became of it: `hurried` and `checking` had us ask the provider. `ref` is ours."""

    id: str
    account: str
    event_id: str
    event_type: str
    ref: str | None
    result: WebhookOutcome
    received_at: datetime


class ProviderInbox(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ProviderWebhookOut]
    next: str | None


def stray_out(stray: Stray) -> StrayOut:
    """One stray."""
    return StrayOut(
        account=stray.account,
        driver_ref=stray.driver_ref,
        ref=stray.ref,
        first_seen_at=stray.first_seen_at,
        last_seen_at=stray.last_seen_at,
    )


def webhook_out(webhook: ProviderWebhook) -> ProviderWebhookOut:
    """One line of the inbox."""
    return ProviderWebhookOut(
        id=public_id("whk", webhook.id),
        account=webhook.account,
        event_id=webhook.event_id,
        event_type=webhook.event_type,
        ref=webhook.ref,
        result=webhook.result,
        received_at=webhook.received_at,
    )
