"""What settles an invoice, and what is taken back of it. Each is an allocation that never changes."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.invoicing.build import allocation
from larabill_billing.invoicing.model import PAID_BY, UNPAID, DocumentType, InvoiceState, InvoiceStatus
from larabill_billing.invoicing.plans import finish_plan, followed
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.proforma import follow, prepay
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.write import change, paid_event
from larabill_billing.invoicing.write_off import recover
from larabill_core.errors import Conflict


def apply_payment(
    tx: InvoicingTx,
    invoice_id: UUID,
    amount: Decimal,
    source_id: UUID,
    source_kind: str = "payment",
    cause: str = PAID_BY,
) -> Decimal:
    """How much of `amount` the invoice took: its balance at most, 0 when it is paid or void.

    Locks the state, writes the allocation, publishes `InvoicePaid` when nothing is left. What was written off is
    recovered first, so that it is owed again and then paid. What pays a proforma is held as a prepayment; when nothing
    is left the invoice follows, paid. The caller posts the ledger entry (against `receivable`) and keeps the rest as
    the customer's credit.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    written_off = Decimal(0)
    if state.status is InvoiceStatus.UNCOLLECTIBLE and amount > 0:
        recovered, written_off = recover(tx, state, amount)
        state = attrs.evolve(state, balance=state.balance + recovered)
    applied = min(amount, state.balance) if state.status in UNPAID else Decimal(0)
    if applied <= 0:
        return Decimal(0)
    paid = allocation(state, applied, source_kind, source_id, tx.now, cause)
    tx.billing.invoices.add_allocations([paid])
    if state.type is DocumentType.PROFORMA:
        prepay(tx, state, paid)
    left = state.balance - applied
    if left or written_off:
        moved = attrs.evolve(state, balance=left)
        action = "recover" if state.status is InvoiceStatus.UNCOLLECTIBLE else "pay_part"
        tx.billing.invoices.save_state(attrs.evolve(moved, due_on=followed(tx, moved)))
        record_many(tx, [change(invoice_id, action, state.status, state.status)])
        return applied
    status = next_status(invoice_id, state.status, "pay")
    finish_plan(tx, state)
    tx.billing.invoices.save_state(attrs.evolve(state, balance=left, status=status, paid_at=tx.now, plan_id=None))
    record_many(tx, [change(invoice_id, "pay", state.status, status)])
    tx.publish(paid_event(tx, invoice_id, state.customer_id))
    if state.type is DocumentType.PROFORMA:
        follow(tx, invoice_id)
    return applied


def take_back(
    tx: InvoicingTx,
    invoice_id: UUID,
    amount: Decimal,
    source_id: UUID,
    *,
    cause: str,
    source_kind: str = "payment",
    reason: str = "",
) -> None:
    """So much of what a payment settled is owed again: an allocation below zero, and the invoice is open.

    With it falls due again what was written off of the invoice. Of a proforma that was paid, the invoice that followed
    is meant.

    The caller has made sure that the payment stands on the invoice with as much, and posts the ledger entry. Raises
    `AlreadyExists` for the same cause twice, `Conflict` for a void invoice.
    """
    state = _owing(tx, invoice_id)
    taken = allocation(state, -amount, source_kind, source_id, tx.now, cause)
    tx.billing.invoices.add_allocations([taken])
    if state.type is DocumentType.PROFORMA:
        prepay(tx, state, taken)
    status, action, owed = state.status, "unpay_part", state.balance + amount
    if status is not InvoiceStatus.ISSUED:
        status, action = next_status(state.invoice_id, status, "reopen"), "reopen"
        owed += recover(tx, state)[0] if state.status is InvoiceStatus.UNCOLLECTIBLE else Decimal(0)
    moved = attrs.evolve(state, balance=owed, status=status, paid_at=None)
    tx.billing.invoices.save_state(attrs.evolve(moved, due_on=followed(tx, moved)))
    record_many(tx, [change(state.invoice_id, action, state.status, status, reason)])


def _owing(tx: InvoicingTx, invoice_id: UUID) -> InvoiceState:
    """The locked state of what is owed again."""
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.type is DocumentType.PROFORMA and state.status is InvoiceStatus.PAID:
        followed_by = tx.billing.invoices.following(invoice_id)
        if followed_by is None:
            raise Conflict(f"proforma {invoice_id}", "its invoice is not issued yet", "try again in a moment")
        state = tx.billing.invoices.state(followed_by, lock=True)
    if state.status is InvoiceStatus.VOID:
        raise Conflict(f"invoice {invoice_id}", "it is void", "nothing can be owed on it")
    return state
