"""The one transition table of invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from larabill_billing.invoicing.model import InvoiceStatus
from larabill_core.errors import IllegalTransition

TRANSITIONS: Final[Mapping[tuple[InvoiceStatus, str], InvoiceStatus]] = {
    (InvoiceStatus.ISSUED, "pay"): InvoiceStatus.PAID,
    (InvoiceStatus.ISSUED, "void"): InvoiceStatus.VOID,
    (InvoiceStatus.ISSUED, "write_off"): InvoiceStatus.UNCOLLECTIBLE,
    (InvoiceStatus.PAID, "reopen"): InvoiceStatus.ISSUED,
    (InvoiceStatus.UNCOLLECTIBLE, "reopen"): InvoiceStatus.ISSUED,
    (InvoiceStatus.UNCOLLECTIBLE, "recover"): InvoiceStatus.UNCOLLECTIBLE,
    (InvoiceStatus.UNCOLLECTIBLE, "pay"): InvoiceStatus.PAID,
    (InvoiceStatus.ISSUED, "cancel"): InvoiceStatus.VOID,
}


def next_status(invoice_id: UUID, status: InvoiceStatus, event: str) -> InvoiceStatus:
    """Where `event` leads from `status`. Raises `IllegalTransition`."""
    found = TRANSITIONS.get((status, event))
    if found is None:
        allowed = sorted(name for state, name in TRANSITIONS if state is status)
        raise IllegalTransition("invoice", invoice_id, status, event, allowed)
    return found
