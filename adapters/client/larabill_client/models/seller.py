"""What the API takes and answers: seller. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class ChangeSellerIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be different; what is left out stays. Country, currency and time zone are for good."""

    name: str | None = None
    language: str | None = None
    tax_id: str | None = None
    address: Sequence[str] | None = None
    email: str | None = None
    phone: str | None = None
    registration: str | None = None
