"""The document that a request comes to: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from larabill_billing.customers.model import Customer, Seller
from larabill_billing.discounts.model import Allowance
from larabill_billing.invoicing.model import (
    PAID_BY,
    Allocation,
    Charge,
    DocumentType,
    Invoice,
    InvoiceLine,
    InvoiceRequest,
    InvoiceState,
    InvoiceStatus,
)
from larabill_billing.invoicing.totals import Totals, turned
from larabill_billing.tax.model import Taxes
from larabill_core.clock import local_date
from larabill_core.ids import new_id

ZERO: Final = Decimal(0)


def document(
    request: InvoiceRequest,
    sums: Totals,
    seller_id: UUID,
    seller: Mapping[str, Any],
    customer: Customer,
    terms: str,
    now: datetime,
) -> Invoice:
    """The document of a request, whose number is still to be taken.

    `seller` is what the seller is called on it, and `terms` the seller's, where the request has none.
    """
    credit = sums.type is DocumentType.CREDIT_NOTE
    return Invoice(
        id=request.id,
        type=sums.type,
        seller_id=seller_id,
        customer_id=customer.id,
        order_id=request.order_id,
        subscription_id=request.subscription_id,
        preceding_id=request.preceding_id,
        currency=request.currency,
        net=sums.net,
        tax=sums.tax,
        total=sums.total,
        taxes=sums.taxes,
        allowances=sums.allowances,
        issued_on=local_date(now, customer.time_zone),
        due_on=request.due_on,
        issued_at=now,
        language=customer.language,
        purchase_order=request.purchase_order,
        note=request.note,
        terms=request.terms or ("" if credit else terms),
        seller=seller,
        buyer=party(customer) | {"company": customer.company},
        lines=tuple(
            [
                _line(position, charge, amount, share, allowances, taxes, credit)
                for position, (charge, amount, share, allowances, taxes) in enumerate(
                    zip(request.charges, sums.amounts, sums.shares, sums.line_allowances, sums.rates, strict=True), 1
                )
            ]
        ),
    )


def seller_party(seller: Seller) -> dict[str, Any]:
    """What a seller is called on documents: the same of a whole batch, so that it is stored as JSON once."""
    return party(seller) | {"phone": seller.phone, "registration": seller.registration}


def party(of: Seller | Customer) -> dict[str, Any]:
    """What a seller or customer is called on a document."""
    return {"name": of.name, "address": list(of.address), "country": of.country, "tax_id": of.tax_id, "email": of.email}


def _line(
    position: int,
    charge: Charge,
    amount: Decimal,
    share: Decimal,
    allowances: tuple[Allowance, ...],
    taxes: Taxes,
    credit: bool,
) -> InvoiceLine:
    first = taxes[0]
    quantity, price, trace = charge.quantity, charge.unit_price, charge.trace
    if credit and trace is not None:
        trace = turned(trace)
    elif credit:
        # a plain charge is quantity times unit price on a credit note too, and no price is negative (BR-27)
        quantity, price = (quantity, -price) if price < 0 else (-quantity, price)
    return InvoiceLine(
        id=new_id(),
        position=position,
        charge_id=charge.id,
        kind=charge.kind,
        description=charge.description,
        period_start=charge.period_start,
        period_end=charge.period_end,
        quantity=quantity,
        unit_price=price,
        amount=amount,
        currency=charge.currency,
        share=share,
        allowances=allowances,
        tax_category=first.category.value,
        tax_rate=first.rate,
        taxes=taxes,
        trace=trace,
    )


def state_of(invoice: Invoice, paid: Decimal = ZERO) -> InvoiceState:
    """A document's state when it is issued and so much of it paid. Nothing is owed on a credit note, or of nothing."""
    owed = ZERO if invoice.type is DocumentType.CREDIT_NOTE else invoice.total - paid
    return InvoiceState(
        invoice_id=invoice.id,
        type=invoice.type,
        seller_id=invoice.seller_id,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency=invoice.currency,
        due_on=invoice.due_on,
        status=InvoiceStatus.ISSUED if owed else InvoiceStatus.PAID,
        balance=owed,
        version=1,
        paid_at=None if owed else invoice.issued_at,
    )


def allocation(
    state: InvoiceState, amount: Decimal, source_kind: str, source_id: UUID, now: datetime, cause: str = PAID_BY
) -> Allocation:
    """So much of a source on an invoice."""
    return Allocation(
        id=new_id(),
        seller_id=state.seller_id,
        invoice_id=state.invoice_id,
        source_kind=source_kind,
        source_id=source_id,
        cause=cause,
        amount=amount,
        currency=state.currency,
        created_at=now,
    )
