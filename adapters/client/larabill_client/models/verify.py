"""What the API takes and answers: verify. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class VerifyOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing, on a healthy database. `found` counts all, `violations` shows the first thousand."""

    found: int
    violations: Sequence[ViolationOut]


class ViolationOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise that the database breaks: its number, a stable word, the row, and what is wrong."""

    invariant: str
    kind: str
    subject: str
    message: str
