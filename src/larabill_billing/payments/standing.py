"""Where the money of a payment is now: on invoices, in the customer's credit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from larabill_billing.credits.handlers import available
from larabill_billing.invoicing.credit_notes import CREDIT_NOTE
from larabill_billing.payments.model import Part, Payment, Refund, RefundStatus, Returned
from larabill_billing.payments.ports import PaymentsTx

DISPUTED: Final = "dispute:"
"""How the cause of an allocation begins that a lost dispute took back."""
CREDITED: Final = "credit:"
"""How the cause of one begins that a person took off an invoice, so that it became the customer's credit."""


def allocated(tx: PaymentsTx, payment: Payment) -> list[Part]:
    """How much of it stands on which invoice, in the order in which it came there.

    What paid a proforma stands there, also when some of it was taken back of the invoice that followed.
    """
    sums: dict[UUID, Decimal] = {}
    for each in tx.billing.invoices.allocated_by("payment", [payment.id]):
        sums[each.invoice_id] = sums.get(each.invoice_id, Decimal(0)) + each.amount
    for proforma in [invoice for invoice, amount in sums.items() if amount > 0 and min(sums.values()) < 0]:
        followed_by = tx.billing.invoices.following(proforma)
        sums[proforma] += sums.get(followed_by, Decimal(0)) if followed_by is not None else Decimal(0)
    return [Part(invoice_id=invoice, amount=amount) for invoice, amount in sums.items() if amount > 0]


def on_invoices(tx: PaymentsTx, payment: Payment, refunds: Sequence[Refund]) -> list[Part]:
    """As `allocated`, less what the credit notes of its refunds took back."""
    taken: dict[UUID, Decimal] = {}
    for refund in refunds:
        for each in refund.returned:
            taken[each.invoice_id] = taken.get(each.invoice_id, Decimal(0)) + each.amount
    parts = [
        Part(invoice_id=part.invoice_id, amount=part.amount - taken.get(part.invoice_id, Decimal(0)))
        for part in allocated(tx, payment)
    ]
    return [part for part in parts if part.amount > 0]


def kept_credit(tx: PaymentsTx, payment: Payment, refunds: Sequence[Refund]) -> Decimal:
    """How much of it the customer holds with us as credit: what no invoice needed, and what credit notes gave.

    At most what the customer has. The customer is locked by this.
    """
    came = payment.amount - sum(
        (
            each.amount
            for each in tx.billing.invoices.allocated_by("payment", [payment.id])
            if not each.cause.startswith(DISPUTED)
        ),
        Decimal(0),
    )
    came += sum((each.amount for refund in refunds for each in refund.returned), Decimal(0))
    came -= sum((each.from_credit for each in refunds if each.status is not RefundStatus.FAILED), Decimal(0))
    if came <= 0:
        return Decimal(0)
    tx.billing.customers.get(payment.customer_id, lock=True)
    return min(came, available(tx, payment.customer_id, payment.currency))


def lots_of(tx: PaymentsTx, payment: Payment, returned: Sequence[Returned]) -> list[UUID]:
    """The lots of credit that it gave, by itself and by these credit notes."""
    credits = tx.billing.credits
    kept = credits.from_source("payment", payment.id)
    notes = [each for note in returned for each in credits.from_source(CREDIT_NOTE, note.credit_note_id)]
    return [each.lot_id for each in (*kept, *notes)]
