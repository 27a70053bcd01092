"""What the API takes and answers: shared. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

import msgspec

BillingMode: TypeAlias = Literal["advance", "arrears"]

ChangeStatus: TypeAlias = Literal["applied", "failed", "scheduled", "withdrawn"]

Compensation: TypeAlias = Literal["credit", "none", "refund"]

DisputeStatus: TypeAlias = Literal["lost", "opened", "under_review", "won"]

DocumentType: TypeAlias = Literal["credit_note", "invoice", "proforma"]

InvoiceStatus: TypeAlias = Literal["issued", "paid", "uncollectible", "void"]

OptionKind: TypeAlias = Literal["boolean", "choice", "integer", "text"]

PauseKind: TypeAlias = Literal["dispute", "promise", "staff"]

PauseStatus: TypeAlias = Literal["broken", "ended", "kept", "open", "withdrawn"]

PaymentKind: TypeAlias = Literal["charge", "checkout", "manual", "top_up"]

PaymentStatus: TypeAlias = Literal[
    "authorised",
    "captured",
    "created",
    "declined",
    "partially_refunded",
    "pending",
    "refunded",
    "released",
    "reversed",
    "review",
]

PriceKind: TypeAlias = Literal["one_time", "recurring", "setup"]

TaxCategory: TypeAlias = Literal["AE", "E", "G", "K", "L", "M", "O", "S", "Z"]

Unused: TypeAlias = Literal["extend", "forfeit"]


class AddItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="add_item"):
    """One more item, which ends its periods together with the others."""

    plan_code: str
    quantity: int = 1
    region: str = ""
    spec: Mapping[str, str | int | bool] = msgspec.field(default_factory=dict)
    name: str = ""


class Cancel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="cancel"):
    """The agreement ends. `compensation`, for staff: what becomes of time that is paid and not used."""

    compensation: Compensation = "none"


class ChangeCycle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="change_cycle"):
    """Another cycle: a new schedule begins with it, and its first period is billed."""

    cycle: str


class ChangeItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="change_item"):
    """Another plan, quantity, configuration or price of an item. `unit_price` and `plan_price` are for staff."""

    item: str
    plan_code: str | None = None
    quantity: int | None = None
    spec: Mapping[str, str | int | bool] | None = None
    unit_price: str | None = None
    plan_price: bool = False


class DisputeOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dispute: `amount` is what the gateway holds back, `reopened` what the customer owes again since it was
    lost.
    """

    id: str
    payment: str
    customer: str
    account: str
    gateway_id: str
    status: DisputeStatus
    amount: Money
    fee: Money
    reopened: Money
    reason: str
    respond_by: str | None
    opened_at: str
    closed_at: str | None
    version: int


class ExemptionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why nothing is taxed from the day `since` to before the day `until`; null: until it is ended."""

    id: str
    customer: str
    category: TaxCategory
    reason: str
    reason_code: str
    certificate: str
    since: date
    until: date | None


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
    version: int
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    purchase_order: str
    note: str
    terms: str
    preceding: str | None
    lines: Sequence[LineOut]
    taxes: Sequence[TaxOut]


class InvoicePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much of a payment is for an invoice."""

    invoice: str
    amount: Money


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


class LotOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was given at once, and what remains of it. From the day `expires_on` on nothing of it can be used."""

    id: str
    source: str
    amount: Money
    remaining: Money
    expires_on: date | None
    created_at: str


class Migrate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="migrate"):
    """For staff: every item goes over to the version of its plan that is sold now."""


class Money(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount in a currency."""

    amount: str
    currency: str


class OptionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer may configure."""

    name: str
    kind: OptionKind
    choices: Sequence[str]
    minimum: int
    maximum: int
    prices: Sequence[OptionPriceOut]


class OptionPriceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one unit of an option costs on top in each cycle."""

    currency: str
    cycle: str
    unit_price: str
    choice: str


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="pause"):
    """The services rest and nothing is billed. `unused`: paid time is given back at the resumption, or lost."""

    unused: Unused = "extend"


class PauseOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing is done about an unpaid invoice. `until_on` is the last day of a promise."""

    invoice: str
    kind: PauseKind
    status: PauseStatus
    reason: str
    said_by: str
    until_on: date | None
    started_at: str
    ended_at: str | None


class PaymentMethodOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored method, without the token."""

    id: str
    customer: str
    account: str
    label: str
    default: bool
    created_at: str


class PaymentOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payment. Of a checkout the customer is sent to the gateway with `reference`, and `document` as the
    invoice.

        `status` says what became of it: ask again, or wait for the webhook. `code` is the gateway's word for a
    decline.
    """

    id: str
    kind: PaymentKind
    status: PaymentStatus
    customer: str
    invoice: str | None
    parts: Sequence[InvoicePart]
    account: str
    method: str | None
    amount: Money
    reference: str
    document: str
    transaction: str | None
    code: str
    created_at: str
    captured_at: str | None
    version: int


class PhaseOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first `cycles` cycles cost this instead."""

    cycles: int
    prices: Sequence[PriceOut]


class PreviewDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document, to the cent. A credit note gives back what it comes to."""

    type: DocumentType
    lines: Sequence[PreviewLine]
    taxes: Sequence[TaxOut]
    net: Money
    tax: Money
    total: Money


class PreviewLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line. `amount` is after its allowances and without tax."""

    kind: str
    description: str
    period_start: date | None
    period_end: date | None
    quantity: str
    unit_price: str
    amount: Money


class PriceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a quantity costs: each `cycle`, or once. `model` names the pricing model and holds its numbers."""

    currency: str
    kind: PriceKind
    cycle: str | None
    model: Mapping[str, Any]


class Reactivate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="reactivate"):
    """A cancelled agreement begins again with a new period, as long as its data is kept."""


class RecordPayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money that came by hand; `reference` names it (of the bank's line), and is unique."""

    amount: Money
    reference: str


class RemoveItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="remove_item"):
    """An item is over; its services end."""

    item: str


class Resume(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="resume"):
    """A paused agreement goes on."""


class ScheduledChangeOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change that is carried out at the beginning of `effective_on`."""

    id: str
    subscription: str
    change: ChangeItem | ChangeCycle | AddItem | RemoveItem | Pause | Resume | Reactivate | Migrate | Cancel
    effective_on: date
    status: ChangeStatus
    reason: str
    created_at: str
    done_at: str | None


class SellerOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The legal entity that issues the invoices."""

    id: str
    name: str
    country: str
    currency: str
    time_zone: str
    language: str
    tax_id: str
    address: Sequence[str]
    email: str
    phone: str
    registration: str
    created_at: str


class TaxOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The lines of one rate together. `category` is EN 16931's, `rate` in percent."""

    category: str
    rate: str
    name: str
    jurisdiction: str
    reason: str
    base: Money
    tax: Money


class UsagePriceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What use costs, in arrears, beyond what is `included` in a period."""

    meter: str
    currency: str
    model: Mapping[str, Any]
    included: str
