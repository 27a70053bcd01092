"""Write documents: all that is known of them first, and their numbers last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.accounting import freeze
from larabill_billing.invoicing.build import document, state_of
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceRequest, InvoiceStatus
from larabill_billing.invoicing.number import number
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.postings import Posted, issued
from larabill_billing.invoicing.totals import Totals
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import Entry, Posting
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.messages import Event
from larabill_core.published import InvoiceIssued, InvoicePaid, InvoiceVoided


def write(
    tx: InvoicingTx, documents: Sequence[tuple[InvoiceRequest, Totals]], customers: Mapping[UUID, Customer]
) -> list[Invoice]:
    """Write documents that come to these sums; their charges are stored. Their numbers are taken last (I5)."""
    seller = tx.billing.sellers.get(tx.seller_id)
    terms = settings_of(tx).terms
    made = [
        document(request, sums, seller, customers[request.customer_id], terms, tx.now) for request, sums in documents
    ]
    tx.billing.invoices.add_many(made, [state_of(each) for each in made])
    today = local_date(tx.now, seller.time_zone)
    freeze(tx, seller, documents, today)
    post_documents(tx, "issued", [(request, issued(tx.seller_id, request, sums, today)) for request, sums in documents])
    record_many(tx, [change for request, sums in documents for change in _issued_changes(request.id, sums)])
    numbered = number(tx, made)
    tx.publish(*[event for each in numbered for event in _issued_events(tx, each)])
    return numbered


def post_documents(tx: InvoicingTx, purpose: str, documents: Sequence[tuple[InvoiceRequest | Invoice, Posted]]) -> None:
    """The ledger's entries of documents, and what of them is earned day by day."""
    post(
        tx,
        [
            entry(tx, document.id, document.currency, purpose, posted.postings)
            for document, posted in documents
            if posted.postings
        ],
    )
    tx.billing.deferrals.add_many([deferral for _, posted in documents for deferral in posted.deferrals])


def entry(tx: InvoicingTx, invoice_id: UUID, currency: str, purpose: str, postings: tuple[Posting, ...]) -> Entry:
    return Entry(
        seller_id=tx.seller_id,
        currency=currency,
        document_kind="invoice",
        document_id=invoice_id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=postings,
    )


def _issued_changes(invoice_id: UUID, sums: Totals) -> list[Change]:
    changes = [change(invoice_id, "issue", "", InvoiceStatus.ISSUED)]
    if not sums.total or sums.type is DocumentType.CREDIT_NOTE:
        changes.append(change(invoice_id, "pay", InvoiceStatus.ISSUED, InvoiceStatus.PAID, "nothing is due"))
    return changes


def change(invoice_id: UUID, action: str, before: str, after: str, reason: str = "") -> Change:
    return Change(
        subject_kind="invoice", subject_id=invoice_id, action=action, before=before, after=after, reason=reason
    )


def _issued_events(tx: InvoicingTx, invoice: Invoice) -> list[Event]:
    events: list[Event] = [
        InvoiceIssued(
            seller_id=invoice.seller_id,
            occurred_at=tx.now,
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            type=invoice.type.value,
            number=invoice.number,
            total=invoice.total,
            currency=invoice.currency,
        )
    ]
    if not invoice.total or invoice.type is DocumentType.CREDIT_NOTE:
        events.append(paid_event(tx, invoice.id, invoice.customer_id))
    return events


def voided_event(tx: InvoicingTx, invoice_id: UUID, customer_id: UUID) -> InvoiceVoided:
    return InvoiceVoided(seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=invoice_id, customer_id=customer_id)


def paid_event(tx: InvoicingTx, invoice_id: UUID, customer_id: UUID) -> InvoicePaid:
    return InvoicePaid(seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=invoice_id, customer_id=customer_id)
