"""What the API takes and answers: customers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import (
    ExemptionOut,
    InvoicePart,
    LotOut,
    Money,
    PauseOut,
    PaymentMethodOut,
    TaxCategory,
)

Happened: TypeAlias = Literal["credit", "credit_note", "invoice", "other", "payment", "refund"]

IdAnswer: TypeAlias = Literal["invalid", "unknown", "valid"]


class AddExemption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`reason` is printed (BT-120), `reason_code` is a VATEX code (BT-121), `certificate` the number of the paper."""

    reason: str
    category: TaxCategory = "E"
    reason_code: str = ""
    certificate: str = ""
    since: date | None = None
    until: date | None = None


class ChangeCustomerIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be different; what is left out stays. The currency is for good."""

    name: str | None = None
    email: str | None = None
    company: str | None = None
    tax_id: str | None = None
    address: Sequence[str] | None = None
    country: str | None = None
    time_zone: str | None = None
    language: str | None = None


class CreditBalances(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer can use today, one amount for each currency."""

    customer: str
    available: Sequence[Money]


class CreditMovement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Credit that came (above zero) or went, and the lot that it belongs to."""

    id: str
    lot: str
    source: str
    amount: Money
    created_at: str


class CreditMovementPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[CreditMovement]
    next: str | None


class CustomerDunning(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done about a customer's unpaid invoices."""

    items: Sequence[InvoiceDunningOut]


class CustomerOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer. `group` is shown to staff."""

    id: str
    name: str
    email: str
    company: str
    tax_id: str
    address: Sequence[str]
    country: str
    currency: str
    time_zone: str
    language: str
    billing_day: int | None
    group: str | None
    created_at: str


class CustomerPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[CustomerOut]
    next: str | None


class ExemptionList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of a customer, oldest first, those that ended too."""

    items: Sequence[ExemptionOut]


class GrantCredit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Credit in the customer's currency."""

    amount: Money
    reason: str
    expires_on: date | None = None


class InvoiceDunningOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands behind an unpaid invoice: steps taken, what is next, and why it waits."""

    invoice: str
    subscription: str | None
    policy: str
    steps: int
    next_step: str | None
    next_at: str | None
    pauses: Sequence[PauseOut]


class LotPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[LotOut]
    next: str | None


class NewCustomerIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer. What is left out of currency, time zone and language is the seller's."""

    name: str
    email: str
    country: str
    company: str = ""
    tax_id: str = ""
    address: Sequence[str] = ()
    currency: str | None = None
    time_zone: str = ""
    language: str = ""
    billing_day: int | None = None
    group: str = ""


class OpenTopUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Buy credit in the customer's currency at this gateway account."""

    amount: Money
    account: str


class PaymentMethodPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[PaymentMethodOut]
    next: str | None


class ReceivePayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money of a customer for these `parts`; without them for what is open, oldest due first."""

    amount: Money
    reference: str
    parts: Sequence[InvoicePart] | None = None


class SetGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The group that the customer is in from now on; empty for none."""

    group: str


class SetTopUpRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Buy `amount` from the default method whenever less than `threshold` is left."""

    threshold: Money
    amount: Money


class StatementLineOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`amount` is positive when the customer owes more by it; `balance` is what they owe after it."""

    on: date
    what: Happened
    number: str
    document: str | None
    amount: Money
    balance: Money


class StatementOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`opening` + `documents` + `payments` + `credits` = `closing`; below zero is what the seller holds for them."""

    customer: str
    first: date
    last: date
    opening: Money
    lines: Sequence[StatementLineOut]
    documents: Money
    payments: Money
    credits: Money
    closing: Money


class StoreMethod(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The gateway's `token` for what the customer stored there, and what the customer sees ("Visa …4242")."""

    account: str
    token: str
    label: str
    default: bool = True


class TopUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Buy credit in the customer's currency with a stored method."""

    amount: Money
    method: str


class TopUpRuleOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rule by which the customer buys credit automatically."""

    customer: str
    threshold: Money
    amount: Money
    set_at: str


class VatIdCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer about a customer's VAT id; unknown is never taken for invalid."""

    customer: str
    answer: IdAnswer
    account: str
    consultation: str
    reason: str
    checked_at: str


class VatIdChecks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was answered about the customer's ids, oldest first."""

    items: Sequence[VatIdCheck]
