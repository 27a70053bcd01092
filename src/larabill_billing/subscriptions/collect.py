"""Begin the payment of invoices by itself: credit pays at once, and a job takes the rest (`dunning.collect`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceRequest
from larabill_billing.payments.model import Payers
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class InvoiceToCollect:
    """An invoice whose payment we begin ourselves."""

    invoice_id: UUID


def payers_of(tx: SubscriptionsTx, requests: Sequence[InvoiceRequest]) -> Payers:
    """Who of those that will owe something can be asked to pay: one question for all of them."""
    customers = {request.customer_id for request in requests if _owes(request)}
    return tx.billing.payment_methods.payers(customers) if customers else Payers()


def enqueue_collection(
    tx: SubscriptionsTx, requests: Sequence[InvoiceRequest], payers: Payers, issued: Sequence[Invoice]
) -> None:
    """A job for each invoice whose customer has a stored method, or credit that could not be used while it was issued:
    it is a proforma or only drafted, a dispute stands, or the credit comes from a document beside it."""
    done = {
        invoice.id
        for invoice in issued
        if invoice.type is DocumentType.INVOICE and invoice.customer_id in payers.spend_of
    }
    given = {invoice.customer_id for invoice in issued if invoice.type is DocumentType.CREDIT_NOTE}
    tx.enqueue(
        *(
            collect_job(tx.seller_id, request.id, "issued")
            for request in requests
            if _owes(request)
            and (
                request.customer_id in payers.stored
                or request.customer_id in given
                or (request.customer_id in payers.credited and request.id not in done)
            )
        )
    )


def _owes(request: InvoiceRequest) -> bool:
    return any(charge.amount > 0 for charge in request.charges)


def collect_job(seller_id: UUID, invoice_id: UUID, cause: str, at: datetime | None = None) -> NewJob:
    """The job that begins the payment of an invoice, at once or at an instant; once for each cause."""
    return NewJob(
        handler="billing.collect",
        payload=InvoiceToCollect(invoice_id=invoice_id),
        event_id=derived_id(invoice_id, f"collect:{cause}"),
        seller_id=seller_id,
        run_at=at,
        tags=(f"invoice:{invoice_id}",),
    )
