"""Documents, and the credit that credit notes give."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import movement
from larabill_billing.invoicing import handlers as invoicing
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceRequest
from larabill_core.messages import Nothing


def issue(tx: CreditsTx, requests: Sequence[InvoiceRequest]) -> list[Invoice]:
    """Issue documents; what a credit note gives back becomes the customer's credit. See `invoicing.issue`."""
    return _keep(tx, invoicing.issue(tx, requests))


def issue_drafts(tx: CreditsTx, payload: Nothing) -> None:
    """Issue what was drafted inside hosts' transactions."""
    _keep(tx, invoicing.issue_drafts(tx))


def _keep(tx: CreditsTx, invoices: list[Invoice]) -> list[Invoice]:
    """The movements of credit, in one statement; the invoices' own ledger entries have posted them."""
    tx.billing.credits.add_many(
        [
            movement(tx, invoice.customer_id, invoice.total, invoice.currency, "credit_note", invoice.id)
            for invoice in invoices
            if invoice.type is DocumentType.CREDIT_NOTE
        ]
    )
    return invoices
