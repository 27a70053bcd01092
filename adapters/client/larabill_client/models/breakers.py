"""What the API takes and answers: breakers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec


class BreakerList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The accounts that were ever called."""

    items: Sequence[BreakerOut]


class BreakerOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much one account may be asked. `open` until `open_until`; `trial`: the next call decides.

    `failures` in a row so far; `tokens` of `burst` are left, and `rate` come back each second.
    """

    account: str
    state: Literal["closed", "open", "trial"]
    failures: int
    failures_to_open: int
    open_until: str | None
    tokens: float
    burst: int
    rate: float
    concurrency: int
