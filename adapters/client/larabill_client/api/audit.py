"""Operations of the API: audit. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.audit import AuditLineOut, AuditTrail
from larabill_client.transport import Transport


class AuditApi(Transport):
    """Operations under /audit."""

    def get_audit(
        self,
        *,
        subject: str,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
    ) -> AuditTrail:
        """The audit trail of one thing.

        Needs `audits.read`.
        """
        return self._ask(
            AuditTrail, "GET", "/audit", query={"after": after, "limit": limit, "sort": sort, "subject": subject}
        )

    def all_audit(self, *, subject: str, sort: Literal["-created", "created"] | None = None) -> Iterator[AuditLineOut]:
        """Every item of `get_audit`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.get_audit(after=after, limit=100, sort=sort, subject=subject)
            yield from page.items
            after = page.next
            if after is None:
                return
