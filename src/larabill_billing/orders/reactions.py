"""What orders make of payments, and of services that run or were given up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.catalog.model import ReleasePolicy
from larabill_billing.credits.handlers import grant, spend
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.orders.build import is_for
from larabill_billing.orders.handlers import release_if_pending
from larabill_billing.orders.model import Order
from larabill_billing.orders.ports import OrdersTx
from larabill_billing.payments.events import PaymentAuthorised
from larabill_billing.payments.handlers import capture
from larabill_billing.payments.handlers import release as release_payment
from larabill_billing.payments.model import Payment, PaymentStatus
from larabill_billing.payments.purse import gone
from larabill_billing.payments.refunds import refund
from larabill_billing.subscriptions.model import Service, ServiceStatus
from larabill_billing.subscriptions.reactions import abandon
from larabill_core.money import allocate
from larabill_core.published import InvoicePaid, ServiceAbandoned, ServiceActivated


def on_invoice_paid(tx: OrdersTx, event: InvoicePaid) -> None:
    """A paid order is released, once, however often and from however many sides this arrives (I7)."""
    release_if_pending(tx, event.invoice_id, "paid", policies=frozenset(ReleasePolicy))


def on_payment_authorised(tx: OrdersTx, event: PaymentAuthorised) -> None:
    """An order whose plans ask for an authorisation only is released."""
    release_if_pending(
        tx, event.invoice_id, "authorised", policies=frozenset({ReleasePolicy.AUTHORISED, ReleasePolicy.PLACED})
    )


def on_service_activated(tx: OrdersTx, event: ServiceActivated) -> None:
    """What was authorised is taken once the first service of the order runs."""
    service = tx.billing.services.get(event.service_id)
    order = tx.billing.orders.get(service.order_id, lock=True)
    for payment in _authorised(tx, _payments(tx, order)):
        capture(tx, payment.id)


def _payments(tx: OrdersTx, order: Order) -> list[Payment]:
    return [] if order.invoice_id is None else tx.billing.payments.for_invoices([order.invoice_id])


def _authorised(tx: OrdersTx, payments: Sequence[Payment]) -> list[Payment]:
    """Those that wait for a decision, and of which nothing was asked yet."""
    waiting = [payment for payment in payments if payment.status is PaymentStatus.AUTHORISED]
    asked = tx.operations.open_for([payment.id for payment in waiting])
    return [payment for payment in waiting if payment.id not in asked]


def on_service_abandoned(tx: OrdersTx, event: ServiceAbandoned) -> None:
    """Bill it no more, and give back what it cost, by its plan's policy. "hold" leaves that to the operator.

    "refund" gives back through the payments that paid for it, as far as they did; the rest, and all for "credit",
    becomes the customer's credit and pays what is still open of the order's invoice. An authorisation is let go when
    nothing of the order runs or may still run.
    """
    service = abandon(tx, event)
    if service is None:
        return
    order = tx.billing.orders.get(service.order_id, lock=True)
    payments = _payments(tx, order)
    if all(other.status is ServiceStatus.ABANDONED for other in tx.billing.services.for_order(order.id)):
        for payment in _authorised(tx, payments):
            release_payment(tx, payment.id)
    if event.remedy == "hold" or order.invoice_id is None or service.order_item_id is None:
        return
    state = tx.billing.invoices.state(order.invoice_id, lock=True)
    if state.status is InvoiceStatus.VOID:
        return
    total = tx.billing.invoices.get(order.invoice_id).total
    cost = unit_cost(tx, order.invoice_id, total, service)
    owed = cost
    if event.remedy == "refund" and cost:
        paid = allocate(total - state.balance, [cost, total - cost], order.currency)[0]
        owed -= _refund(tx, payments, paid, f"service {service.id} was never delivered")
    if owed:
        grant(tx, order.customer_id, owed, order.currency, "service_abandoned", service.id)
    if owed and state.balance:
        spend(tx, order.invoice_id)
    record(tx, "service", service.id, event.remedy, service.status, service.status, f"{cost} {order.currency}")


def unit_cost(tx: OrdersTx, invoice_id: UUID, total: Decimal, service: Service) -> Decimal:
    """One unit's share of its item's charges on the order's invoice, with the tax on them, to the cent (I11).

    All units of all items together are the invoice's `total`.
    """
    charges = tx.billing.charges.for_invoices([invoice_id])[invoice_id]
    currency = charges[0].currency
    shares = allocate(total, [charge.net_amount for charge in charges], currency)
    mine = [share for charge, share in zip(charges, shares, strict=True) if is_for(charge, service)]
    return allocate(sum(mine, Decimal(0)), [1] * service.units, currency)[service.unit]


def _refund(tx: OrdersTx, payments: Sequence[Payment], wanted: Decimal, reason: str) -> Decimal:
    """Give back up to `wanted` through these payments, the last first; how much that was."""
    given = Decimal(0)
    for payment in reversed(payments):
        if payment.status in (PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED) and given < wanted:
            part = min(wanted - given, payment.amount - gone(tx.billing.refunds.for_payment(payment.id)))
            if part > 0:
                refund(tx, payment.id, part, reason)
                given += part
    return given
