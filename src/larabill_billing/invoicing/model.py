"""Charges, the invoices made of them, and the state beside each invoice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.catalog.model import PriceKind
from larabill_core.errors import Faults
from larabill_core.ids import new_id
from larabill_core.money import quantize


class ChargeStatus(StrEnum):
    """OPEN: waits for its invoice. FREED: its invoice was voided, so a charge with a correcting cause may follow."""

    OPEN = "open"
    INVOICED = "invoiced"
    FREED = "freed"


@attrs.frozen(kw_only=True)
class Charge:
    """An amount due, once for (subscription item, kind, period start, cause) (I3).

    The period is half-open; a charge of an item always has a `period_start` (a setup fee that of the first period),
    because a unique index does not hold for nulls. Raises `InvalidInput` unless amount = quantity * unit price,
    rounded.
    """

    id: UUID = attrs.field(factory=new_id)
    customer_id: UUID
    subscription_id: UUID | None = None
    subscription_item_id: UUID | None = None
    kind: PriceKind = attrs.field(converter=PriceKind)
    period_start: date | None = None
    period_end: date | None = None
    cause: str
    description: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    currency: str
    invoice_id: UUID | None = None
    status: ChargeStatus = attrs.field(default=ChargeStatus.OPEN, converter=ChargeStatus)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.subscription_item_id is not None and self.period_start is None:
            faults.add("charge.period_start", "is missing", remedy="a charge of a subscription item needs one")
        if self.quantity < 1:
            faults.add("charge.quantity", "must be at least 1", value=self.quantity)
        if self.amount < 0:
            faults.add("charge.amount", "must not be negative", value=self.amount)
        if self.amount != quantize(self.unit_price * self.quantity, self.currency):
            faults.add("charge.amount", "is not quantity times unit price, rounded", value=self.amount)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class InvoiceRequest:
    """An invoice to be issued. Its `id` is the invoice's, also when the number is only given by a later job."""

    id: UUID = attrs.field(factory=new_id)
    customer_id: UUID
    currency: str
    charges: tuple[Charge, ...]
    due_on: date
    order_id: UUID | None = None
    subscription_id: UUID | None = None


@attrs.frozen(kw_only=True)
class Draft:
    """A request made inside a host's transaction; its charges are stored and wait for the number."""

    id: UUID
    seller_id: UUID
    customer_id: UUID
    currency: str
    due_on: date
    order_id: UUID | None
    subscription_id: UUID | None
    created_at: datetime


@attrs.frozen(kw_only=True)
class InvoiceLine:
    """One line of a document: amount = quantity * unit price, rounded to the currency."""

    id: UUID
    position: int
    charge_id: UUID
    description: str
    period_start: date | None
    period_end: date | None
    quantity: int
    unit_price: Decimal
    amount: Decimal


@attrs.frozen(kw_only=True)
class Invoice:
    """An issued document; it never changes (I5). `seller` and `buyer` are what they were called on that day."""

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID | None
    subscription_id: UUID | None
    series: str
    sequence: int
    number: str
    currency: str
    total: Decimal
    issued_on: date
    due_on: date
    issued_at: datetime
    language: str
    seller: Mapping[str, Any] = attrs.field(repr=False)
    buyer: Mapping[str, Any] = attrs.field(repr=False)
    lines: tuple[InvoiceLine, ...] = attrs.field(default=(), repr=False)


class InvoiceStatus(StrEnum):
    """Beside the document. PAID and VOID are final."""

    ISSUED = "issued"
    PAID = "paid"
    VOID = "void"


@attrs.frozen(kw_only=True)
class InvoiceState:
    """What changes about an invoice. What lists of due invoices sort and show is copied here."""

    invoice_id: UUID
    seller_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    due_on: date
    status: InvoiceStatus = attrs.field(converter=InvoiceStatus)
    balance: Decimal
    version: int
    paid_at: datetime | None


@attrs.frozen(kw_only=True)
class Allocation:
    """Part of a payment, or of a customer's credit, that paid (part of) an invoice. Never changes."""

    id: UUID
    seller_id: UUID
    invoice_id: UUID
    source_kind: str
    source_id: UUID
    amount: Decimal
    currency: str
    created_at: datetime
