"""What providers tell by themselves: strays and webhooks. By account, since an account serves all sellers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_core.errors import NotFound
from larabill_provisioning.reconcile.model import ProviderWebhook, Stray, WebhookOutcome
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, insert_new, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

STRAYS = sa.Table(
    "larabill_provision_strays",
    METADATA,
    sa.Column("account", code(100), primary_key=True),
    sa.Column("driver_ref", code(200), primary_key=True),
    sa.Column("ref", code(200), nullable=False),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    **MYSQL_OPTIONS,
)

WEBHOOKS = sa.Table(
    "larabill_provision_webhooks",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("account", code(100), nullable=False),
    sa.Column("event_id", code(255), nullable=False),
    sa.Column("event_type", code(100), nullable=False),
    sa.Column("ref", code(255)),
    sa.Column("result", code(16), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Index("uq_larabill_provision_webhooks_account", "account", "event_id", unique=True),
    sa.Index("ix_larabill_provision_webhooks_account_id", "account", "id"),
    sa.Index("ix_larabill_provision_webhooks_result", "result", "id"),
    sa.Index("ix_larabill_provision_webhooks_received_at", "received_at"),
    **MYSQL_OPTIONS,
)

_S = STRAYS.c
_W = WEBHOOKS.c


class Strays:
    """Implements `larabill_provisioning.reconcile.ports.StrayRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def replace(self, account: str, strays: Sequence[Stray]) -> None:
        known = {stray.driver_ref: stray.first_seen_at for stray in self.list(account)}
        self._connection.execute(sa.delete(STRAYS).where(_S.account == account))
        rows = [
            to_row(attrs.evolve(stray, first_seen_at=known.get(stray.driver_ref, stray.first_seen_at)))
            for stray in strays
        ]
        insert_many(self._connection, STRAYS, rows)

    def list(self, account: str | None = None) -> list[Stray]:
        query = sa.select(STRAYS).order_by(_S.account, _S.driver_ref)
        if account is not None:
            query = query.where(_S.account == account)
        return [from_row(Stray, row) for row in self._connection.execute(query)]


class Webhooks:
    """Implements `larabill_provisioning.reconcile.ports.WebhookRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def add_new(self, webhook: ProviderWebhook) -> bool:
        insert_new(self._connection, WEBHOOKS, [to_row(webhook)])
        stored = sa.select(_W.id).where(_W.account == webhook.account, _W.event_id == webhook.event_id)
        return self._connection.scalar(stored) == webhook.id

    def get(self, webhook_id: UUID, *, lock: bool = False) -> ProviderWebhook:
        query = sa.select(WEBHOOKS).where(_W.id == webhook_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("webhook", webhook_id)
        return from_row(ProviderWebhook, row)

    def save(self, webhook: ProviderWebhook) -> None:
        self._connection.execute(sa.update(WEBHOOKS).where(_W.id == webhook.id).values(result=webhook.result.value))

    def page(
        self,
        *,
        account: str | None = None,
        result: WebhookOutcome | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[ProviderWebhook]:
        query = sa.select(WEBHOOKS)
        if account is not None:
            query = query.where(_W.account == account)
        if result is not None:
            query = query.where(_W.result == result.value)
        query = keyset(query, _W.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(ProviderWebhook, row) for row in self._connection.execute(query)]

    def purge(self, *, before: datetime) -> int:
        return self._connection.execute(sa.delete(WEBHOOKS).where(_W.received_at < before)).rowcount
