"""Begin payments: charge a stored method, open a checkout, record what came by hand; capture, release."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from larabill_billing.payments.model import Payment, PaymentMethod
from larabill_billing.payments.ports import PaymentsTx


def add_method(
    tx: PaymentsTx, customer_id: UUID, account: str, reference: str, label: str, *, default: bool = True
) -> PaymentMethod:
    """Keep a method that the customer stored at the gateway. Raises `InvalidInput` for a card number, `NotFound`."""
    raise NotImplementedError


def charge_invoice(tx: PaymentsTx, invoice_id: UUID, method_id: UUID, *, capture: bool = True) -> Payment:
    """Record a payment of the invoice's balance and the operation that will charge it; a job carries it out.

    Raises `Conflict` when the invoice is not open, or another payment of it is in flight (I1).
    """
    raise NotImplementedError


def open_checkout(tx: PaymentsTx, invoice_id: UUID, account: str, *, capture: bool = True) -> Payment:
    """Record a payment that the customer will make at the gateway; a webhook brings the result.

    The host sends the customer there with `payment.ref` and the invoice's id as metadata.
    Raises `Conflict`, `NotFound`.
    """
    raise NotImplementedError


def record_manual(tx: PaymentsTx, invoice_id: UUID, amount: Decimal, reference: str) -> Payment:
    """Money that came by hand (a bank transfer); `reference` is unique. What is too much becomes credit.

    Raises `AlreadyExists` when the reference was recorded before, `InvalidInput`, `NotFound`.
    """
    raise NotImplementedError


def capture(tx: PaymentsTx, payment_id: UUID) -> Payment:
    """Record the operation that takes what is authorised. Raises `IllegalTransition`, `Conflict`."""
    raise NotImplementedError


def release(tx: PaymentsTx, payment_id: UUID) -> Payment:
    """Record the operation that lets an authorisation go. Raises `IllegalTransition`, `Conflict`."""
    raise NotImplementedError
