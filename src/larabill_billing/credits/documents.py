"""Documents, and the credit that credit notes give."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from larabill_billing.audits.model import Change
from larabill_billing.credits.at_issue import pay_at_issue
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import movement
from larabill_billing.invoicing import handlers as invoicing
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceRequest
from larabill_core.messages import Nothing


def issue(
    tx: CreditsTx,
    requests: Sequence[InvoiceRequest],
    *,
    spend_of: Collection[UUID] = (),
    changes: Sequence[Change] = (),
) -> list[Invoice]:
    """Issue documents; what a credit note gives back becomes the customer's credit. See `invoicing.issue`.

    The credit of the customers `spend_of` pays their invoices at once, as far as it goes.
    """
    issued = invoicing.issue(tx, requests, pay=lambda made: pay_at_issue(tx, made, spend_of), changes=changes)
    return _keep(tx, issued)


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
