"""A fee for an invoice that stays unpaid: a document of its own, which names the one that it is about."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.ids import derived_id


def charge_late_fee(tx: InvoicingTx, invoice_id: UUID, amount: Decimal, step: str) -> UUID:
    """Issue an invoice about the fee, once for a step of the ladder; its id. `amount` is in the invoice's currency.

    Raises `AlreadyExists` when there is a fee of this step, `NotFound`.
    """
    late = tx.billing.invoices.get(invoice_id)
    customer = tx.billing.customers.get(late.customer_id)
    due_on = local_date(tx.now, customer.time_zone) + timedelta(days=settings_of(tx).payment_terms_days)
    fee = Charge(
        customer_id=customer.id,
        kind=ChargeKind.ONE_TIME,
        cause=f"late_fee:{step}",
        description=f"Late fee for {late.number}",
        quantity=Decimal(1),
        unit_price=amount,
        amount=amount,
        currency=late.currency,
    )
    request = InvoiceRequest(
        id=derived_id(invoice_id, f"late_fee:{step}"),
        customer_id=customer.id,
        currency=late.currency,
        charges=(fee,),
        due_on=due_on,
        preceding_id=invoice_id,
    )
    issue(tx, [request])
    return request.id
