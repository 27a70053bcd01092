"""What is kept of requests: answers under an idempotency key, and what staff did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_core.ports.requests import Action, KeptAnswer
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_new, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, blob, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

ANSWERS = sa.Table(
    "larabill_answers",
    METADATA,
    sa.Column("principal", code(64), primary_key=True),
    sa.Column("key", code(200), primary_key=True),
    sa.Column("fingerprint", code(64), nullable=False),
    sa.Column("claim", Id, nullable=False),
    sa.Column("lease_until", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("headers", text(), nullable=False),
    sa.Column("body", blob(), nullable=False),
    sa.Index("ix_larabill_answers_created", "created_at"),
    **MYSQL_OPTIONS,
)

ACTIONS = sa.Table(
    "larabill_actions",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", code(200), nullable=False),
    sa.Column("action", code(64), nullable=False),
    sa.Column("subject", code(255), nullable=False),
    sa.Column("request_id", code(40), nullable=False),
    sa.Index("ix_larabill_actions_seller", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_A, _C = ANSWERS.c, ACTIONS.c


class Answers:
    """Implements `larabill_core.ports.requests.AnswerRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def claim(self, new: KeptAnswer, *, kept_since: datetime) -> KeptAnswer:
        self._connection.execute(
            sa.delete(ANSWERS).where(_A.principal == new.principal, _A.key == new.key, _A.created_at < kept_since)
        )
        insert_new(self._connection, ANSWERS, [new])
        query = sa.select(ANSWERS).where(_A.principal == new.principal, _A.key == new.key).with_for_update()
        return from_row(KeptAnswer, self._connection.execute(query).one())

    def take_over(self, new: KeptAnswer) -> None:
        mine = sa.update(ANSWERS).where(_A.principal == new.principal, _A.key == new.key)
        self._connection.execute(mine.values(claim=new.claim, lease_until=new.lease_until))

    def finish(self, principal: str, key: str, claim: UUID, status: int, headers: str, body: bytes) -> bool:
        mine = sa.update(ANSWERS).where(_A.principal == principal, _A.key == key, _A.claim == claim)
        return self._connection.execute(mine.values(status=status, headers=headers, body=body)).rowcount > 0

    def release(self, principal: str, key: str, claim: UUID) -> None:
        mine = sa.delete(ANSWERS).where(_A.principal == principal, _A.key == key, _A.claim == claim)
        self._connection.execute(mine.where(_A.status.is_(None)))

    def purge(self, before: datetime) -> int:
        return self._connection.execute(sa.delete(ANSWERS).where(_A.created_at < before)).rowcount


class Actions:
    """Implements `larabill_core.ports.requests.ActionRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def add(self, action: Action) -> None:
        self._connection.execute(sa.insert(ACTIONS), to_row(action))

    def page(
        self, *, seller_id: UUID | None, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> Sequence[Action]:
        query = sa.select(ACTIONS)
        if seller_id is not None:
            query = query.where(_C.seller_id == seller_id)
        query = keyset(query, _C.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(Action, row) for row in self._connection.execute(query)]
