"""Statements of account: what happened between a customer and a seller in some days, and what is left of it.

It is read from the ledger, so it adds up and agrees with the books (I4): a customer's account is what they owe on
invoices, less what is held for them (credit, and payments of proformas). What moves between these three is no event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import Invoice, Movement
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.ledger.model import CUSTOMER_CREDIT, PREPAYMENTS, RECEIVABLE
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import InvalidInput
from larabill_core.money import parse_currency

ACCOUNTS: Final = (RECEIVABLE, CUSTOMER_CREDIT, PREPAYMENTS)
LONGEST: Final = timedelta(days=3660)


class Happened(StrEnum):
    """What a line of a statement is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    REFUND = "refund"
    CREDIT = "credit"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class StatementLine:
    """`amount` is positive when the customer owes more by it; `balance` is what they owe after it."""

    on: date
    what: Happened
    number: str
    document_id: UUID
    amount: Decimal
    balance: Decimal


@attrs.frozen(kw_only=True)
class Statement:
    """From the first day to the last, both within. Negative balances are what the seller holds for the customer.

    `opening` + `documents` + `payments` + `credits` = `closing`; the three are sums of lines: invoices and credit
    notes; payments and refunds; credit that was given and what else there is.
    """

    customer_id: UUID
    currency: str
    first: date
    last: date
    opening: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal

    @property
    def documents(self) -> Decimal:
        """Invoices, less credit notes."""
        return self._sum(Happened.INVOICE, Happened.CREDIT_NOTE)

    @property
    def payments(self) -> Decimal:
        """Refunds, less payments."""
        return self._sum(Happened.PAYMENT, Happened.REFUND)

    @property
    def credits(self) -> Decimal:
        """What else there is: less credit that was given."""
        return self._sum(Happened.CREDIT, Happened.OTHER)

    def _sum(self, *kinds: Happened) -> Decimal:
        return sum((line.amount for line in self.lines if line.what in kinds), Decimal(0))


def statement(tx: InvoicingTx, customer_id: UUID, currency: str, first: date, last: date) -> Statement:
    """The days are the customer's. Raises `InvalidInput`, `NotFound`."""
    parse_currency(currency, "currency")
    if not first <= last <= first + LONGEST:
        raise InvalidInput.one(
            "last", f"must be on or after the first day, and within {LONGEST.days} days of it", last.isoformat()
        )
    customer = tx.billing.customers.get(customer_id)
    begin, end = (start_of_day(day, customer.time_zone) for day in (first, last + timedelta(days=1)))
    opening = tx.billing.statements.balance(customer_id, currency, ACCOUNTS, before=begin)
    movements = tx.billing.statements.movements(customer_id, currency, ACCOUNTS, begin=begin, end=end)
    documents = tx.billing.invoices.headers({each.document_id for each in movements if each.document_kind == "invoice"})
    lines = reckon(opening, movements, documents, customer.time_zone)
    return Statement(
        customer_id=customer_id,
        currency=currency,
        first=first,
        last=last,
        opening=opening,
        lines=lines,
        closing=lines[-1].balance if lines else opening,
    )


def reckon(
    opening: Decimal, movements: Sequence[Movement], documents: dict[UUID, Invoice], time_zone: str
) -> tuple[StatementLine, ...]:
    """The lines, each with the balance after it: pure."""
    lines = []
    balance = opening
    for each in movements:
        balance += each.amount
        document = documents.get(each.document_id)
        lines.append(
            StatementLine(
                on=local_date(each.occurred_at, time_zone),
                what=_what(each, document),
                number="" if document is None else document.number,
                document_id=each.document_id,
                amount=each.amount,
                balance=balance,
            )
        )
    return tuple(lines)


def _what(movement: Movement, document: Invoice | None) -> Happened:
    if document is not None:
        return Happened(document.type.value) if document.type.value in {*Happened} else Happened.OTHER
    return Happened(movement.document_kind) if movement.document_kind in {*Happened} else Happened.OTHER
