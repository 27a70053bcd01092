"""Take back issued documents, wholly or in part: what a credit note gives back to somebody who has paid is credit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.credits.handlers import move
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing import handlers as invoicing
from larabill_billing.invoicing.credit_notes import CREDIT_NOTE, write_credit_note
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceState, InvoiceStatus
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.write import entry
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, PREPAYMENTS, Posting
from larabill_billing.settings import settings_of
from larabill_core.errors import Conflict
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class CreditWanted:
    """A credit note to be issued by a job. Amounts are text, by line or of the whole."""

    invoice_id: UUID
    note_id: UUID
    lines: Mapping[UUID, Decimal] | None = None
    amount: Decimal | None = None
    reason: str = ""
    to_credit: bool = False


def credit(
    tx: CreditsTx,
    invoice_id: UUID,
    *,
    lines: Mapping[UUID, Decimal] | None = None,
    amount: Decimal | None = None,
    reason: str,
    note_id: UUID | None = None,
    to_credit: bool = False,
) -> Invoice | None:
    """Issue a credit note of an invoice: of so much of these `lines` (each without tax), of an `amount` with tax over
    all lines, or of everything that is left. Of a proforma that was paid, the invoice that followed is meant.

    What is still owed on the invoice becomes less; what the customer had paid becomes credit, which can then be
    refunded (`of_credit`). With `to_credit` all of it does, as for a refund of a part payment. An invoice on which
    nothing was paid, and of which nothing is left, is void. In a host's transaction a job issues it after the commit,
    and the answer is None. Raises `InvalidInput` with every fault; `Conflict` for more than is left, or a document that
    is not open or paid; `NotFound`.
    """
    note_id = note_id or new_id()
    if tx.joined:
        wanted = CreditWanted(
            invoice_id=invoice_id, note_id=note_id, lines=lines, amount=amount, reason=reason, to_credit=to_credit
        )
        event_id = derived_id(note_id, "issue_credit_note")
        tx.enqueue(
            NewJob(handler="billing.issue_credit_note", payload=wanted, event_id=event_id, seller_id=tx.seller_id)
        )
        return None
    note, rest = write_credit_note(
        tx, invoice_id, note_id=note_id, lines=lines, amount=amount, reason=reason, to_credit=to_credit
    )
    if rest:
        move(tx, note.customer_id, rest, note.currency, CREDIT_NOTE, note.id)
    return note


def void(tx: CreditsTx, invoice_id: UUID, reason: str) -> None:
    """Take back an invoice on which nothing was paid, as the seller's `voiding` says: by a credit note of the whole, or
    by its mark alone. Of a proforma nothing is owed: its mark is enough, and what was paid on it becomes credit.

    Raises `Conflict` when anything was paid on an invoice, `IllegalTransition` unless it is issued, `NotFound`.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    status = next_status(invoice_id, state.status, "void")
    paid = tx.billing.invoices.allocations(invoice_id)
    if state.type is DocumentType.PROFORMA and paid:
        _release(tx, state, status, reason)
    elif state.type is DocumentType.PROFORMA or settings_of(tx).voiding == "mark":
        invoicing.void(tx, invoice_id, reason)
    elif all(each.source_kind == CREDIT_NOTE for each in paid):
        credit(tx, invoice_id, reason=reason)
    else:
        raise Conflict(f"invoice {invoice_id}", "it is paid in part", "refund the payment, or issue a credit note")


def _release(tx: CreditsTx, state: InvoiceState, status: InvoiceStatus, reason: str) -> None:
    """Void a proforma that was paid in part: what was held for it is the customer's credit."""
    held = sum((each.amount for each in tx.billing.invoices.allocations(state.invoice_id)), Decimal(0))
    tx.billing.invoices.save_state(attrs.evolve(state, status=status, balance=Decimal(0)))
    invoicing.free(tx, state.invoice_id)
    move(tx, state.customer_id, held, state.currency, "proforma", state.invoice_id)
    postings = (
        Posting(account=PREPAYMENTS, amount=held, customer_id=state.customer_id),
        Posting(account=CUSTOMER_CREDIT, amount=-held, customer_id=state.customer_id),
    )
    post(tx, [entry(tx, state.invoice_id, state.currency, "released", postings)])
    record(tx, "invoice", state.invoice_id, "void", state.status, status, reason)


def issue_credit_note(tx: CreditsTx, payload: CreditWanted) -> None:
    """Issue what was asked for inside a host's transaction."""
    credit(
        tx,
        payload.invoice_id,
        lines=payload.lines,
        amount=payload.amount,
        reason=payload.reason,
        note_id=payload.note_id,
        to_credit=payload.to_credit,
    )
