"""What the API takes and answers: payments. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from larabill_client.models.shared import InvoicePart, Money, PaymentOut

RefundStatus: TypeAlias = Literal["created", "done", "failed", "pending", "review"]

RefundTo: TypeAlias = Literal["credit", "method"]

WebhookStatus: TypeAlias = Literal["applied", "ignored", "received", "stale", "unmatched", "waiting"]


class GatewayInbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[GatewayWebhookOut]
    next: str | None


class GatewayWebhookOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A verified webhook. `ref`, `transaction`, `invoice`, `amount` and `currency` are what it claims, as sent.

    `status` and `reason`: what became of it. Unmatched ones have changed nothing.
    """

    id: str
    account: str
    event_id: str
    event_type: str
    kind: str
    ref: str | None
    state: str
    transaction: str | None
    amount: str | None
    currency: str | None
    invoice: str | None
    dispute: str | None
    code: str
    status: WebhookStatus
    reason: str
    occurred_at: str | None
    received_at: str
    settled_at: str | None


class GiveBack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount, or so much of these lines, or neither for all that is left; to the method or as credit."""

    reason: str
    amount: Money | None = None
    lines: Mapping[str, Money] | None = None
    to: RefundTo = "method"


class OpenDispute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person saw at the gateway, in the payment's currency: the gateway's id of it, its amount and its fee."""

    gateway_id: str
    amount: Money
    fee: Money | None = None
    reason: str = ""
    respond_by: datetime | None = None


class PaymentPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[PaymentOut]
    next: str | None


class RefundList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The refunds of one payment, oldest first."""

    items: Sequence[RefundOut]


class RefundOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money given back. `credit_notes` came with it; `from_credit` was the customer's credit already."""

    id: str
    payment: str
    customer: str
    status: RefundStatus
    to: RefundTo
    amount: Money
    from_credit: Money
    credit_notes: Sequence[str]
    reason: str
    created_at: str


class RejectedList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest first; only some are kept, for some days."""

    items: Sequence[RejectedWebhook]


class RejectedWebhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A webhook that was not believed. `size` of its body in bytes."""

    id: str
    account: str
    reason: str
    size: int
    received_at: str


class RematchPayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The money was for these parts of invoices instead; what is left over becomes credit."""

    parts: Sequence[InvoicePart]
    reason: str


class ResolveReview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person found at the gateway: the transaction that took the money, or null for none."""

    transaction: str | None
    reason: str


class ReversePayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why what was recorded by hand was not so."""

    reason: str


class WebhookReceived(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a webhook; of a repeated one, what became of the first."""

    status: WebhookStatus
    duplicate: bool
