"""What is said of a change of an invoice: its audit, and the news that it is paid."""

from __future__ import annotations

from uuid import UUID

from larabill_billing.audits.model import Change
from larabill_core.ports.unit_of_work import Tx
from larabill_core.published import InvoicePaid


def change(invoice_id: UUID, action: str, before: str, after: str, reason: str = "") -> Change:
    """An audit about an invoice."""
    return Change(
        subject_kind="invoice", subject_id=invoice_id, action=action, before=before, after=after, reason=reason
    )


def paid_event(tx: Tx, invoice_id: UUID, customer_id: UUID) -> InvoicePaid:
    """The news that nothing is left to pay."""
    return InvoicePaid(seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=invoice_id, customer_id=customer_id)
