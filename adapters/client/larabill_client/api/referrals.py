"""Operations of the API: referrals. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.referrals import NewReferral, ReferralOut, ReferralPage
from larabill_client.transport import Transport


class ReferralsApi(Transport):
    """Operations under /referrals."""

    def list_referrals(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
    ) -> ReferralPage:
        """Who was referred, and what that has brought.

        Needs `referrals.read`.
        """
        return self._ask(
            ReferralPage,
            "GET",
            "/referrals",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer},
        )

    def all_referrals(
        self, *, sort: Literal["-created", "created"] | None = None, customer: str | None = None
    ) -> Iterator[ReferralOut]:
        """Every item of `list_referrals`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_referrals(after=after, limit=100, sort=sort, customer=customer)
            yield from page.items
            after = page.next
            if after is None:
                return

    def refer_customer(self, body: NewReferral, *, idempotency_key: str | None = None) -> ReferralOut:
        """Note who brought a new customer.

        Needs `referrals.write`.
        """
        return self._ask(ReferralOut, "POST", "/referrals", body=body, keyed=True, key=idempotency_key)
