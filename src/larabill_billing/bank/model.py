"""Lines of a bank statement, and what was made of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_core.errors import IllegalTransition
from larabill_core.ids import new_id, public_id


class LineStatus(StrEnum):
    """OPEN: not booked yet; `reasons` say why a person has to look. MATCHED: booked as a payment. IGNORED: not ours."""

    OPEN = "open"
    MATCHED = "matched"
    IGNORED = "ignored"


TRANSITIONS: Final[Mapping[tuple[LineStatus, str], LineStatus]] = {
    (LineStatus.OPEN, "match"): LineStatus.MATCHED,
    (LineStatus.OPEN, "ignore"): LineStatus.IGNORED,
    (LineStatus.MATCHED, "unmatch"): LineStatus.OPEN,
    (LineStatus.IGNORED, "open"): LineStatus.OPEN,
}


@attrs.frozen(kw_only=True)
class StatementLine:
    """A line as the bank wrote it. `bank_id` is the bank's own id of it; money that goes out is negative.

    `payer` and `text` are without card numbers and bank account numbers.
    """

    bank_id: str
    booked_on: date
    amount: Decimal
    currency: str
    payer: str = attrs.field(default="", repr=False)
    text: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class BankLine:
    """A stored line of one of our bank accounts, once for each (account, bank_id).

    `candidates` are the invoices that it may be for.
    """

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    account: str
    bank_id: str
    booked_on: date
    amount: Decimal
    currency: str
    payer: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)
    status: LineStatus = attrs.field(default=LineStatus.OPEN, converter=LineStatus)
    payment_id: UUID | None = None
    reasons: tuple[str, ...] = ()
    candidates: tuple[UUID, ...] = ()
    version: int = 1
    imported_at: datetime

    @property
    def reference(self) -> str:
        """What its payment is recorded under; another one after it was taken back."""
        return f"{public_id('bnk', self.id)}/{self.version}"


@attrs.frozen(kw_only=True)
class OpenInvoice:
    """An invoice on which something is owed, as far as matching needs it."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    balance: Decimal
    currency: str
    due_on: date


@attrs.frozen(kw_only=True)
class Imported:
    """How many lines were new, and how many were known already."""

    new: int
    known: int


@attrs.frozen(kw_only=True)
class Matched:
    """How many open lines were looked at, how many of them were booked, and how many are left for a person."""

    looked_at: int
    booked: int
    left: int


def next_status(line: BankLine, event: str) -> LineStatus:
    """Where `event` leads the line. Raises `IllegalTransition`."""
    found = TRANSITIONS.get((line.status, event))
    if found is None:
        allowed = sorted(name for state, name in TRANSITIONS if state is line.status)
        raise IllegalTransition("bank line", line.id, line.status, event, allowed)
    return found
