"""Operations of the API: sellers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.sellers import NewSellerIn, SellerPage
from larabill_client.models.shared import SellerOut
from larabill_client.transport import Transport


class SellersApi(Transport):
    """Operations under /sellers."""

    def list_sellers(
        self, *, after: str | None = None, limit: int | None = None, sort: Literal["-created", "created"] | None = None
    ) -> SellerPage:
        """All sellers of the installation.

        Needs `sellers.read`.
        """
        return self._ask(SellerPage, "GET", "/sellers", query={"after": after, "limit": limit, "sort": sort})

    def all_sellers(self, *, sort: Literal["-created", "created"] | None = None) -> Iterator[SellerOut]:
        """Every item of `list_sellers`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_sellers(after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def create_seller(self, body: NewSellerIn, *, idempotency_key: str | None = None) -> SellerOut:
        """Create a seller.

        Needs `sellers.write`.
        """
        return self._ask(SellerOut, "POST", "/sellers", body=body, keyed=True, key=idempotency_key)
