"""What the API takes and answers: tax_exemptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from datetime import date

import msgspec


class EndExemption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first day on which it holds no more: today, unless another is named."""

    on: date | None = None
