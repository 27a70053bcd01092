"""Storage of the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_provisioning.audit.model import Audit


class AuditRepository(Protocol):
    """Insert-only."""

    def add_many(self, audits: Sequence[Audit]) -> None:
        """Insert in one statement."""
        ...

    def for_resource(self, resource_id: UUID) -> list[Audit]:
        """All of a resource, oldest first."""
        ...

    def page(
        self, resource_id: UUID, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Audit]:
        """Some of a resource by id (that is, by age), keyset paged with `after`."""
        ...

    def status_mismatches(self) -> list[tuple[UUID, str, str]]:
        """(resource, its status, `after` of its latest audit, "" for none) wherever the two differ."""
        ...

    def moves_outside(self, allowed: Collection[tuple[str, str]]) -> list[tuple[UUID, str, str]]:
        """(resource, before, after) of audits that moved a resource by none of the `allowed` pairs."""
        ...
