"""Operations of the API: seller. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.seller import ChangeSellerIn
from larabill_client.models.shared import SellerOut
from larabill_client.transport import Transport


class SellerApi(Transport):
    """Operations under /seller."""

    def get_seller(self) -> SellerOut:
        """Who issues the invoices.

        Needs `sellers.read`.
        """
        return self._ask(SellerOut, "GET", "/seller")

    def change_seller(self, body: ChangeSellerIn) -> SellerOut:
        """Change name, address, tax id and the like; issued documents keep theirs.

        Needs `sellers.change`.
        """
        return self._ask(SellerOut, "PATCH", "/seller", body=body)
