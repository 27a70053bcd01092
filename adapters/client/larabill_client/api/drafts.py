"""Operations of the API: drafts. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.drafts import (
    DraftOut,
    DraftPage,
    EditDraft,
    MergeDrafts,
    NewDraft,
    PreviewOut,
    SplitDraft,
    SplitOut,
)
from larabill_client.models.shared import InvoiceOut
from larabill_client.transport import Transport, _part


class DraftsApi(Transport):
    """Operations under /drafts."""

    def list_drafts(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
    ) -> DraftPage:
        """Invoices that are being written.

        Needs `drafts.read`.
        """
        return self._ask(
            DraftPage, "GET", "/drafts", query={"after": after, "limit": limit, "sort": sort, "customer": customer}
        )

    def all_drafts(
        self, *, sort: Literal["-created", "created"] | None = None, customer: str | None = None
    ) -> Iterator[DraftOut]:
        """Every item of `list_drafts`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_drafts(after=after, limit=100, sort=sort, customer=customer)
            yield from page.items
            after = page.next
            if after is None:
                return

    def create_draft(self, body: NewDraft, *, idempotency_key: str | None = None) -> DraftOut:
        """Begin an invoice.

        Needs `drafts.write`.
        """
        return self._ask(DraftOut, "POST", "/drafts", body=body, keyed=True, key=idempotency_key)

    def merge_drafts(self, body: MergeDrafts, *, idempotency_key: str | None = None) -> DraftOut:
        """One draft of several of a customer.

        Needs `drafts.write`.
        """
        return self._ask(DraftOut, "POST", "/drafts/merge", body=body, keyed=True, key=idempotency_key)

    def discard_draft(self, draft: str, *, version: int) -> None:
        """Throw a draft away.

        Needs `drafts.write`.
        """
        self._send("DELETE", f"/drafts/{_part(draft)}", version=version)

    def get_draft(self, draft: str) -> DraftOut:
        """An invoice that is being written.

        Needs `drafts.read`.
        """
        return self._ask(DraftOut, "GET", f"/drafts/{_part(draft)}")

    def edit_draft(self, draft: str, body: EditDraft, *, version: int) -> DraftOut:
        """Write over fields of a draft.

        Needs `drafts.write`.
        """
        return self._ask(DraftOut, "PATCH", f"/drafts/{_part(draft)}", body=body, version=version)

    def issue_draft(self, draft: str, *, version: int, idempotency_key: str | None = None) -> InvoiceOut:
        """Issue a draft: it is an invoice from then on, and never changes.

        Needs `drafts.write`.
        """
        return self._ask(
            InvoiceOut, "POST", f"/drafts/{_part(draft)}/issue", keyed=True, key=idempotency_key, version=version
        )

    def preview_draft(self, draft: str) -> PreviewOut:
        """The document that the draft would be now, without a number.

        Needs `drafts.read`.
        """
        return self._ask(PreviewOut, "GET", f"/drafts/{_part(draft)}/preview")

    def split_draft(
        self, draft: str, body: SplitDraft, *, version: int, idempotency_key: str | None = None
    ) -> SplitOut:
        """Two drafts of one.

        Needs `drafts.write`.
        """
        return self._ask(
            SplitOut,
            "POST",
            f"/drafts/{_part(draft)}/split",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )
