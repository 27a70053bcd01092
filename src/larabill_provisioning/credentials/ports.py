"""Storage of credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from larabill_provisioning.credentials.model import Credential


class CredentialRepository(Protocol):
    def add(self, credential: Credential) -> None:
        """Insert. Raises `AlreadyExists` for a name that is taken."""
        ...

    def by_name(self, name: str, *, lock: bool = False) -> Credential:
        """Raises `NotFound`."""
        ...

    def save_many(self, credentials: Sequence[Credential]) -> None:
        """Write the mutable fields. Of all sellers: for the rotation of keys."""
        ...

    def delete(self, credential_id: UUID) -> None: ...

    def wrapped_with_other_than(self, key_name: str, *, limit: int) -> list[Credential]:
        """Locked rows that a key rotation still has to re-wrap. Of all sellers."""
        ...

    def list(self) -> list[Credential]: ...
