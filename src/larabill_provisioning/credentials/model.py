"""A stored credential. What is stored is sealed; only `handlers.secrets_of` opens it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import attrs


class Scope(StrEnum):
    """USER: for its creator only. SYSTEM: for the whole of a seller's staff."""

    USER = "user"
    SYSTEM = "system"


@attrs.frozen(kw_only=True)
class Credential:
    """Secrets under a name, UNIQUE(seller, name). `secrets_encrypted` is `Sealed.to_bytes()`, a mapping by name."""

    id: UUID
    seller_id: UUID
    name: str
    driver: str
    scope: Scope
    secrets_encrypted: bytes = attrs.field(repr=False)
    secret_version: int
    key_name: str
    created_by: str
    created_at: datetime
    updated_at: datetime
