"""Gateway accounts, and the webhooks that they sent: believed and not believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.payments.model import GatewayAccount, WebhookEvent, WebhookReject, WebhookStatus
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, insert_new, keyset, page_size, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

ACCOUNTS = sa.Table(
    "larabill_gateway_accounts",
    METADATA,
    sa.Column("account", code(100), primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("last_heard_at", Instant),
    **MYSQL_OPTIONS,
)

EVENTS = sa.Table(
    "larabill_webhook_events",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("event_id", code(255), nullable=False),
    sa.Column("event_type", code(255), nullable=False),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("ref", code(255)),
    sa.Column("state", code(255), nullable=False),
    sa.Column("transaction_id", code(255)),
    sa.Column("amount", code(255)),
    sa.Column("currency", code(255)),
    sa.Column("invoice", code(255)),
    sa.Column("code", code(100), nullable=False),
    sa.Column("dispute_id", code(255)),
    sa.Column("fee", code(255)),
    sa.Column("respond_by", Instant),
    sa.Column("status", code(32), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("occurred_at", Instant),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Index("uq_larabill_webhook_events_event", "seller_id", "account", "event_id", unique=True),
    sa.Index("ix_larabill_webhook_events_ref", "seller_id", "account", "ref"),
    sa.Index("ix_larabill_webhook_events_status", "seller_id", "status", "id"),
    sa.Index("ix_larabill_webhook_events_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

REJECTS = sa.Table(
    "larabill_webhook_rejects",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Index("ix_larabill_webhook_rejects_id", "seller_id", "id"),
    sa.Index("ix_larabill_webhook_rejects_received_at", "seller_id", "received_at"),
    **MYSQL_OPTIONS,
)

HEARD_EVERY: Final = timedelta(minutes=1)
"""How exact `last_heard_at` is: finer, and every webhook would wait for the same row."""

_A, _E, _R = ACCOUNTS.c, EVENTS.c, REJECTS.c


class GatewayAccounts:
    """Implements `larabill_billing.payments.ports.GatewayAccountRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def find(self, account: str) -> GatewayAccount | None:
        row = self._tx.connection.execute(sa.select(ACCOUNTS).where(_A.account == account)).one_or_none()
        return None if row is None else from_row(GatewayAccount, row)

    def claim(self, account: str, seller_id: UUID) -> GatewayAccount:
        found = self.find(account)
        if found is not None:
            return found
        new = GatewayAccount(account=account, seller_id=seller_id, last_heard_at=None)
        insert_new(self._tx.connection, ACCOUNTS, [to_row(new)])
        return self.find(account) or new

    def heard(self, account: str, at: datetime) -> None:
        self._tx.connection.execute(
            sa.update(ACCOUNTS)
            .where(_A.account == account, sa.or_(_A.last_heard_at.is_(None), _A.last_heard_at < at - HEARD_EVERY))
            .values(last_heard_at=at)
        )


class Webhooks:
    """Implements `larabill_billing.payments.ports.WebhookRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_new(self, event: WebhookEvent) -> WebhookEvent:
        insert_new(self._tx.connection, EVENTS, [to_row(event)])
        query = sa.select(EVENTS).where(
            _E.seller_id == self._tx.seller_id, _E.account == event.account, _E.event_id == event.event_id
        )
        return from_row(WebhookEvent, self._tx.connection.execute(query).one())

    def get(self, webhook_id: UUID, *, lock: bool = False) -> WebhookEvent:
        query = sa.select(EVENTS).where(_E.seller_id == self._tx.seller_id, _E.id == webhook_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("webhook", webhook_id)
        return from_row(WebhookEvent, row)

    def save(self, event: WebhookEvent) -> None:
        self._tx.connection.execute(
            sa.update(EVENTS)
            .where(_E.seller_id == self._tx.seller_id, _E.id == event.id)
            .values(status=event.status.value, reason=event.reason, settled_at=event.settled_at)
        )

    def page(
        self,
        *,
        status: WebhookStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[WebhookEvent]:
        query = sa.select(EVENTS).where(_E.seller_id == self._tx.seller_id)
        if status is not None:
            query = query.where(_E.status == status.value)
        whole = "ix_larabill_webhook_events_id" if status is None else ""
        query = keyset(query, _E.id, after=after, newest_first=newest_first, limit=limit, index=whole)
        return [from_row(WebhookEvent, row) for row in self._tx.connection.execute(query)]

    def newest_applied(self, account: str, ref: str) -> datetime | None:
        newest = sa.type_coerce(sa.func.max(_E.occurred_at), Instant())
        query = sa.select(newest).where(
            _E.seller_id == self._tx.seller_id,
            _E.account == account,
            _E.ref == ref,
            _E.status == WebhookStatus.APPLIED.value,
        )
        return self._tx.connection.execute(query).scalar_one()

    def add_reject(self, reject: WebhookReject, *, keep: int, since: datetime) -> None:
        insert_many(self._tx.connection, REJECTS, [to_row(reject)])
        mine = _R.seller_id == self._tx.seller_id
        newest = sa.select(_R.id).where(mine).order_by(_R.id.desc()).offset(keep).limit(1)
        last = self._tx.connection.scalar(newest)
        old = _R.received_at < since if last is None else sa.or_(_R.received_at < since, _R.id <= last)
        self._tx.connection.execute(sa.delete(REJECTS).where(mine, old))

    def rejected(self, *, limit: int = 100) -> list[WebhookReject]:
        query = (
            sa.select(REJECTS).where(_R.seller_id == self._tx.seller_id).order_by(_R.id.desc()).limit(page_size(limit))
        )
        return [from_row(WebhookReject, row) for row in self._tx.connection.execute(query)]
