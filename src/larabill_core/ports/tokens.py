"""The tokens of `larabill serve`: what is kept of each is who it stands for, never the token itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Token:
    """`digest` is the SHA-256 of the token. With `customer_id` it stands for that customer, without for staff; with
    `seller_id` for that seller's rows only."""

    id: UUID
    digest: str = attrs.field(repr=False)
    name: str
    roles: tuple[str, ...]
    seller_id: UUID | None
    customer_id: UUID | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class TokenRepository(Protocol):
    def add(self, token: Token) -> None: ...

    def get(self, id: UUID) -> Token:
        """Raises `NotFound`."""
        ...

    def by_digest(self, digest: str) -> Token | None: ...

    def page(self, *, after: UUID | None = None, limit: int = 100) -> Sequence[Token]:
        """Also those that count no more; oldest first."""
        ...

    def used(self, id: UUID, at: datetime) -> None: ...

    def revoke(self, id: UUID, at: datetime) -> None:
        """From now on it counts no more; the first time is kept."""
        ...
