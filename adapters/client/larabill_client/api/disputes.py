"""Operations of the API: disputes. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.disputes import DisputePage
from larabill_client.models.shared import DisputeOut, DisputeStatus
from larabill_client.transport import Transport, _part


class DisputesApi(Transport):
    """Operations under /disputes."""

    def list_disputes(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: DisputeStatus | None = None,
    ) -> DisputePage:
        """Payments that customers had their bank call back.

        Needs `disputes.read`.
        """
        return self._ask(
            DisputePage,
            "GET",
            "/disputes",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "status": status},
        )

    def all_disputes(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: DisputeStatus | None = None,
    ) -> Iterator[DisputeOut]:
        """Every item of `list_disputes`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_disputes(after=after, limit=100, sort=sort, customer=customer, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_dispute(self, dispute: str) -> DisputeOut:
        """A dispute.

        Needs `disputes.read`.
        """
        return self._ask(DisputeOut, "GET", f"/disputes/{_part(dispute)}")

    def lose_dispute(self, dispute: str, *, version: int, idempotency_key: str | None = None) -> DisputeOut:
        """Its invoices are owed again, or written off.

        Needs `disputes.write`.
        """
        return self._ask(
            DisputeOut, "POST", f"/disputes/{_part(dispute)}/lose", keyed=True, key=idempotency_key, version=version
        )

    def review_dispute(self, dispute: str, *, version: int, idempotency_key: str | None = None) -> DisputeOut:
        """Evidence was handed in.

        Needs `disputes.write`.
        """
        return self._ask(
            DisputeOut, "POST", f"/disputes/{_part(dispute)}/review", keyed=True, key=idempotency_key, version=version
        )

    def win_dispute(self, dispute: str, *, version: int, idempotency_key: str | None = None) -> DisputeOut:
        """The money is ours again.

        Needs `disputes.write`.
        """
        return self._ask(
            DisputeOut, "POST", f"/disputes/{_part(dispute)}/win", keyed=True, key=idempotency_key, version=version
        )
