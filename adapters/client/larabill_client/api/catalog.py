"""Operations of the API: catalog. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.catalog import CatalogueChanges, CatalogueIn, StaffPlans, StockList
from larabill_client.transport import Transport


class CatalogApi(Transport):
    """Operations under /catalog."""

    def get_catalog(self) -> StaffPlans:
        """All plans that are sold, hidden and archived ones among them.

        Needs `catalog.read`.
        """
        return self._ask(StaffPlans, "GET", "/catalog")

    def load_catalog(self, body: CatalogueIn) -> CatalogueChanges:
        """Put a catalogue into force.

        Needs `catalog.write`.
        """
        return self._ask(CatalogueChanges, "PUT", "/catalog", body=body)

    def list_stock(self) -> StockList:
        """What may be sold and what is taken, where it is limited.

        Needs `catalog.read`.
        """
        return self._ask(StockList, "GET", "/catalog/stock")
