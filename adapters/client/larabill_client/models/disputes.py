"""What the API takes and answers: disputes. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from larabill_client.models.shared import DisputeOut


class DisputePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[DisputeOut]
    next: str | None
