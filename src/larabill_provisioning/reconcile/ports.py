"""Storage of what providers tell by themselves: webhooks, and things of theirs that are none of ours. Of all sellers,
since an account serves all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from larabill_provisioning.reconcile.model import ProviderWebhook, Stray, WebhookOutcome


class StrayRepository(Protocol):
    def replace(self, account: str, strays: Sequence[Stray]) -> None:
        """Make the account's strays these; one that was known keeps its `first_seen_at`."""
        ...

    def list(self, account: str | None = None) -> list[Stray]: ...


class WebhookRepository(Protocol):
    def add_new(self, webhook: ProviderWebhook) -> bool:
        """Insert; False when (account, event id) was there already."""
        ...

    def get(self, webhook_id: UUID, *, lock: bool = False) -> ProviderWebhook:
        """Raises `NotFound`."""
        ...

    def save(self, webhook: ProviderWebhook) -> None:
        """Write what became of it."""
        ...

    def page(
        self,
        *,
        account: str | None = None,
        result: WebhookOutcome | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[ProviderWebhook]:
        """By id (that is, by age), keyset paged with `after`."""
        ...

    def purge(self, *, before: datetime) -> int:
        """Delete what was received before; how many."""
        ...
