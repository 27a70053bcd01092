"""What the API takes and answers: bank_accounts. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

import msgspec


class ImportedLines(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many lines were new, and how many were known already."""

    new: int
    known: int
