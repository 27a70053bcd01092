"""What the API takes and answers: voucher_batches. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from larabill_client.models.shared import Money


class IssuedVouchersOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new batch with its codes, which nobody can show again."""

    id: str
    name: str
    count: int
    amount: Money
    expires_on: date | None
    sold: str
    created_at: str
    open: int
    redeemed: int
    expired: int
    codes: Sequence[str]


class NewVouchersIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A batch. `batch_uuid` is the client's. `sold` names the money that came in for all of them; empty: given
    away.
    """

    batch_uuid: str
    name: str
    count: int
    amount: Money
    expires_on: date | None = None
    sold: str = ""


class VoucherBatchOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A batch, and how many of its vouchers have which status."""

    id: str
    name: str
    count: int
    amount: Money
    expires_on: date | None
    sold: str
    created_at: str
    open: int
    redeemed: int
    expired: int


class VoucherBatchPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[VoucherBatchOut]
    next: str | None
