"""What becomes of unused time that was given back: it pays what is still owed, and may be paid out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import attrs

from larabill_billing.credits.handlers import lot_of, spend
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.model import TOOK_MONEY, Payment
from larabill_billing.payments.purse import gone
from larabill_billing.payments.refunds import refund
from larabill_billing.subscriptions.ports import SubscriptionsTx


@attrs.frozen(kw_only=True)
class UnusedTime:
    """An agreement, and the credit note that gave its unused time back to the balance. `pay_out`: as money."""

    subscription_id: UUID
    invoice_id: UUID
    pay_out: bool = False


def return_unused(tx: SubscriptionsTx, payload: UnusedTime) -> None:
    """Use the credit on open invoices of the agreement, the oldest first; pay out the rest where that was asked for.

    Nobody so gets back what was never paid. Raises `NotFound`, so that the job is tried again, while the invoice waits
    for its number.
    """
    tx.billing.invoices.state(payload.invoice_id)
    charges = tx.billing.charges.for_subscription(payload.subscription_id)
    invoices = {charge.invoice_id for charge in charges if charge.invoice_id is not None}
    payments = [each for each in tx.billing.payments.for_invoices(invoices) if each.status in TOOK_MONEY]
    locked = [tx.billing.payments.get(each.id, lock=True) for each in sorted(payments, key=lambda each: each.id)]
    for state in tx.billing.invoices.states(invoices).values():
        if state.status is InvoiceStatus.ISSUED:
            spend(tx, state.invoice_id)
    if payload.pay_out:
        _pay_out(tx, payload, charges[0].customer_id, locked)


def _pay_out(tx: SubscriptionsTx, payload: UnusedTime, customer_id: UUID, payments: Sequence[Payment]) -> None:
    """Through the payments that paid for the agreement, the last first, never more than each one still holds.

    What no payment can give back (it was paid from credit, or refunded before) stays credit.
    """
    tx.billing.customers.get(customer_id, lock=True)
    given = tx.billing.credits.from_source("credit_note", payload.invoice_id)
    if not given:
        return
    lot = lot_of(tx, given[0].lot_id)
    left = lot.remaining
    for payment in reversed(payments):
        part = min(left, payment.amount - gone(tx.billing.refunds.for_payment(payment.id)))
        if part > 0:
            refund(tx, payment.id, part, f"unused time of subscription {payload.subscription_id}", of_lot=lot.id)
            left -= part
