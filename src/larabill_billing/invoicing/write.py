"""Write documents: all that is known of them first, and their numbers last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.accounting import freeze
from larabill_billing.invoicing.build import ZERO, allocation, document, seller_party, state_of
from larabill_billing.invoicing.model import Allocation, Invoice, InvoiceRequest, InvoiceState, InvoiceStatus
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


@attrs.frozen(kw_only=True)
class Settled:
    """What pays (part of) an invoice while it is issued. The ledger's `entry` names its source."""

    amount: Decimal
    entry: Entry


Pay: TypeAlias = Callable[[Sequence[Invoice]], Mapping[UUID, Settled]]
"""Told of documents that are about to be written; answers what pays them, by invoice."""


def nobody_pays(invoices: Sequence[Invoice]) -> Mapping[UUID, Settled]:
    """Issued as they are."""
    return {}


def write(
    tx: InvoicingTx,
    documents: Sequence[tuple[InvoiceRequest, Totals]],
    customers: Mapping[UUID, Customer],
    *,
    pay: Pay = nobody_pays,
    changes: Sequence[Change] = (),
) -> list[Invoice]:
    """Write documents that come to these sums; their charges are stored. Their numbers are taken last (I5).

    `changes` are recorded along with the documents' own, in one statement.
    """
    seller = tx.billing.sellers.get(tx.seller_id)
    named, terms = seller_party(seller), settings_of(tx).terms
    made = [
        document(request, sums, seller.id, named, customers[request.customer_id], terms, tx.now)
        for request, sums in documents
    ]
    settled = pay(made)
    states = [state_of(each, settled[each.id].amount if each.id in settled else ZERO) for each in made]
    tx.billing.invoices.add_many(made, states)
    tx.billing.invoices.add_allocations(_allocations(tx, states, settled))
    today = local_date(tx.now, seller.time_zone)
    freeze(tx, seller, documents, today)
    post_documents(
        tx,
        "issued",
        [(request, issued(tx.seller_id, request, sums, today)) for request, sums in documents],
        [each.entry for each in settled.values()],
    )
    record_many(tx, [*changes, *(change for state in states for change in _issued_changes(state, settled))])
    numbered = number(tx, made)
    tx.publish(*[event for each in zip(numbered, states, strict=True) for event in _issued_events(tx, *each)])
    return numbered


def _allocations(tx: InvoicingTx, states: Sequence[InvoiceState], settled: Mapping[UUID, Settled]) -> list[Allocation]:
    found = [(state, settled[state.invoice_id]) for state in states if state.invoice_id in settled]
    return [allocation(state, by.amount, by.entry.document_kind, by.entry.document_id, tx.now) for state, by in found]


def post_documents(
    tx: InvoicingTx,
    purpose: str,
    documents: Sequence[tuple[InvoiceRequest | Invoice, Posted]],
    others: Sequence[Entry] = (),
) -> None:
    """The ledger's entries of documents, and what of them is earned day by day; `others` are posted along with them."""
    own = [
        entry(tx, document.id, document.currency, purpose, posted.postings)
        for document, posted in documents
        if posted.postings
    ]
    post(tx, [*own, *others])
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


def _issued_changes(state: InvoiceState, settled: Mapping[UUID, Settled]) -> list[Change]:
    changes = [change(state.invoice_id, "issue", "", InvoiceStatus.ISSUED)]
    is_settled = state.invoice_id in settled
    if state.status is InvoiceStatus.PAID:
        reason = "" if is_settled else "nothing is due"
        changes.append(change(state.invoice_id, "pay", InvoiceStatus.ISSUED, InvoiceStatus.PAID, reason))
    elif is_settled:
        changes.append(change(state.invoice_id, "pay_part", InvoiceStatus.ISSUED, InvoiceStatus.ISSUED))
    return changes


def change(invoice_id: UUID, action: str, before: str, after: str, reason: str = "") -> Change:
    return Change(
        subject_kind="invoice", subject_id=invoice_id, action=action, before=before, after=after, reason=reason
    )


def _issued_events(tx: InvoicingTx, invoice: Invoice, state: InvoiceState) -> list[Event]:
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
    if state.status is InvoiceStatus.PAID:
        events.append(paid_event(tx, invoice.id, invoice.customer_id))
    return events


def voided_event(tx: InvoicingTx, invoice_id: UUID, customer_id: UUID) -> InvoiceVoided:
    return InvoiceVoided(seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=invoice_id, customer_id=customer_id)


def paid_event(tx: InvoicingTx, invoice_id: UUID, customer_id: UUID) -> InvoicePaid:
    return InvoicePaid(seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=invoice_id, customer_id=customer_id)
