"""Lines of our bank accounts on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.bank.model import BankLine, LineStatus
from larabill_core.http.wire import Cursor, Listing, Money, Reason, Text, money, next_of, shown_id
from larabill_core.ids import public_id


class BankLinesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lines a list shows."""

    status: LineStatus | None = None


class BankLineOut(msgspec.Struct, frozen=True, kw_only=True):
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
    reasons: list[str]
    candidates: list[str]
    imported_at: datetime
    version: int


class BankLinePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[BankLineOut]
    next: str | None


class ImportedLines(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines were new, and how many were known already."""

    new: int
    known: int


class MatchedLines(msgspec.Struct, frozen=True, kw_only=True):
    """How many open lines were looked at, how many of them were booked, and how many are left for a person."""

    looked_at: int
    booked: int
    left: int


class MatchLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The invoices of one customer that a line pays, oldest due first; the rest becomes credit."""

    invoices: Annotated[list[Cursor], Meta(min_length=1, max_length=500)]
    reason: Text = ""


class LineReason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a line is taken off its invoices, or is none of ours."""

    reason: Reason


def line_out(line: BankLine) -> BankLineOut:
    """One line."""
    return BankLineOut(
        id=public_id("bnk", line.id),
        account=line.account,
        bank_id=line.bank_id,
        booked_on=line.booked_on,
        amount=money(line.amount, line.currency),
        payer=line.payer,
        text=line.text,
        status=line.status,
        payment=shown_id("pay", line.payment_id),
        reasons=list(line.reasons),
        candidates=[public_id("inv", each) for each in line.candidates],
        imported_at=line.imported_at,
        version=line.version,
    )


def lines_out(found: Sequence[BankLine], query: BankLinesQuery) -> BankLinePage:
    """One page of a list."""
    items = [line_out(line) for line in found]
    return BankLinePage(items=items, next=next_of(items, query))
