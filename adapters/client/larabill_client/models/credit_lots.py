"""What the API takes and answers: credit_lots. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

import msgspec

from larabill_client.models.shared import Money


class RevokeCredit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount, or all that is left of the lot."""

    reason: str
    amount: Money | None = None
