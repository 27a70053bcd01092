"""What the API takes and answers: health. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from typing import Literal

import msgspec


class HealthOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The database answers and its tables are of this release."""

    status: Literal["ok"]
