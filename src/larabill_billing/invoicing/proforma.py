"""Proformas: nothing is owed on them. What is paid on one is held for the customer until the invoice follows.

The charges of a proforma are stored once, when it is issued (I3); the invoice's lines refer to the same ones, and it
comes to the same sums to the cent. A proforma moves nothing in the ledger. What pays it is booked against
`receivable` by whoever took the money, as for any invoice, and moved from there to `prepayments` at once; the invoice
takes it from there, so receivables are open balances of invoices at every moment (I4). The number of the invoice is
taken when it is issued, in its own series (I5).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.invoicing.model import (
    Allocation,
    DocumentType,
    Invoice,
    InvoiceRequest,
    InvoiceState,
    InvoiceStatus,
)
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.totals import Totals
from larabill_billing.invoicing.write import change, entry, write
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import PREPAYMENTS, RECEIVABLE, Entry, Posting
from larabill_core.clock import local_date
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob

PROFORMA: Final = "proforma"


@attrs.frozen(kw_only=True)
class PaidProforma:
    """A proforma that was paid inside a host's transaction, and whose invoice is to be issued."""

    proforma_id: UUID


def prepay(tx: InvoicingTx, state: InvoiceState, allocation: Allocation) -> None:
    """Hold what paid (part of) a proforma. The payer's own entry has credited the customer's receivable."""
    postings = (
        Posting(account=RECEIVABLE, amount=allocation.amount, customer_id=state.customer_id),
        Posting(account=PREPAYMENTS, amount=-allocation.amount, customer_id=state.customer_id),
    )
    held = Entry(
        seller_id=tx.seller_id,
        currency=state.currency,
        document_kind="allocation",
        document_id=allocation.id,
        purpose="prepaid",
        occurred_at=tx.now,
        postings=postings,
    )
    post(tx, [held])


def follow(tx: InvoicingTx, proforma_id: UUID) -> None:
    """Issue the invoice of a proforma that was paid, and pay it with what was held.

    In a host's transaction a job does so after the commit.
    """
    if tx.joined:
        event_id = derived_id(proforma_id, "follow_proforma")
        wanted = PaidProforma(proforma_id=proforma_id)
        tx.enqueue(NewJob(handler="billing.follow_proforma", payload=wanted, event_id=event_id, seller_id=tx.seller_id))
        return
    proforma = tx.billing.invoices.get(proforma_id)
    customer = tx.billing.customers.get(proforma.customer_id)
    charges = {each.id: each for each in tx.billing.charges.for_invoices([proforma_id])[proforma_id]}
    request = InvoiceRequest(
        id=new_id(),
        customer_id=proforma.customer_id,
        currency=proforma.currency,
        charges=tuple(charges[line.charge_id] for line in proforma.lines),
        due_on=local_date(tx.now, customer.time_zone),
        subscription_id=proforma.subscription_id,
        preceding_id=proforma_id,
        purchase_order=proforma.purchase_order,
        note=proforma.note,
        terms=proforma.terms,
    )
    (invoice,) = write(tx, [(request, _sums(proforma))], {customer.id: customer})
    _pay(tx, invoice)


def follow_paid(tx: InvoicingTx, payload: PaidProforma) -> None:
    """Issue the invoice of a proforma that was paid inside a host's transaction, once (I7)."""
    tx.billing.invoices.state(payload.proforma_id, lock=True)
    if tx.billing.invoices.following(payload.proforma_id) is None:
        follow(tx, payload.proforma_id)


def _sums(proforma: Invoice) -> Totals:
    """What the customer was asked for, and has paid: to the cent, whatever the rates are by now."""
    return Totals(
        type=DocumentType.INVOICE,
        amounts=tuple(line.amount for line in proforma.lines),
        shares=tuple(line.share for line in proforma.lines),
        line_allowances=tuple(line.allowances for line in proforma.lines),
        rates=tuple(line.taxes for line in proforma.lines),
        allowances=proforma.allowances,
        taxes=proforma.taxes,
        net=proforma.net,
        tax=proforma.tax,
        total=proforma.total,
    )


def _pay(tx: InvoicingTx, invoice: Invoice) -> None:
    """With what is held. `InvoicePaid` was told of the proforma, which is what the customer paid."""
    state = tx.billing.invoices.state(invoice.id, lock=True)
    allocation = Allocation(
        id=new_id(),
        seller_id=tx.seller_id,
        invoice_id=invoice.id,
        source_kind=PROFORMA,
        source_id=invoice.preceding_id or invoice.id,
        amount=invoice.total,
        currency=invoice.currency,
        created_at=tx.now,
    )
    tx.billing.invoices.add_allocations([allocation])
    paid = next_status(invoice.id, state.status, "pay")
    tx.billing.invoices.save_state(attrs.evolve(state, balance=Decimal(0), status=paid, paid_at=tx.now))
    record_many(tx, [change(invoice.id, "pay", InvoiceStatus.ISSUED, paid, "the proforma was paid")])
    postings = (
        Posting(account=PREPAYMENTS, amount=invoice.total, customer_id=invoice.customer_id),
        Posting(account=RECEIVABLE, amount=-invoice.total, customer_id=invoice.customer_id),
    )
    post(tx, [entry(tx, invoice.id, invoice.currency, "prepaid", postings)])
