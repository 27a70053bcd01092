"""Unused time that is given back as money and not as credit: through the payments that paid for the agreement."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.payments.model import TOOK_MONEY, RefundStatus
from larabill_billing.payments.refunds import refund
from larabill_billing.subscriptions.ports import SubscriptionsTx


@attrs.frozen(kw_only=True)
class UnusedTime:
    """An ended agreement, and the invoice that gave its unused time back to the customer's balance."""

    subscription_id: UUID
    invoice_id: UUID


def refund_unused(tx: SubscriptionsTx, payload: UnusedTime) -> None:
    """Pay out what the invoice gave to the balance: the last payment first, never more than each one still holds.

    What no payment can give back (it was paid from credit, or refunded before) stays credit. Raises `NotFound`, so that
    the job is tried again, while the invoice waits for its number.
    """
    charges = tx.billing.charges.for_subscription(payload.subscription_id)
    invoices = {charge.invoice_id for charge in charges if charge.invoice_id is not None}
    found = [each for each in tx.billing.payments.for_invoices(invoices) if each.status in TOOK_MONEY]
    payments = [tx.billing.payments.get(each.id, lock=True) for each in sorted(found, key=lambda each: each.id)]
    customer_id = charges[0].customer_id
    tx.billing.customers.get(customer_id, lock=True)
    credit = tx.billing.credits.from_source("invoice", payload.invoice_id)
    if credit is None:
        tx.billing.invoices.state(payload.invoice_id)
        return
    left = min(credit.amount, tx.billing.credits.balance(customer_id, credit.currency))
    for payment in reversed(payments):
        gone = sum(
            (
                past.amount
                for past in tx.billing.refunds.for_payment(payment.id)
                if past.status is not RefundStatus.FAILED
            ),
            Decimal(0),
        )
        part = min(left, payment.amount - gone)
        if part > 0:
            refund(tx, payment.id, part, f"unused time of subscription {payload.subscription_id}", of_credit=part)
            left -= part
