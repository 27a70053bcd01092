"""Storage of audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.model import Audit, Change
from larabill_core.ports.unit_of_work import Tx


class AuditRepository(Protocol):
    def add_many(
        self, changes: Sequence[Change], reasons: Sequence[str], *, seller_id: UUID, actor: str, at: datetime
    ) -> None:
        """Insert an audit for each change in one statement; `reasons` stand instead of the changes' own."""
        ...

    def for_subject(self, subject_kind: str, subject_id: UUID) -> list[Audit]:
        """All of one subject, oldest first."""
        ...

    def page(
        self,
        *,
        subject: tuple[str, UUID] | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Audit]:
        """By id (that is, by age), keyset paged with `after`. `subject`: its kind and id."""
        ...


class AuditRepositories(Protocol):
    @property
    def audits(self) -> AuditRepository: ...


class AuditTx(Tx, Protocol):
    @property
    def billing(self) -> AuditRepositories: ...
