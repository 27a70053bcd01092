"""What a late payer owes on top: an invoice of its own, once for each step, whoever asks and however often."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import Charge, ChargeKind, DocumentType, InvoiceRequest, InvoiceStatus
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import derived_id
from larabill_core.money import exponent, parse_decimal

UNTAXED: Final = (
    TaxRate(
        category=TaxCategory.OUTSIDE,
        rate=Decimal(0),
        name="no tax",
        reason="Compensation for late payment, not subject to VAT",
        reason_code="VATEX-EU-O",
    ),
)
"""A fee for being late is damages, not the price of a supply (Court of Justice, case 222/81)."""


def fee_id(invoice_id: UUID, step: str) -> UUID:
    """The id of the fee's invoice: the same for the same step of the same invoice."""
    return derived_id(invoice_id, f"late_fee:{step}")


def charge_late_fee(tx: InvoicingTx, invoice_id: UUID, amount: Decimal, step: str) -> UUID:
    """Charge a fee because this invoice is late, on an invoice of its own, due at once; its id.

    `step` names the step of the ladder. Asked again for the same step: the same invoice, and nothing happens.
    Raises `Conflict` when the invoice is not open, `InvalidInput`, `NotFound`.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    found = fee_id(invoice_id, step)
    if tx.billing.charges.for_invoices([found]):
        return found
    if state.status is not InvoiceStatus.ISSUED or state.type is DocumentType.CREDIT_NOTE:
        raise Conflict(f"invoice {invoice_id}", f"it is {state.status.value}", "only open invoices are late")
    amount = parse_decimal(amount, places=exponent(state.currency), path="amount")
    if amount <= 0:
        raise InvalidInput.one("amount", "must be more than 0", amount)
    late = tx.billing.invoices.headers([invoice_id])[invoice_id]
    customer = tx.billing.customers.get(state.customer_id)
    charge = Charge(
        customer_id=state.customer_id,
        kind=ChargeKind.LATE_FEE,
        cause=f"late_fee:{step}",
        description=f"Late fee, {late.number}",
        quantity=Decimal(1),
        unit_price=amount,
        amount=amount,
        currency=state.currency,
        taxes=UNTAXED,
    )
    request = InvoiceRequest(
        id=found,
        customer_id=state.customer_id,
        currency=state.currency,
        charges=(charge,),
        due_on=local_date(tx.now, customer.time_zone),
        preceding_id=invoice_id,
    )
    issue(tx, [request])
    return found
