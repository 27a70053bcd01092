"""What the API takes and answers: sellers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from larabill_client.models.shared import SellerOut


class NewSellerIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A legal entity that issues invoices."""

    name: str
    country: str
    currency: str
    time_zone: str = "UTC"
    language: str = "en"
    tax_id: str = ""
    address: Sequence[str] = ()
    email: str = ""
    phone: str = ""
    registration: str = ""


class SellerPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[SellerOut]
    next: str | None
