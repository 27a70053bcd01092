"""Operations of the API: voucher_batches. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.voucher_batches import IssuedVouchersOut, NewVouchersIn, VoucherBatchOut, VoucherBatchPage
from larabill_client.transport import Transport


class VoucherBatchesApi(Transport):
    """Operations under /voucher-batches."""

    def list_voucher_batches(
        self, *, after: str | None = None, limit: int | None = None, sort: Literal["-created", "created"] | None = None
    ) -> VoucherBatchPage:
        """Batches of vouchers.

        Needs `vouchers.read`.
        """
        return self._ask(
            VoucherBatchPage, "GET", "/voucher-batches", query={"after": after, "limit": limit, "sort": sort}
        )

    def all_voucher_batches(self, *, sort: Literal["-created", "created"] | None = None) -> Iterator[VoucherBatchOut]:
        """Every item of `list_voucher_batches`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_voucher_batches(after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def issue_vouchers(self, body: NewVouchersIn) -> IssuedVouchersOut:
        """Make vouchers; their codes are shown once.

        Needs `vouchers.write`.
        """
        return self._ask(IssuedVouchersOut, "POST", "/voucher-batches", body=body)
