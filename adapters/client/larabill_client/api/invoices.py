"""Operations of the API: invoices. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.invoices import InvoiceOut, InvoicePage, InvoiceStatus, InvoiceSummary
from larabill_client.transport import File, Transport, _part


class InvoicesApi(Transport):
    """Operations under /invoices."""

    def list_invoices(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: InvoiceStatus | None = None,
    ) -> InvoicePage:
        """Invoices, credit notes and proformas.

        Needs `invoices.read`.
        """
        return self._ask(
            InvoicePage,
            "GET",
            "/invoices",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "status": status},
        )

    def all_invoices(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: InvoiceStatus | None = None,
    ) -> Iterator[InvoiceSummary]:
        """Every item of `list_invoices`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_invoices(after=after, limit=100, sort=sort, customer=customer, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_invoice(self, invoice: str) -> InvoiceOut:
        """A document with its lines and their explanation.

        Needs `invoices.read`.
        """
        return self._ask(InvoiceOut, "GET", f"/invoices/{_part(invoice)}")

    def download_invoice(self, invoice: str) -> File:
        """The document as a file for people.

        Needs `invoices.read`.
        """
        return self._fetch("GET", f"/invoices/{_part(invoice)}/document")
