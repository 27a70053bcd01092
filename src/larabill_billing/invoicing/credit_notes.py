"""Write credit notes of an invoice, and take them off what is still owed on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.customers.checks import attempt
from larabill_billing.invoicing.crediting import Given, Left, by_amount, by_lines, everything, left_of
from larabill_billing.invoicing.handlers import free
from larabill_billing.invoicing.model import (
    Allocation,
    Charge,
    ChargeKind,
    ChargeStatus,
    DocumentType,
    Invoice,
    InvoiceLine,
    InvoiceRequest,
    InvoiceState,
    InvoiceStatus,
)
from larabill_billing.invoicing.paying import apply_payment
from larabill_billing.invoicing.plans import finish_plan
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.write import voided_event, write
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, Entry, Posting
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import new_id

CREDIT_NOTE: Final = "credit_note"


def write_credit_note(
    tx: InvoicingTx,
    invoice_id: UUID,
    *,
    note_id: UUID,
    lines: Mapping[UUID, Decimal] | None,
    amount: Decimal | None,
    reason: str,
    to_credit: bool = False,
) -> tuple[Invoice, Decimal]:
    """The note, and what of it the customer did not owe any more: the caller keeps that as the customer's credit.

    With `to_credit` that is all of it.

    Raises as `credits.credit_notes.credit` does.
    """
    faults = Faults()
    attempt(faults, lambda: check_reason(reason), None)
    if lines is not None and amount is not None:
        faults.add("amount", "stands beside lines", remedy="give lines, or an amount, or neither for everything")
    faults.raise_if_any()
    state = _lock(tx, invoice_id)
    invoice = tx.billing.invoices.get(state.invoice_id)
    left = what_is_left(tx, invoice)
    if lines is not None:
        given = by_lines(invoice, left, lines)
    else:
        given = everything(invoice, left) if amount is None else by_amount(invoice, left, amount)
    sums = given.sums
    customer = tx.billing.customers.get(invoice.customer_id)
    request = _request(invoice, given, note_id, reason, local_date(tx.now, customer.time_zone))
    tx.billing.charges.add_many([request], ChargeStatus.INVOICED)
    applied = Decimal(0) if to_credit else _apply(tx, invoice, state, note_id, sums.total, reason)
    (note,) = write(tx, [(request, sums)], {customer.id: customer})
    return note, sums.total - applied


def what_is_left(tx: InvoicingTx, invoice: Invoice) -> Left:
    """What of an invoice was not given back yet. Its state is locked, where more is to be given back."""
    credits = tx.billing.charges.crediting([line.id for line in invoice.lines])
    credited: dict[UUID, Decimal] = {}
    for charge in credits:
        if charge.credited_line_id is not None:
            credited[charge.credited_line_id] = credited.get(charge.credited_line_id, Decimal(0)) - charge.amount
    notes = tx.billing.invoices.headers({charge.invoice_id for charge in credits if charge.invoice_id is not None})
    return left_of(invoice, notes.values(), credited)


def _lock(tx: InvoicingTx, invoice_id: UUID) -> InvoiceState:
    """The state of the invoice, or of the one that followed a proforma."""
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.type is DocumentType.PROFORMA and state.status is InvoiceStatus.PAID:
        followed = tx.billing.invoices.following(invoice_id)
        if followed is not None:
            state = tx.billing.invoices.state(followed, lock=True)
    if state.type is not DocumentType.INVOICE:
        raise Conflict(f"document {invoice_id}", f"it is a {state.type.value}", "only invoices are credited")
    if state.status not in (InvoiceStatus.ISSUED, InvoiceStatus.PAID):
        raise Conflict(f"invoice {invoice_id}", f"it is {state.status.value}", "there is nothing to give back")
    return state


def _request(invoice: Invoice, given: Given, note_id: UUID, reason: str, today: date) -> InvoiceRequest:
    lines = {line.id: line for line in invoice.lines}
    charges = [_charge(invoice, lines[line_id], net, note_id) for line_id, net in given.lines.items()]
    return InvoiceRequest(
        id=note_id,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        charges=tuple(charges),
        due_on=today,
        subscription_id=invoice.subscription_id,
        preceding_id=invoice.id,
        purchase_order=invoice.purchase_order,
        note=reason,
    )


def _charge(invoice: Invoice, line: InvoiceLine, net: Decimal, note_id: UUID) -> Charge:
    """What is given back of a line. The whole of a plain line is shown as it was sold."""
    plain = line.trace is None and net == line.amount == line.quantity * line.unit_price and not line.share
    quantity, price = (line.quantity, line.unit_price) if plain else (Decimal(1), net)
    return Charge(
        customer_id=invoice.customer_id,
        kind=ChargeKind.CREDIT,
        period_start=line.period_start,
        period_end=line.period_end,
        cause=f"credit:{note_id}",
        description=line.description,
        quantity=quantity,
        unit_price=-price,
        amount=-net,
        currency=line.currency,
        taxes=line.taxes,
        credited_line_id=line.id,
    )


def _apply(
    tx: InvoicingTx, invoice: Invoice, state: InvoiceState, note_id: UUID, total: Decimal, reason: str
) -> Decimal:
    """Take the note off what is owed; how much of it that took.

    An invoice of which nothing was paid, and everything is given back, is void: nobody has bought anything.
    """
    applied = min(total, state.balance)
    if applied and applied == state.balance and _nothing_paid(tx, invoice):
        _cancel(tx, state, note_id, applied, reason)
    elif applied:
        apply_payment(tx, invoice.id, applied, note_id, source_kind=CREDIT_NOTE)
    if applied:
        postings = (
            Posting(account=CUSTOMER_CREDIT, amount=applied, customer_id=invoice.customer_id),
            Posting(account=RECEIVABLE, amount=-applied, customer_id=invoice.customer_id),
        )
        entry = Entry(
            seller_id=tx.seller_id,
            currency=invoice.currency,
            document_kind="invoice",
            document_id=note_id,
            purpose="applied",
            occurred_at=tx.now,
            postings=postings,
        )
        post(tx, [entry])
    return applied


def _nothing_paid(tx: InvoicingTx, invoice: Invoice) -> bool:
    return all(each.source_kind == CREDIT_NOTE for each in tx.billing.invoices.allocations(invoice.id))


def _cancel(tx: InvoicingTx, state: InvoiceState, note_id: UUID, applied: Decimal, reason: str) -> None:
    status = next_status(state.invoice_id, state.status, "cancel")
    allocation = Allocation(
        id=new_id(),
        seller_id=tx.seller_id,
        invoice_id=state.invoice_id,
        source_kind=CREDIT_NOTE,
        source_id=note_id,
        amount=applied,
        currency=state.currency,
        created_at=tx.now,
    )
    tx.billing.invoices.add_allocations([allocation])
    finish_plan(tx, state, "replace")
    tx.billing.invoices.save_state(attrs.evolve(state, status=status, balance=Decimal(0), plan_id=None))
    free(tx, state.invoice_id)
    record(tx, "invoice", state.invoice_id, "cancel", state.status, status, reason)
    tx.publish(voided_event(tx, state.invoice_id, state.customer_id))
