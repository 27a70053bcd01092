"""What the API takes and answers: vouchers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from datetime import date

import msgspec

from larabill_client.models.shared import Money


class RedeemVoucher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The code as it was given out."""

    code: str
    customer: str | None = None


class VoucherCredit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The credit that a voucher became, and what is left of it."""

    id: str
    customer: str
    amount: Money
    remaining: Money
    expires_on: date | None
