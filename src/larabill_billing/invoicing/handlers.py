"""Issue invoices and void them.

Locks are taken in this order everywhere: webhook, payment, refund, invoice state, customer; the number series last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.customers.model import Customer
from larabill_billing.discounts.handlers import undo
from larabill_billing.invoicing.model import (
    ChargeStatus,
    DocumentType,
    Draft,
    Invoice,
    InvoiceRequest,
)
from larabill_billing.invoicing.plans import finish_plan
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.postings import taken_back
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.taxing import earlier_taxes, rates_of, treatments, unanswered
from larabill_billing.invoicing.totals import Totals, totals
from larabill_billing.invoicing.write import Pay, change, nobody_pays, post_documents, voided_event, write
from larabill_billing.settings import settings_of
from larabill_billing.tax.ask import ask_job
from larabill_core.errors import Conflict, Faults, NotFound
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob

DRAFTS_AT_ONCE: Final = 100


def issue(
    tx: InvoicingTx, requests: Sequence[InvoiceRequest], *, pay: Pay = nobody_pays, changes: Sequence[Change] = ()
) -> list[Invoice]:
    """Issue a batch: charges, documents, states, ledger, audits, `InvoiceIssued`; nothing due is paid at once.

    `pay` says what pays them while they are issued; what is only drafted is not paid. `changes` are audits of what led
    to the documents, recorded along with theirs.

    The number of statements does not depend on the number of requests. In a host's transaction (`tx.joined`) only
    drafts are written, a job issues them after the host's commit, and the answer is empty; the invoices will have the
    requests' ids. So it is while the provider of taxes has not said which hold. Raises `AlreadyExists` when something
    was charged before (I3), `NotFound` for a customer, `InvalidInput`.
    """
    _check(requests)
    if not requests:
        record_many(tx, changes)
        return []
    customers = _customers(tx, requests)
    waiting = unanswered(tx, {id: customers[id] for id in _to_be_taxed(requests)})
    later = tx.joined or bool(waiting)
    tx.billing.charges.add_many(requests, ChargeStatus.OPEN if later else ChargeStatus.INVOICED)
    if not later:
        return _issue(tx, requests, customers, pay, changes)
    record_many(tx, changes)
    tx.billing.drafts.add_many([_draft(tx, request, request.customer_id in waiting) for request in requests])
    event_id = derived_id(requests[0].id, "issue_drafts")
    tx.enqueue(NewJob(handler="billing.issue_drafts", event_id=event_id, seller_id=tx.seller_id))
    if waiting:
        tx.enqueue(ask_job(tx.seller_id))
    return []


def _check(requests: Sequence[InvoiceRequest]) -> None:
    if all(map(_is_sound, requests)):
        return
    faults = Faults()
    for index, request in enumerate(requests):
        with faults.at("invoices", index):
            if not request.charges:
                faults.add("charges", "are missing", remedy="an invoice needs at least one")
            for number, charge in enumerate(request.charges):
                with faults.at("charges", number):
                    if charge.currency != request.currency:
                        faults.add("currency", "is not the invoice's", value=charge.currency)
                    if charge.customer_id != request.customer_id:
                        faults.add("customer_id", "is not the invoice's", value=str(charge.customer_id))
    faults.raise_if_any()


def _is_sound(request: InvoiceRequest) -> bool:
    for charge in request.charges:
        if charge.currency != request.currency or charge.customer_id != request.customer_id:
            return False
    return bool(request.charges)


def _draft(tx: InvoicingTx, request: InvoiceRequest, waits: bool) -> Draft:
    return Draft(
        id=request.id,
        seller_id=tx.seller_id,
        customer_id=request.customer_id,
        currency=request.currency,
        due_on=request.due_on,
        order_id=request.order_id,
        subscription_id=request.subscription_id,
        preceding_id=request.preceding_id,
        purchase_order=request.purchase_order,
        note=request.note,
        terms=request.terms,
        waits=waits,
        created_at=tx.now,
    )


def issue_drafts(tx: InvoicingTx) -> list[Invoice]:
    """Issue what was drafted inside hosts' transactions, oldest first: up to 100; another job follows for the rest."""
    taken = tx.billing.drafts.take(DRAFTS_AT_ONCE)
    drafts = _answered(tx, taken)
    if not drafts:
        return []
    ids = [draft.id for draft in drafts]
    charges = tx.billing.charges.for_invoices(ids)
    requests = [
        InvoiceRequest(
            id=draft.id,
            customer_id=draft.customer_id,
            currency=draft.currency,
            charges=tuple(charges.get(draft.id, ())),
            due_on=draft.due_on,
            order_id=draft.order_id,
            subscription_id=draft.subscription_id,
            preceding_id=draft.preceding_id,
            purchase_order=draft.purchase_order,
            note=draft.note,
            terms=draft.terms,
        )
        for draft in drafts
    ]
    tx.billing.charges.mark_invoiced(ids)
    tx.billing.drafts.delete(ids)
    if len(taken) == DRAFTS_AT_ONCE:
        tx.enqueue(NewJob(handler="billing.issue_drafts", seller_id=tx.seller_id))
    return _issue(tx, requests, _customers(tx, requests), nobody_pays, ())


def _to_be_taxed(requests: Sequence[InvoiceRequest]) -> set[UUID]:
    """The customers of documents whose taxes no earlier one has settled."""
    return {each.customer_id for each in requests if any(charge.taxes is None for charge in each.charges)}


def _answered(tx: InvoicingTx, drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose taxes are known; the others wait, and are asked about."""
    waiting = unanswered(tx, tx.billing.customers.get_many({draft.customer_id for draft in drafts}))
    if waiting:
        tx.billing.drafts.wait([draft.id for draft in drafts if draft.customer_id in waiting])
        tx.enqueue(ask_job(tx.seller_id))
    return [draft for draft in drafts if draft.customer_id not in waiting]


def _customers(tx: InvoicingTx, requests: Sequence[InvoiceRequest]) -> dict[UUID, Customer]:
    customers = tx.billing.customers.get_many({request.customer_id for request in requests})
    for request in requests:
        if request.customer_id not in customers:
            raise NotFound("customer", request.customer_id)
    return customers


def _issue(
    tx: InvoicingTx,
    requests: Sequence[InvoiceRequest],
    customers: Mapping[UUID, Customer],
    pay: Pay,
    changes: Sequence[Change],
) -> list[Invoice]:
    """Write the documents of stored charges, at what they come to now."""
    documents = [*zip(requests, totals_of(tx, requests, customers), strict=True)]
    return write(tx, documents, customers, pay=pay, changes=changes)


def totals_of(tx: InvoicingTx, requests: Sequence[InvoiceRequest], customers: Mapping[UUID, Customer]) -> list[Totals]:
    """What each request comes to. Where the seller asks first, an invoice of more than nothing is a proforma."""
    treated = treatments(tx, customers)
    settings = settings_of(tx)
    earlier = earlier_taxes(tx, [charge for request in requests for charge in request.charges])
    found = [
        totals(
            request.charges,
            rates_of(request.charges, treated[request.customer_id], earlier),
            request.currency,
            settings.tax.rounding,
        )
        for request in requests
    ]
    if not settings.proforma:
        return found
    return [
        attrs.evolve(sums, type=DocumentType.PROFORMA) if sums.type is DocumentType.INVOICE and sums.total else sums
        for sums in found
    ]


def void(tx: InvoicingTx, invoice_id: UUID, reason: str) -> None:
    """Take an issued invoice or proforma back: the ledger entry is reversed, its charges are freed.

    Raises `Conflict` when anything was paid, `IllegalTransition` unless it is issued (a credit note is paid from the
    start), `NotFound`.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    status = next_status(invoice_id, state.status, "void")
    if tx.billing.invoices.allocations(invoice_id):
        raise Conflict(f"invoice {invoice_id}", "it is paid in part", "refund the payment, or issue a credit")
    finish_plan(tx, state, "replace")
    tx.billing.invoices.save_state(attrs.evolve(state, status=status, balance=Decimal(0), plan_id=None))
    free(tx, invoice_id)
    if state.type is DocumentType.INVOICE:
        _reverse(tx, tx.billing.invoices.get(invoice_id))
    record_many(tx, [change(invoice_id, "void", state.status, status, reason)])
    tx.publish(voided_event(tx, invoice_id, state.customer_id))


def free(tx: InvoicingTx, invoice_id: UUID) -> None:
    """The charges of a document that does not hold any more, and what they used up of discounts."""
    undo(tx, tx.billing.charges.for_invoices([invoice_id]).get(invoice_id, []))
    tx.billing.charges.free(invoice_id)


def _reverse(tx: InvoicingTx, invoice: Invoice) -> None:
    was = [posting for entry in tx.billing.ledger.for_document("invoice", invoice.id) for posting in entry.postings]
    post_documents(tx, "voided", [(invoice, taken_back(was, tx.billing.deferrals.for_document(invoice.id)))])
