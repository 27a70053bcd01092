"""Charges, the invoices made of them, and the state beside each invoice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing.discounts.model import Allowance
from larabill_billing.tax.model import Taxes
from larabill_core.errors import Faults
from larabill_core.ids import new_id
from larabill_core.money import quantize

STANDARD: Final = "standard"
"""The tax class of most plans."""

PAID_BY: Final = "paid"
"""The cause of the allocations that a payment makes when it is taken."""

_ZERO: Final = Decimal(0)


class ChargeKind(StrEnum):
    """What an amount is for.

    PRORATION: the change of an agreement within a period that was billed (negative: what is given back). TRUE_UP: what
    is missing to the least that a period costs. CREDIT: what a credit note gives back of an issued line (negative).
    LATE_FEE: what a late payer owes on top.
    """

    RECURRING = "recurring"
    SETUP = "setup"
    ONE_TIME = "one_time"
    USAGE = "usage"
    TRUE_UP = "true_up"
    PRORATION = "proration"
    CREDIT = "credit"
    LATE_FEE = "late_fee"


GIVE_BACK: Final = (ChargeKind.PRORATION, ChargeKind.CREDIT)
"""Kinds of charges that may be negative."""


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
    not all, what its `trace` says, from which it can be reckoned again (`invoicing.explain`). Only what gives back may
    be negative. `allowances` are what discounts take off it. `tax_class` is the plan's; `taxes` are given where an
    earlier document has settled them, and else decided on when the charge is invoiced. `credited_line_id`: the line
    that a credit gives back of.
    Raises `InvalidInput` when that does not hold.
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
    tax_class: str = STANDARD
    taxes: Taxes | None = None
    allowances: tuple[Allowance, ...] = ()
    credited_line_id: UUID | None = None
    trace: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    invoice_id: UUID | None = None
    status: ChargeStatus = ChargeStatus.OPEN

    def __attrs_post_init__(self) -> None:
        if (
            (self.amount < 0 and self.kind not in GIVE_BACK)
            or self.quantity < 0
            or (self.subscription_item_id is not None and self.period_start is None)
            or (self.trace is None and self.amount != quantize(self.unit_price * self.quantity, self.currency))
        ):
            self._refuse()

    @property
    def net_amount(self) -> Decimal:
        """What is left of the amount after all allowances; with tax where prices are."""
        return self.amount - sum([each.amount for each in self.allowances], _ZERO) if self.allowances else self.amount

    def _refuse(self) -> None:
        faults = Faults()
        if self.subscription_item_id is not None and self.period_start is None:
            faults.add("charge.period_start", "is missing", remedy="a charge of a subscription item needs one")
        if self.quantity < 0:
            faults.add("charge.quantity", "must not be negative", value=self.quantity)
        if self.amount < 0 and self.kind not in GIVE_BACK:
            faults.add("charge.amount", "must not be negative", value=self.amount)
        if self.trace is None and self.amount != quantize(self.unit_price * self.quantity, self.currency):
            faults.add("charge.amount", "is not quantity times unit price, rounded", value=self.amount)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class InvoiceRequest:
    """A document to be issued. Its `id` is the document's, also when the number is only given by a later job.

    `preceding_id`: the document that it corrects or follows (EN 16931, BG-3). `terms`: the terms of payment (BT-20);
    the seller's where none are given.
    """

    id: UUID = attrs.field(factory=new_id)
    customer_id: UUID
    currency: str
    charges: tuple[Charge, ...]
    due_on: date
    order_id: UUID | None = None
    subscription_id: UUID | None = None
    preceding_id: UUID | None = None
    purchase_order: str = ""
    note: str = ""
    terms: str = ""


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
    preceding_id: UUID | None
    purchase_order: str
    note: str
    terms: str
    waits: bool = False
    created_at: datetime


@attrs.frozen(kw_only=True)
class InvoiceLine:
    """One line of a document (EN 16931, BG-25). `amount` is after its allowances, and without tax (BT-131).

    `share` is its part of the document's allowances. `taxes` are the rates it is taxed at, of which `tax_category` and
    `tax_rate` (in percent) are the first. Without a `trace` the price is quantity times unit price, rounded to the
    currency; it is without tax unless the rates are inclusive.
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
    share: Decimal = _ZERO
    allowances: tuple[Allowance, ...] = ()
    tax_category: str = "O"
    tax_rate: Decimal = _ZERO
    taxes: Taxes = ()
    trace: Mapping[str, Any] | None = attrs.field(default=None, repr=False)

    def explain(self) -> str:
        """How the amount came about, in a sentence."""
        from larabill_billing.invoicing.explain import explain

        return explain(self)


@attrs.frozen(kw_only=True)
class TaxSubtotal:
    """The lines of one rate together (EN 16931, BG-23); `base` is without tax. For the rest see `TaxRate`."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    name: str = ""
    jurisdiction: str = ""
    reason: str = ""
    reason_code: str = ""


@attrs.frozen(kw_only=True)
class DocumentAllowance:
    """What a discount takes off all lines of one rate (EN 16931, BG-20); `amount` is without tax."""

    reason: str
    amount: Decimal
    percent: Decimal | None = None
    source_id: UUID | None = None
    tax_category: str
    tax_rate: Decimal


class DocumentType(StrEnum):
    """INVOICE asks for money, CREDIT_NOTE gives it back (EN 16931, BT-3: 380 and 381).

    PROFORMA asks for money too, but nothing is owed on it: the invoice follows when it is paid.
    """

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PROFORMA = "proforma"


@attrs.frozen(kw_only=True)
class Invoice:
    """An issued document; it never changes (I5). Its number is taken when everything else of it is written.

    `seller` and `buyer` are what they were called on that day, and `terms` the terms of payment. `net` is the sum of
    its lines less that of its `allowances`, `tax` the sum of `taxes`, and `total` both together. The amounts of a
    credit note are what is given back: positive.
    """

    id: UUID
    type: DocumentType = DocumentType.INVOICE
    seller_id: UUID
    customer_id: UUID
    order_id: UUID | None
    subscription_id: UUID | None
    preceding_id: UUID | None = None
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    taxes: tuple[TaxSubtotal, ...] = ()
    allowances: tuple[DocumentAllowance, ...] = ()
    issued_on: date
    due_on: date
    issued_at: datetime
    language: str
    purchase_order: str = ""
    note: str = ""
    terms: str = ""
    series: str = ""
    sequence: int = 0
    number: str = ""
    seller: Mapping[str, Any] = attrs.field(repr=False)
    buyer: Mapping[str, Any] = attrs.field(repr=False)
    lines: tuple[InvoiceLine, ...] = attrs.field(default=(), repr=False)


class InvoiceStatus(StrEnum):
    """Beside the document. VOID is final; a credit note is PAID from the start.

    PAID goes back to ISSUED when a payment is taken back. UNCOLLECTIBLE: the rest is written off; it may still come in.
    """

    ISSUED = "issued"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


UNPAID: Final = frozenset({InvoiceStatus.ISSUED, InvoiceStatus.UNCOLLECTIBLE})
"""Money may still come in for it. What is written off is not paid: its services do not come back."""


@attrs.frozen(kw_only=True)
class InvoiceState:
    """What changes about a document. What lists of due invoices sort and show is copied here.

    `plan_id`: it is paid in instalments, and `due_on` is the due day of the next one.
    """

    invoice_id: UUID
    type: DocumentType = attrs.field(default=DocumentType.INVOICE, converter=DocumentType)
    seller_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    due_on: date
    status: InvoiceStatus = attrs.field(converter=InvoiceStatus)
    balance: Decimal
    version: int
    paid_at: datetime | None
    plan_id: UUID | None = None


@attrs.frozen(kw_only=True)
class Allocation:
    """Part of a payment, of a customer's credit, or of what is written off, that settled (part of) an invoice.

    Never changes; what is taken back is a row below zero. Once for each (source, invoice, `cause`), which is `paid`, or
    names what came later, such as `dispute:…`.
    """

    id: UUID
    seller_id: UUID
    invoice_id: UUID
    source_kind: str
    source_id: UUID
    cause: str = PAID_BY
    amount: Decimal
    currency: str
    created_at: datetime


@attrs.frozen(kw_only=True)
class Movement:
    """What one document did to a customer's account. A debit is positive: the customer owes more."""

    document_kind: str
    document_id: UUID
    occurred_at: datetime
    amount: Decimal
