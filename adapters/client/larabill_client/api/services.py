"""Operations of the API: services. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.services import ServiceOut, ServicePage
from larabill_client.transport import Transport, _part


class ServicesApi(Transport):
    """Operations under /services."""

    def list_services(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
    ) -> ServicePage:
        """Services.

        Needs `subscriptions.read`.
        """
        return self._ask(
            ServicePage, "GET", "/services", query={"after": after, "limit": limit, "sort": sort, "customer": customer}
        )

    def all_services(
        self, *, sort: Literal["-created", "created"] | None = None, customer: str | None = None
    ) -> Iterator[ServiceOut]:
        """Every item of `list_services`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_services(after=after, limit=100, sort=sort, customer=customer)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_service(self, service: str) -> ServiceOut:
        """A service.

        Needs `subscriptions.read`.
        """
        return self._ask(ServiceOut, "GET", f"/services/{_part(service)}")
