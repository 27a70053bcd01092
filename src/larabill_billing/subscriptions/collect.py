"""Begin the payment of an invoice ourselves: the customer's credit first, then the stored method."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import attrs

from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.model import InvoiceRequest, InvoiceStatus
from larabill_billing.invoicing.plans import due_now
from larabill_billing.payments.handlers import charge_invoice
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class InvoiceToCollect:
    """An invoice whose payment we begin ourselves."""

    invoice_id: UUID


def enqueue_collection(tx: SubscriptionsTx, requests: Sequence[InvoiceRequest]) -> None:
    """A job for each invoice whose customer has credit or a stored method: one question for all of them."""
    owing = [request for request in requests if any(charge.amount > 0 for charge in request.charges)]
    if not owing:
        return
    payers = tx.billing.payment_methods.payers({request.customer_id for request in owing})
    tx.enqueue(*(collect_job(tx.seller_id, request.id) for request in owing if request.customer_id in payers))


def collect_job(seller_id: UUID, invoice_id: UUID) -> NewJob:
    """The job that begins the payment of an invoice."""
    return NewJob(
        handler="billing.collect",
        payload=InvoiceToCollect(invoice_id=invoice_id),
        seller_id=seller_id,
        tags=(f"invoice:{invoice_id}",),
    )


def collect(tx: SubscriptionsTx, payload: InvoiceToCollect) -> None:
    """Use the customer's credit, then charge the default method for the rest; of instalments, what is due today.

    Does nothing when the invoice is not open, nothing is left, no method is stored, or a payment is under way (I1).
    """
    state = tx.billing.invoices.state(payload.invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        return
    method = tx.billing.payment_methods.defaults([state.customer_id]).get(state.customer_id)
    in_flight = any(payment.is_in_flight for payment in tx.billing.payments.for_invoices([payload.invoice_id]))
    if in_flight or spend(tx, payload.invoice_id) >= state.balance or method is None:
        return
    due = due_now(tx, tx.billing.invoices.state(payload.invoice_id))
    if due:
        charge_invoice(tx, payload.invoice_id, method.id, amount=due)
