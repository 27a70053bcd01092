"""The job that begins the payment of an invoice by itself (`dunning.collect`): when it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import InvoiceRequest
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.ids import derived_id
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
    tx.enqueue(*(collect_job(tx.seller_id, request.id, "issued") for request in owing if request.customer_id in payers))


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
