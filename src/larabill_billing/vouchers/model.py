"""Batches of vouchers, and the vouchers in them. A code is a secret: its digest is kept, and nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_core.errors import IllegalTransition
from larabill_core.privacy import Secret


class VoucherStatus(StrEnum):
    """OPEN: worth its amount to whoever has the code."""

    OPEN = "open"
    REDEEMED = "redeemed"
    EXPIRED = "expired"


TRANSITIONS: Final[Mapping[tuple[VoucherStatus, str], VoucherStatus]] = {
    (VoucherStatus.OPEN, "redeem"): VoucherStatus.REDEEMED,
    (VoucherStatus.OPEN, "expire"): VoucherStatus.EXPIRED,
}


@attrs.frozen(kw_only=True)
class VoucherBatch:
    """`count` vouchers of `amount` each. From the day `expires_on` of the seller's calendar on none can be redeemed.

    `sold` names the money that came in for them; it is empty where they are given away.
    """

    id: UUID
    seller_id: UUID
    name: str
    count: int
    amount: Decimal
    currency: str
    expires_on: date | None
    sold: str
    created_at: datetime


@attrs.frozen(kw_only=True)
class Voucher:
    """`digest` of its code: see `codes`. `customer_id` is who redeemed it."""

    id: UUID
    seller_id: UUID
    batch_id: UUID
    digest: str = attrs.field(repr=False)
    status: VoucherStatus = attrs.field(default=VoucherStatus.OPEN, converter=VoucherStatus)
    customer_id: UUID | None = None
    redeemed_at: datetime | None = None


@attrs.frozen(kw_only=True)
class IssuedVouchers:
    """A new batch with its codes, which nobody can show again."""

    batch: VoucherBatch
    codes: tuple[Secret, ...]


def after(voucher: Voucher, event: str) -> VoucherStatus:
    """The status after `event`. Raises `IllegalTransition` naming what is possible."""
    status = TRANSITIONS.get((voucher.status, event))
    if status is None:
        allowed = [possible for state, possible in TRANSITIONS if state is voucher.status]
        raise IllegalTransition("voucher", voucher.id, voucher.status, event, allowed)
    return status
