"""The customer's credit pays an order's first invoice, before anything else is asked to."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.credits.documents import issue
from larabill_billing.credits.handlers import available, spend
from larabill_billing.invoicing.model import DocumentType, InvoiceRequest
from larabill_billing.invoicing.totals import Totals
from larabill_billing.orders.ports import OrdersTx
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class InvoiceToCredit:
    """An invoice that was asked for in a host's transaction, and is to be paid from credit once it is there."""

    invoice_id: UUID


def issue_paid(tx: OrdersTx, request: InvoiceRequest) -> None:
    """Issue an order's invoice, and pay as much of it as the customer's credit covers.

    The customer is locked before the number is taken, so that whoever holds the number series waits for nobody.
    """
    if tx.joined:
        issue(tx, [request])
        due = InvoiceToCredit(invoice_id=request.id)
        tx.enqueue(NewJob(handler="billing.use_credit", payload=due, seller_id=tx.seller_id))
        return
    held = available(tx, request.customer_id, request.currency)
    if held:
        tx.billing.customers.get(request.customer_id, lock=True)
    issue(tx, [request])
    if held:
        spend(tx, request.id)


def use_credit(tx: OrdersTx, payload: InvoiceToCredit) -> None:
    """Raises `NotFound`, so that the job is tried again, while the invoice waits for its number."""
    spend(tx, payload.invoice_id)


def credit_for(tx: OrdersTx, customer_id: UUID, currency: str, sums: Totals) -> Decimal:
    """What of the customer's credit a document with these totals would use now."""
    if sums.type is DocumentType.CREDIT_NOTE:
        return Decimal(0)
    return min(available(tx, customer_id, currency), sums.total)
