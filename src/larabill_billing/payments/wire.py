"""Payments, refunds and stored methods on the wire. Never card data: a method is the gateway's token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.invoicing.wire import LineAmounts
from larabill_billing.payments.model import (
    Part,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Refund,
    RefundStatus,
    RefundTo,
    WebhookStatus,
)
from larabill_billing.payments.top_up_rules import TopUpRule
from larabill_core.errors import Faults, InvalidInput
from larabill_core.http.wire import (
    Cursor,
    Listing,
    Money,
    Reason,
    amount_of,
    money,
    next_of,
    shown_id,
)
from larabill_core.ids import parse_public_id, public_id

Reference = Annotated[str, Meta(min_length=1, max_length=255)]
Account = Annotated[str, Meta(min_length=1, max_length=100, description="A gateway account of the manifest")]


class PaymentsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which payments a list shows."""

    customer: Cursor | None = None
    status: PaymentStatus | None = None


class InvoicePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a payment is for an invoice."""

    invoice: Cursor
    amount: Money


class PaymentOut(msgspec.Struct, frozen=True, kw_only=True):
    """A payment. Of a checkout the customer is sent to the gateway with `reference`, and `document` as the invoice.

    `status` says what became of it: ask again, or wait for the webhook. `code` is the gateway's word for a decline.
    """

    id: str
    kind: PaymentKind
    status: PaymentStatus
    customer: str
    invoice: str | None
    parts: list[InvoicePart]
    account: str
    method: str | None
    amount: Money
    reference: str
    document: str
    transaction: str | None
    code: str
    created_at: datetime
    captured_at: datetime | None
    version: int


class PaymentPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[PaymentOut]
    next: str | None


class PayInvoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Charge this stored method: what is to be collected, or an `amount` of it."""

    method: Cursor
    amount: Money | None = None


class OpenCheckout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pay at this gateway account: what is to be collected, or an `amount` of it."""

    account: Account
    amount: Money | None = None


class RecordPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money that came by hand; `reference` names it (of the bank's line), and is unique."""

    amount: Money
    reference: Reference


class ReceivePayment(RecordPayment, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money of a customer for these `parts`; without them for what is open, oldest due first."""

    parts: Annotated[list[InvoicePart], Meta(min_length=1, max_length=500)] | None = None


class RematchPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The money was for these parts of invoices instead; what is left over becomes credit."""

    parts: Annotated[list[InvoicePart], Meta(max_length=500)]
    reason: Reason


class ReversePayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why what was recorded by hand was not so."""

    reason: Reason


class ResolveReview(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person found at the gateway: the transaction that took the money, or null for none."""

    transaction: Reference | None
    reason: Reason


class GiveBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount, or so much of these lines, or neither for all that is left; to the method or as credit."""

    reason: Reason
    amount: Money | None = None
    lines: LineAmounts | None = None
    to: RefundTo = RefundTo.METHOD


class RefundOut(msgspec.Struct, frozen=True, kw_only=True):
    """Money given back. `credit_notes` came with it; `from_credit` was the customer's credit already."""

    id: str
    payment: str
    customer: str
    status: RefundStatus
    to: RefundTo
    amount: Money
    from_credit: Money
    credit_notes: list[str]
    reason: str
    created_at: datetime


class RefundList(msgspec.Struct, frozen=True, kw_only=True):
    """The refunds of one payment, oldest first."""

    items: list[RefundOut]


class StoreMethod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gateway's `token` for what the customer stored there, and what the customer sees ("Visa …4242")."""

    account: Account
    token: Reference
    label: Reference
    default: bool = True


class PaymentMethodOut(msgspec.Struct, frozen=True, kw_only=True):
    """A stored method, without the token."""

    id: str
    customer: str
    account: str
    label: str
    default: bool
    created_at: datetime


class PaymentMethodPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[PaymentMethodOut]
    next: str | None


class TopUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Buy credit in the customer's currency with a stored method."""

    amount: Money
    method: Cursor


class OpenTopUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Buy credit in the customer's currency at this gateway account."""

    amount: Money
    account: Account


class SetTopUpRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Buy `amount` from the default method whenever less than `threshold` is left."""

    threshold: Money
    amount: Money


class TopUpRuleOut(msgspec.Struct, frozen=True, kw_only=True):
    """The rule by which the customer buys credit automatically."""

    customer: str
    threshold: Money
    amount: Money
    set_at: datetime


class WebhookReceived(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a webhook; of a repeated one, what became of the first."""

    status: WebhookStatus
    duplicate: bool


def payment_out(payment: Payment) -> PaymentOut:
    """One payment."""
    return PaymentOut(
        id=public_id("pay", payment.id),
        kind=payment.kind,
        status=payment.status,
        customer=public_id("cus", payment.customer_id),
        invoice=shown_id("inv", payment.invoice_id),
        parts=[
            InvoicePart(invoice=public_id("inv", part.invoice_id), amount=money(part.amount, payment.currency))
            for part in payment.for_invoices
        ],
        account=payment.account,
        method=shown_id("mth", payment.method_id),
        amount=money(payment.amount, payment.currency),
        reference=payment.ref,
        document=payment.document,
        transaction=payment.transaction_id,
        code=payment.code,
        created_at=payment.created_at,
        captured_at=payment.captured_at,
        version=payment.version,
    )


def payments_out(found: Sequence[Payment], query: PaymentsQuery) -> PaymentPage:
    """One page of a list."""
    items = [payment_out(payment) for payment in found]
    return PaymentPage(items=items, next=next_of(items, query))


def method_out(method: PaymentMethod) -> PaymentMethodOut:
    """One stored method."""
    return PaymentMethodOut(
        id=public_id("mth", method.id),
        customer=public_id("cus", method.customer_id),
        account=method.account,
        label=method.label,
        default=method.is_default,
        created_at=method.created_at,
    )


def methods_out(found: Sequence[PaymentMethod], query: Listing) -> PaymentMethodPage:
    """One page of a list."""
    items = [method_out(method) for method in found]
    return PaymentMethodPage(items=items, next=next_of(items, query))


def refund_out(refund: Refund) -> RefundOut:
    """One refund."""
    return RefundOut(
        id=public_id("ref", refund.id),
        payment=public_id("pay", refund.payment_id),
        customer=public_id("cus", refund.customer_id),
        status=refund.status,
        to=refund.destination,
        amount=money(refund.amount, refund.currency),
        from_credit=money(refund.from_credit, refund.currency),
        credit_notes=[public_id("inv", each.credit_note_id) for each in refund.returned],
        reason=refund.reason,
        created_at=refund.created_at,
    )


def rule_out(rule: TopUpRule) -> TopUpRuleOut:
    """The rule."""
    return TopUpRuleOut(
        customer=public_id("cus", rule.customer_id),
        threshold=money(rule.threshold, rule.currency),
        amount=money(rule.amount, rule.currency),
        set_at=rule.set_at,
    )


def parts_of(given: Sequence[InvoicePart], currency: str) -> list[Part]:
    """The parts that a body names. Raises `InvalidInput` with every fault."""
    faults = Faults()
    parts = []
    for index, each in enumerate(given):
        try:
            invoice = parse_public_id(each.invoice, "inv", f"parts[{index}].invoice")
            amount = amount_of(each.amount, f"parts[{index}].amount", currency)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        parts.append(Part(invoice_id=invoice, amount=amount))
    faults.raise_if_any()
    return parts
