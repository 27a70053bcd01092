"""What the templates of documents get, read from what is stored."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from larabill_billing.invoicing.build import party
from larabill_billing.invoicing.document import invoice_context, statement_context
from larabill_billing.invoicing.model import Invoice
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.statements import statement


def invoice_data(tx: InvoicingTx, invoice: Invoice) -> dict[str, Any]:
    """A document as data: see `invoice_context`."""
    preceding = None
    if invoice.preceding_id is not None:
        preceding = tx.billing.invoices.headers([invoice.preceding_id]).get(invoice.preceding_id)
    return invoice_context(invoice, tx.billing.invoices.state(invoice.id), preceding)


def statement_data(tx: InvoicingTx, customer_id: UUID, currency: str, first: date, last: date) -> dict[str, Any]:
    """A customer's account as data: see `statement_context`. Raises `InvalidInput`, `NotFound`."""
    customer = tx.billing.customers.get(customer_id)
    found = statement(tx, customer_id, currency, first, last)
    buyer = party(customer) | {"company": customer.company}
    return statement_context(found, party(tx.billing.sellers.get(tx.seller_id)), buyer, customer.language)
