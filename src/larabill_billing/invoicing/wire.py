"""Invoices on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from larabill_billing.invoicing.model import (
    DocumentType,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceStatus,
    TaxSubtotal,
)
from larabill_core.errors import Faults, InvalidInput
from larabill_core.http.wire import Amount, Cursor, Listing, Money, amount_of, money, next_of, shown_id
from larabill_core.ids import parse_public_id, public_id

LineAmounts: TypeAlias = Annotated[dict[Cursor, Money], Meta(min_length=1, max_length=500)]
"""So much of each of these lines, by id, without tax."""


class InvoicesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which documents a list shows."""

    customer: Cursor | None = None
    status: InvoiceStatus | None = None


class InvoiceSummary(msgspec.Struct, frozen=True, kw_only=True):
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
    paid_at: datetime | None
    version: int


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[InvoiceSummary]
    next: str | None


class TaxOut(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of one rate together. `category` is EN 16931's, `rate` in percent."""

    category: str
    rate: Amount
    name: str
    jurisdiction: str
    reason: str
    base: Money
    tax: Money


class LineOut(msgspec.Struct, frozen=True, kw_only=True):
    """A line. `amount` is after its allowances and without tax; `explanation` says how it came about."""

    id: str
    kind: str
    description: str
    period_start: date | None
    period_end: date | None
    quantity: Amount
    unit_price: Amount
    amount: Money
    tax_category: str
    tax_rate: Amount
    explanation: str


class PreviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """A document before it is issued: without number and balance."""

    customer: str
    due_on: date
    net: Money
    tax: Money
    total: Money
    purchase_order: str
    note: str
    terms: str
    lines: list[LineOut]
    taxes: list[TaxOut]


class InvoiceOut(InvoiceSummary, frozen=True, kw_only=True):
    """A document with all that stands on it."""

    seller: dict[str, Any]
    buyer: dict[str, Any]
    purchase_order: str
    note: str
    terms: str
    preceding: str | None
    lines: list[LineOut]
    taxes: list[TaxOut]


def page_out(found: Sequence[tuple[Invoice, InvoiceState]], query: InvoicesQuery) -> InvoicePage:
    """One page of a list."""
    items = [InvoiceSummary(**_summary(invoice, state)) for invoice, state in found]
    return InvoicePage(items=items, next=next_of(items, query))


def invoice_out(invoice: Invoice, state: InvoiceState) -> InvoiceOut:
    """The whole document."""
    return InvoiceOut(
        **_summary(invoice, state),
        seller=dict(invoice.seller),
        buyer=dict(invoice.buyer),
        purchase_order=invoice.purchase_order,
        note=invoice.note,
        terms=invoice.terms,
        preceding=shown_id("inv", invoice.preceding_id),
        lines=[_line(line) for line in invoice.lines],
        taxes=[tax_out(each, invoice.currency) for each in invoice.taxes],
    )


def preview_out(invoice: Invoice) -> PreviewOut:
    """A document that is not issued."""
    return PreviewOut(
        customer=public_id("cus", invoice.customer_id),
        due_on=invoice.due_on,
        net=money(invoice.net, invoice.currency),
        tax=money(invoice.tax, invoice.currency),
        total=money(invoice.total, invoice.currency),
        purchase_order=invoice.purchase_order,
        note=invoice.note,
        terms=invoice.terms,
        lines=[_line(line) for line in invoice.lines],
        taxes=[tax_out(each, invoice.currency) for each in invoice.taxes],
    )


def tax_out(each: TaxSubtotal, currency: str) -> TaxOut:
    """The lines of one rate together."""
    return TaxOut(
        category=each.category,
        rate=str(each.rate),
        name=each.name,
        jurisdiction=each.jurisdiction,
        reason=each.reason,
        base=money(each.base, currency),
        tax=money(each.tax, currency),
    )


def _summary(invoice: Invoice, state: InvoiceState) -> dict[str, Any]:
    return {
        "id": public_id("inv", invoice.id),
        "type": invoice.type,
        "number": invoice.number,
        "status": state.status,
        "customer": public_id("cus", invoice.customer_id),
        "order": shown_id("ord", invoice.order_id),
        "subscription": shown_id("sub", invoice.subscription_id),
        "issued_on": invoice.issued_on,
        "due_on": state.due_on,
        "net": money(invoice.net, invoice.currency),
        "tax": money(invoice.tax, invoice.currency),
        "total": money(invoice.total, invoice.currency),
        "balance": money(state.balance, invoice.currency),
        "paid_at": state.paid_at,
        "version": state.version,
    }


def _line(line: InvoiceLine) -> LineOut:
    return LineOut(
        id=public_id("lin", line.id),
        kind=line.kind,
        description=line.description,
        period_start=line.period_start,
        period_end=line.period_end,
        quantity=f"{line.quantity.normalize():f}",
        unit_price=f"{line.unit_price.normalize():f}",
        amount=money(line.amount, line.currency),
        tax_category=line.tax_category,
        tax_rate=f"{line.tax_rate.normalize():f}",
        explanation=line.explain(),
    )


def line_amounts(given: Mapping[str, Money] | None, currency: str) -> dict[UUID, Decimal] | None:
    """How much of which line a body names; None where it names none. Raises `InvalidInput` with every fault."""
    if given is None:
        return None
    faults = Faults()
    lines: dict[UUID, Decimal] = {}
    for id, amount in given.items():
        try:
            lines[parse_public_id(id, "lin", f"lines.{id}")] = amount_of(amount, f"lines.{id}", currency)
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return lines
