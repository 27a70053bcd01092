"""Events that stay within billing."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import attrs

from larabill_core.messages import Event


@attrs.frozen(kw_only=True)
class PaymentAuthorised(Event):
    """The gateway holds the amount for an invoice; nothing is taken yet. It releases orders whose plans ask that."""

    name: ClassVar[str] = "billing.payment_authorised"

    payment_id: UUID
    customer_id: UUID
    invoice_id: UUID
    amount: Decimal
    currency: str


@attrs.frozen(kw_only=True)
class DefaultMethodStored(Event):
    """The customer stored a method that is charged from now on: what an old one was declined for may be paid by it."""

    name: ClassVar[str] = "billing.default_method_stored"

    customer_id: UUID
    method_id: UUID


@attrs.frozen(kw_only=True)
class PaymentReturned(Event):
    """All of a payment's money went back: it was refunded whole, or is disputed. Rewards for it are taken back."""

    name: ClassVar[str] = "billing.payment_returned"

    payment_id: UUID
    customer_id: UUID
    why: Literal["refunded", "disputed"]
