"""Payments and what belongs to them. Never card data: a method is a reference at the gateway."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import attrs

from larabill_core.ids import new_id

MANUAL = "manual"
"""The account of payments that a person records: a bank transfer, cash. No gateway stands behind it."""


class PaymentStatus(StrEnum):
    """CREATED: recorded, nobody has confirmed anything. REVIEW: a person has to look at the gateway.

    REVERSED: what was recorded by hand was not so.
    """

    CREATED = "created"
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    RELEASED = "released"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    REVIEW = "review"


class PaymentKind(StrEnum):
    """How it came about: we charge a stored method, the customer pays at the gateway, or staff record it.

    TOP_UP buys credit and has no invoice; it comes by any of the three ways: with a method, without, or by hand.
    """

    CHARGE = "charge"
    CHECKOUT = "checkout"
    MANUAL = "manual"
    TOP_UP = "top_up"


IN_FLIGHT = frozenset({PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.AUTHORISED, PaymentStatus.REVIEW})
"""Money may be on its way: nobody may be suspended, and no second charge be made, because of the same invoice.

A checkout that is merely created does not count: the customer may never come to the gateway.
"""

TOOK_MONEY = frozenset({PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})
"""Money was taken at some time."""


@attrs.frozen(kw_only=True)
class PaymentMethod:
    """A stored method: `reference` is the gateway's name for it, `label` what the customer sees ("Visa …4242")."""

    id: UUID
    seller_id: UUID
    customer_id: UUID
    account: str
    reference: str = attrs.field(repr=False)
    label: str
    is_default: bool
    created_at: datetime


@attrs.frozen(kw_only=True)
class Part:
    """How much of a payment of several invoices is for one of them."""

    invoice_id: UUID
    amount: Decimal


@attrs.frozen(kw_only=True)
class Payment:
    """One logical payment, of an invoice, of several, or for credit. `ref` is ours at the gateway, for ever.

    `transaction_id` is the gateway's id. `invoice_id` is None where it is for several invoices, which are its `parts`,
    and for a top-up, all of which becomes credit.
    `code` is the gateway's word for a decline; `reason` says why a person has to look.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    account: str
    method_id: UUID | None = None
    kind: PaymentKind = attrs.field(converter=PaymentKind)
    ref: str
    amount: Decimal
    currency: str
    capture: bool = True
    status: PaymentStatus = attrs.field(default=PaymentStatus.CREATED, converter=PaymentStatus)
    transaction_id: str | None = None
    code: str = ""
    reason: str = ""
    version: int = 1
    created_at: datetime
    updated_at: datetime
    captured_at: datetime | None = None
    parts: tuple[Part, ...] = ()

    @property
    def invoice_ids(self) -> tuple[UUID, ...]:
        """The invoices that it is for; none of a top-up."""
        return tuple(part.invoice_id for part in self.for_invoices)

    @property
    def for_invoices(self) -> tuple[Part, ...]:
        """How much of it is for which invoice."""
        if self.invoice_id is None:
            return self.parts
        return (Part(invoice_id=self.invoice_id, amount=self.amount),)

    @property
    def is_in_flight(self) -> bool:
        """Whether money may be on its way (see `IN_FLIGHT`)."""
        at_checkout = self.kind in (PaymentKind.CHECKOUT, PaymentKind.TOP_UP) and self.method_id is None
        if at_checkout and self.status is PaymentStatus.CREATED:
            return False
        return self.status in IN_FLIGHT

    @property
    def document(self) -> str:
        """What the gateway carries as the invoice's id: of a payment without an invoice, its own (B10)."""
        return str(self.invoice_id or self.id)


class RefundStatus(StrEnum):
    """CREATED and PENDING count against what may still be refunded; so does REVIEW, where a person has to look."""

    CREATED = "created"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    REVIEW = "review"


class RefundTo(StrEnum):
    """METHOD: the way the money came. CREDIT: the customer's balance, and no money moves."""

    METHOD = "method"
    CREDIT = "credit"


@attrs.frozen(kw_only=True)
class Returned:
    """What a credit note, made for a refund, takes back of one invoice that the payment had paid."""

    invoice_id: UUID
    credit_note_id: UUID
    amount: Decimal


@attrs.frozen(kw_only=True)
class Refund:
    """Money given back of one payment. `from_credit` is the part of it that the customer held with us as credit.

    `returned` are the credit notes that came with it: they gave that credit, and so do those for a refund to credit.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    payment_id: UUID
    account: str
    ref: str
    amount: Decimal
    currency: str
    from_credit: Decimal
    destination: RefundTo = attrs.field(default=RefundTo.METHOD, converter=RefundTo)
    returned: tuple[Returned, ...] = ()
    status: RefundStatus = attrs.field(default=RefundStatus.CREATED, converter=RefundStatus)
    transaction_id: str | None = None
    reason: str = ""
    version: int = 1
    created_at: datetime
    updated_at: datetime


class WebhookStatus(StrEnum):
    """RECEIVED: stored, not yet acted upon. WAITING: nothing carries its reference yet. The others are final.

    UNMATCHED changed nothing because something did not fit; STALE because we already know better.
    """

    RECEIVED = "received"
    WAITING = "waiting"
    APPLIED = "applied"
    UNMATCHED = "unmatched"
    STALE = "stale"
    IGNORED = "ignored"


UNSETTLED = frozenset({WebhookStatus.RECEIVED, WebhookStatus.WAITING})
"""Statuses in which an event may still change something."""


@attrs.frozen(kw_only=True)
class WebhookEvent:
    """A verified webhook: what it claims, never its body (which holds personal data).

    `code` is the gateway's word for a decline or dispute; `occurred_at` is the sender's time, the other two are ours.
    `dispute_id`, `fee` and `respond_by` are of disputes alone.
    """

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    account: str
    event_id: str
    event_type: str
    kind: str
    ref: str | None
    state: str
    transaction_id: str | None
    amount: str | None
    currency: str | None
    invoice: str | None
    code: str
    dispute_id: str | None = None
    fee: str | None = None
    respond_by: datetime | None = None
    status: WebhookStatus = attrs.field(default=WebhookStatus.RECEIVED, converter=WebhookStatus)
    reason: str = ""
    occurred_at: datetime | None
    received_at: datetime
    settled_at: datetime | None = None


@attrs.frozen(kw_only=True)
class WebhookReject:
    """A webhook that was not believed. Kept for some days, and only the newest."""

    id: UUID
    seller_id: UUID
    account: str
    reason: str
    size: int
    received_at: datetime


@attrs.frozen(kw_only=True)
class WebhookResult:
    """What became of a webhook. A repeated one gives what became of the first; the sender is told 200 all the same."""

    status: WebhookStatus
    reason: str = ""
    duplicate: bool = False


@attrs.frozen(kw_only=True)
class GatewayAccount:
    """One account at a gateway belongs to one seller. `last_heard_at`: its last verified webhook or answer."""

    account: str
    seller_id: UUID
    last_heard_at: datetime | None


@attrs.frozen(kw_only=True)
class Payers:
    """Customers from whom something can be taken without asking: who has a default method, or credit in any currency.

    `disputing`: about a payment of theirs a dispute stands. Until it is decided nothing is taken from them.
    """

    stored: frozenset[UUID] = frozenset()
    credited: frozenset[UUID] = frozenset()
    disputing: frozenset[UUID] = frozenset()

    def __contains__(self, customer_id: UUID) -> bool:
        return customer_id in self.stored or customer_id in self.credited

    @property
    def spend_of(self) -> frozenset[UUID]:
        """Whose credit can be used now."""
        return self.credited - self.disputing
