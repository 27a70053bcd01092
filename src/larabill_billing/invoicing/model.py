"""Charges, the invoices made of them, and the state beside each invoice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_core.errors import Faults
from larabill_core.ids import new_id
from larabill_core.money import quantize


class ChargeKind(StrEnum):
    """What an amount is for.

    PRORATION: the change of an agreement within a period that was billed (negative: what is given back). TRUE_UP: what
    is missing to the least that a period costs. CREDIT: what of a document goes to the customer's balance, so that the
    document does not ask for less than nothing.
    """

    RECURRING = "recurring"
    SETUP = "setup"
    ONE_TIME = "one_time"
    USAGE = "usage"
    TRUE_UP = "true_up"
    PRORATION = "proration"
    CREDIT = "credit"


class ChargeStatus(StrEnum):
    """OPEN: waits for its invoice. FREED: its invoice was voided, so a charge with a correcting cause may follow."""

    OPEN = "open"
    INVOICED = "invoiced"
    FREED = "freed"


@attrs.frozen(kw_only=True)
class Charge:
    """An amount due, once for (subscription item, kind, period start, cause) (I3).

    The period is half-open; a charge of an item always has a `period_start` (a setup fee that of the first period),
    because a unique index does not hold for nulls. The amount is quantity times unit price, rounded; or, where that is
    not all, what its `trace` says, from which it can be reckoned again (`invoicing.explain`). Only a proration may be
    negative. Raises `InvalidInput` when that does not hold.
    """

    id: UUID = attrs.field(factory=new_id)
    customer_id: UUID
    subscription_id: UUID | None = None
    subscription_item_id: UUID | None = None
    kind: ChargeKind
    period_start: date | None = None
    period_end: date | None = None
    cause: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    currency: str
    trace: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    invoice_id: UUID | None = None
    status: ChargeStatus = ChargeStatus.OPEN

    def __attrs_post_init__(self) -> None:
        if (
            (self.amount < 0 and self.kind is not ChargeKind.PRORATION)
            or self.quantity < 0
            or (self.subscription_item_id is not None and self.period_start is None)
            or (self.trace is None and self.amount != quantize(self.unit_price * self.quantity, self.currency))
        ):
            self._refuse()

    def _refuse(self) -> None:
        faults = Faults()
        if self.subscription_item_id is not None and self.period_start is None:
            faults.add("charge.period_start", "is missing", remedy="a charge of a subscription item needs one")
        if self.quantity < 0:
            faults.add("charge.quantity", "must not be negative", value=self.quantity)
        if self.amount < 0 and self.kind is not ChargeKind.PRORATION:
            faults.add("charge.amount", "must not be negative", value=self.amount)
        if self.trace is None and self.amount != quantize(self.unit_price * self.quantity, self.currency):
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
    """One line of a document (EN 16931, BG-25). `amount` is without tax, `tax_rate` in percent.

    Without a `trace` the amount is quantity times unit price, rounded to the currency.
    """

    id: UUID
    position: int
    charge_id: UUID
    kind: ChargeKind
    description: str
    period_start: date | None
    period_end: date | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    currency: str
    tax_category: str = "O"
    tax_rate: Decimal = Decimal(0)
    trace: Mapping[str, Any] | None = attrs.field(default=None, repr=False)

    def explain(self) -> str:
        """How the amount came about, in a sentence."""
        from larabill_billing.invoicing.explain import explain

        return explain(self)


@attrs.frozen(kw_only=True)
class TaxSubtotal:
    """The lines of one category and rate together (EN 16931, BG-23); `base` is without tax."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@attrs.frozen(kw_only=True)
class Invoice:
    """An issued document; it never changes (I5). `seller` and `buyer` are what they were called on that day.

    `net` is the sum of its lines, `tax` that of `taxes`, and `total` both together.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID | None
    subscription_id: UUID | None
    series: str
    sequence: int
    number: str
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxSubtotal, ...] = ()
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
