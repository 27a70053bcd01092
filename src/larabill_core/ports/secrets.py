"""Storage of sealed secrets. What is stored is ciphertext; the vault seals and opens."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class SealedRow:
    """One secret of `owner_table` row `owner_id`. `blob` is `Sealed.to_bytes()`."""

    owner_table: str
    owner_id: UUID
    secret_version: int
    key_name: str
    blob: bytes = attrs.field(repr=False)


class SecretRepository(Protocol):
    def put(self, row: SealedRow) -> None:
        """Insert or replace the secret of (owner_table, owner_id)."""
        ...

    def get(self, owner_table: str, owner_id: UUID) -> SealedRow | None: ...

    def delete(self, owner_table: str, owner_id: UUID) -> bool:
        """True when there was one."""
        ...

    def wrapped_with_other_than(self, key_name: str, *, limit: int) -> list[SealedRow]:
        """Rows that a key rotation still has to re-wrap."""
        ...
