"""Stands in until credit notes are on core."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from larabill_billing.credits.documents import issue
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing.model import Charge, ChargeKind, Invoice, InvoiceRequest
from larabill_core.clock import local_date
from larabill_core.errors import Conflict
from larabill_core.ids import new_id


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
    """All of it becomes credit."""
    invoice = tx.billing.invoices.get(invoice_id)
    left = invoice.total - sum(
        (each.total for each, _ in tx.billing.invoices.page(customer_id=invoice.customer_id) if each.preceding_id == invoice_id), Decimal(0)
    )
    amount = sum(lines.values(), Decimal(0)) if lines else left if amount is None else amount
    if amount > left:
        raise Conflict(f"invoice {invoice_id}", f"{left} are left")
    charge = Charge(
        customer_id=invoice.customer_id,
        kind=ChargeKind.PRORATION,
        cause=f"credit:{new_id()}",
        description=reason or "x",
        quantity=Decimal(1),
        unit_price=-amount,
        amount=-amount,
        currency=invoice.currency,
        taxes=invoice.lines[0].taxes,
    )
    request = InvoiceRequest(
        id=note_id or new_id(),
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        charges=(charge,),
        due_on=local_date(tx.now, "UTC"),
        preceding_id=invoice_id,
    )
    return issue(tx, [request])[0]
