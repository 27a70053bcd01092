"""What the API takes and answers: invoices. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

import msgspec

DocumentType: TypeAlias = Literal["credit_note", "invoice", "proforma"]

InvoiceStatus: TypeAlias = Literal["issued", "paid", "uncollectible", "void"]


class InvoiceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document with all that stands on it."""

    id: str
    type: DocumentType
    number: str
    status: InvoiceStatus
    customer: str
    order: str | None
    subscription: str | None
    issued_on: date
    due_on: date
    net: Money
    tax: Money
    total: Money
    balance: Money
    paid_at: str | None
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    purchase_order: str
    note: str
    terms: str
    preceding: str | None
    lines: Sequence[LineOut]
    taxes: Sequence[TaxOut]


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[InvoiceSummary]
    next: str | None


class InvoiceSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document without its lines. `balance` is what is still owed on it."""

    id: str
    type: DocumentType
    number: str
    status: InvoiceStatus
    customer: str
    order: str | None
    subscription: str | None
    issued_on: date
    due_on: date
    net: Money
    tax: Money
    total: Money
    balance: Money
    paid_at: str | None


class LineOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line. `amount` is after its allowances and without tax; `explanation` says how it came about."""

    id: str
    kind: str
    description: str
    period_start: date | None
    period_end: date | None
    quantity: str
    unit_price: str
    amount: Money
    tax_category: str
    tax_rate: str
    explanation: str


class Money(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount in a currency."""

    amount: str
    currency: str


class TaxOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The lines of one rate together. `category` is EN 16931's, `rate` in percent."""

    category: str
    rate: str
    name: str
    jurisdiction: str
    reason: str
    base: Money
    tax: Money
