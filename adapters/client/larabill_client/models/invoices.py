"""What the API takes and answers: invoices. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import DocumentType, InvoiceStatus, Money, TaxOut

PlanStatus: TypeAlias = Literal["agreed", "broken", "done", "replaced"]


class AgreePlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the balance is paid from now on: instalments in the order of their days that add up to it exactly."""

    instalments: Sequence[InstalmentWire]
    reason: str = ""


class CreditInvoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So much of these lines without tax, or an amount with tax, or neither for all that is left."""

    reason: str
    lines: Mapping[str, Money] | None = None
    amount: Money | None = None


class InstalmentWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount with a due day of its own."""

    due_on: date
    amount: Money


class InvoiceLeft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What credit notes can still give back: of each line without tax, of each tax, and of the whole."""

    lines: Mapping[str, Money]
    taxes: Sequence[TaxOut]
    net: Money
    tax: Money
    total: Money


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
    version: int


class MergeInvoices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Open invoices of one customer that become one."""

    invoices: Sequence[str]
    reason: str


class OpenCheckout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pay at this gateway account: what is to be collected, or an `amount` of it."""

    account: str
    amount: Money | None = None


class PaidFromCredit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much the credit paid, and what is still owed on the invoice."""

    invoice: str
    paid: Money
    balance: Money


class PauseDunning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why nothing is done; the customer sees it."""

    reason: str


class PayFromCredit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As much as there is, or an `amount`."""

    amount: Money | None = None


class PayInvoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Charge this stored method: what is to be collected, or an `amount` of it."""

    method: str
    amount: Money | None = None


class PaymentPlanOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the balance that an invoice had is paid; `due_on` is the day on which it was due before."""

    invoice: str
    status: PlanStatus
    amount: Money
    due_on: date
    instalments: Sequence[InstalmentWire]


class PromiseToPay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer will pay by the end of a day in their own zone, as `said_by` said."""

    until_on: date
    said_by: str
    reason: str = ""


class ResumeDunning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it goes on."""

    reason: str = ""


class TakeBack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an invoice is taken back, written off, or its plan broken."""

    reason: str
