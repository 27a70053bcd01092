"""What the API takes and answers: bank_lines. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import Money

LineStatus: TypeAlias = Literal["ignored", "matched", "open"]


class BankLineOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line as the bank wrote it. `reasons` say why a person has to look; `candidates` may be what it pays."""

    id: str
    account: str
    bank_id: str
    booked_on: date
    amount: Money
    payer: str
    text: str
    status: LineStatus
    payment: str | None
    reasons: Sequence[str]
    candidates: Sequence[str]
    imported_at: str
    version: int


class BankLinePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[BankLineOut]
    next: str | None


class LineReason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a line is taken off its invoices, or is none of ours."""

    reason: str


class MatchLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The invoices of one customer that a line pays, oldest due first; the rest becomes credit."""

    invoices: Sequence[str]
    reason: str = ""


class MatchedLines(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many open lines were looked at, how many of them were booked, and how many are left for a person."""

    looked_at: int
    booked: int
    left: int
