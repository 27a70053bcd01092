"""Operations of the API: redemptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.redemptions import RedeemCoupon, RedemptionOut, RedemptionPage
from larabill_client.transport import Transport


class RedemptionsApi(Transport):
    """Operations under /redemptions."""

    def list_redemptions(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
    ) -> RedemptionPage:
        """Who has redeemed which coupon.

        Needs `coupons.read`.
        """
        return self._ask(
            RedemptionPage,
            "GET",
            "/redemptions",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer},
        )

    def all_redemptions(
        self, *, sort: Literal["-created", "created"] | None = None, customer: str | None = None
    ) -> Iterator[RedemptionOut]:
        """Every item of `list_redemptions`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_redemptions(after=after, limit=100, sort=sort, customer=customer)
            yield from page.items
            after = page.next
            if after is None:
                return

    def redeem_coupon(self, body: RedeemCoupon, *, idempotency_key: str | None = None) -> RedemptionOut:
        """Redeem a code for what runs: it counts from the next invoice on.

        Needs `coupons.redeem`.
        """
        return self._ask(RedemptionOut, "POST", "/redemptions", body=body, keyed=True, key=idempotency_key)
