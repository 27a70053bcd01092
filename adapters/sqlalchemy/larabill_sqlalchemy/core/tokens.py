"""The tokens of `larabill serve`, as digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_core.errors import NotFound
from larabill_core.ids import public_id
from larabill_core.ports.tokens import Token
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

TOKENS = sa.Table(
    "larabill_tokens",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("digest", code(64), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("roles", Json, nullable=False),
    sa.Column("seller_id", Id),
    sa.Column("customer_id", Id),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("last_used_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.UniqueConstraint("digest", name="uq_larabill_tokens_digest"),
    **MYSQL_OPTIONS,
)

_T = TOKENS.c


class Tokens:
    """Implements `larabill_core.ports.tokens.TokenRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def add(self, token: Token) -> None:
        self._connection.execute(sa.insert(TOKENS), to_row(token))

    def get(self, id: UUID) -> Token:
        row = self._connection.execute(sa.select(TOKENS).where(_T.id == id)).one_or_none()
        if row is None:
            raise NotFound("token", public_id("tok", id))
        return from_row(Token, row)

    def by_digest(self, digest: str) -> Token | None:
        row = self._connection.execute(sa.select(TOKENS).where(_T.digest == digest)).one_or_none()
        return None if row is None else from_row(Token, row)

    def page(self, *, after: UUID | None = None, limit: int = 100) -> Sequence[Token]:
        query = keyset(sa.select(TOKENS), _T.id, after=after, newest_first=False, limit=limit)
        return [from_row(Token, row) for row in self._connection.execute(query)]

    def used(self, id: UUID, at: datetime) -> None:
        self._connection.execute(sa.update(TOKENS).where(_T.id == id).values(last_used_at=at))

    def revoke(self, id: UUID, at: datetime) -> None:
        mine = sa.update(TOKENS).where(_T.id == id, _T.revoked_at.is_(None))
        self._connection.execute(mine.values(revoked_at=at))
