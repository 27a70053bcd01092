"""How one payment is divided over several invoices. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.invoicing.model import UNPAID, InvoiceState, InvoiceStatus
from larabill_billing.payments.model import Part
from larabill_core.errors import Faults, NotFound
from larabill_core.money import exponent

MOST = 500
"""Invoices of one payment."""


def spread(amount: Decimal, owed: Sequence[InvoiceState]) -> list[Part]:
    """The parts of an amount: oldest due first, each up to its balance. What is left over is in none of them."""
    parts = []
    for state in sorted(owed, key=lambda state: (state.due_on, state.invoice_id)):
        take = min(amount, state.balance)
        if take > 0:
            parts.append(Part(invoice_id=state.invoice_id, amount=take))
            amount -= take
    return parts


def check_parts(
    parts: Sequence[Part],
    states: Mapping[UUID, InvoiceState],
    currency: str,
    faults: Faults,
    *,
    most: Decimal | None = None,
) -> UUID:
    """The customer of the parts' invoices. Notes every fault: another customer or currency, more than is owed.

    Raises `NotFound` for an invoice that is not among the states.
    """
    if not 0 < len(parts) <= MOST or len({part.invoice_id for part in parts}) != len(parts):
        faults.add("parts", f"must be 1 to {MOST}, one for each invoice", value=len(parts))
    customers: dict[UUID, None] = {}
    for index, part in enumerate(parts):
        with faults.at("parts", index):
            state = states.get(part.invoice_id)
            if state is None:
                raise NotFound("invoice", part.invoice_id)
            customers[state.customer_id] = None
            if state.currency != currency:
                faults.add("currency", "is not the invoice's", value=currency)
            elif part.amount <= 0 or part.amount != round(part.amount, exponent(currency)):
                faults.add("amount", "must be a plain amount of more than 0", value=part.amount)
            elif state.status is InvoiceStatus.ISSUED and part.amount > state.balance:
                faults.add("amount", "is more than is owed", value=part.amount, remedy=f"{state.balance} at most")
            elif state.status not in UNPAID:
                faults.add("invoice", f"is of an invoice that is {state.status}")
    if len(customers) > 1:
        faults.add("parts", "are of several customers")
    total = sum((part.amount for part in parts), Decimal(0))
    if most is not None and total > most:
        faults.add("parts", "are more than came", value=total)
    return next(iter(customers), UUID(int=0))
