"""Take back issued documents, wholly or in part: what a credit note gives back to somebody who has paid is credit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.credits.handlers import move
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing.credit_notes import CREDIT_NOTE, write_credit_note
from larabill_billing.invoicing.model import Invoice
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


def credit(
    tx: CreditsTx,
    invoice_id: UUID,
    *,
    lines: Mapping[UUID, Decimal] | None = None,
    amount: Decimal | None = None,
    reason: str,
    note_id: UUID | None = None,
) -> Invoice | None:
    """Issue a credit note of an invoice: of so much of these `lines` (each without tax), of an `amount` with tax over
    all lines, or of everything that is left. Of a proforma that was paid, the invoice that followed is meant.

    What is still owed on the invoice becomes less; what the customer had paid becomes credit, which can then be
    refunded (`of_credit`). An invoice on which nothing was paid, and of which nothing is left, is void.
    In a host's transaction a job issues it after the commit, and the answer is None.
    Raises `InvalidInput` with every fault; `Conflict` for more than is left, or a document that is not open or paid;
    `NotFound`.
    """
    note_id = note_id or new_id()
    if tx.joined:
        wanted = CreditWanted(invoice_id=invoice_id, note_id=note_id, lines=lines, amount=amount, reason=reason)
        event_id = derived_id(note_id, "issue_credit_note")
        tx.enqueue(
            NewJob(handler="billing.issue_credit_note", payload=wanted, event_id=event_id, seller_id=tx.seller_id)
        )
        return None
    note, rest = write_credit_note(tx, invoice_id, note_id=note_id, lines=lines, amount=amount, reason=reason)
    if rest:
        move(tx, note.customer_id, rest, note.currency, CREDIT_NOTE, note.id)
    return note


def issue_credit_note(tx: CreditsTx, payload: CreditWanted) -> None:
    """Issue what was asked for inside a host's transaction."""
    credit(
        tx,
        payload.invoice_id,
        lines=payload.lines,
        amount=payload.amount,
        reason=payload.reason,
        note_id=payload.note_id,
    )
