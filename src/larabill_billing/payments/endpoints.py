"""Payments over HTTP: what customers see and do."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.payments import handlers, wire
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.access import own
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import amount_of, id_of, newest_first
from larabill_core.ids import parse_public_id

_HERE: Final = "larabill_billing.payments.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_payments",
        method="GET",
        path="/payments",
        summary="Payments",
        ability="payments.read",
        scope="own",
        query=wire.PaymentsQuery,
        answer=wire.PaymentPage,
        handler=f"{_HERE}:list_payments",
    ),
    Endpoint(
        id="get_payment",
        method="GET",
        path="/payments/{payment}",
        summary="A payment, and what became of it",
        ability="payments.read",
        scope="own",
        answer=wire.PaymentOut,
        handler=f"{_HERE}:get_payment",
    ),
    Endpoint(
        id="list_refunds",
        method="GET",
        path="/payments/{payment}/refunds",
        summary="What was given back of a payment",
        ability="payments.read",
        scope="own",
        answer=wire.RefundList,
        handler=f"{_HERE}:list_refunds",
    ),
    Endpoint(
        id="pay_invoice",
        method="POST",
        path="/invoices/{invoice}/pay",
        summary="Pay an invoice with a stored method",
        ability="payments.pay",
        scope="own",
        body=wire.PayInvoice,
        answer=wire.PaymentOut,
        status=201,
        errors=(404, 409),
        handler=f"{_HERE}:pay_invoice",
    ),
    Endpoint(
        id="open_checkout",
        method="POST",
        path="/invoices/{invoice}/checkout",
        summary="Begin a payment of an invoice that the customer makes at the gateway",
        ability="payments.pay",
        scope="own",
        body=wire.OpenCheckout,
        answer=wire.PaymentOut,
        status=201,
        errors=(404, 409),
        handler=f"{_HERE}:open_checkout",
    ),
)


def list_payments(tx: PaymentsTx, call: Call[wire.PaymentsQuery, None]) -> wire.PaymentPage:
    query = call.query
    found = tx.billing.payments.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        status=query.status,
        after=id_of(query.after, "pay", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.payments_out(found, query)


def get_payment(tx: PaymentsTx, call: Call[Any, None]) -> wire.PaymentOut:
    payment = tx.billing.payments.get(call.path["payment"])
    own(call.actor, "payment", payment.id, payment.customer_id)
    return wire.payment_out(payment)


def list_refunds(tx: PaymentsTx, call: Call[Any, None]) -> wire.RefundList:
    payment = tx.billing.payments.get(call.path["payment"])
    own(call.actor, "payment", payment.id, payment.customer_id)
    return wire.RefundList(items=[wire.refund_out(each) for each in tx.billing.refunds.for_payment(payment.id)])


def pay_invoice(tx: PaymentsTx, call: Call[Any, wire.PayInvoice]) -> wire.PaymentOut:
    state = tx.billing.invoices.state(call.path["invoice"])
    own(call.actor, "invoice", state.invoice_id, state.customer_id)
    wanted = call.body
    method = parse_public_id(wanted.method, "mth", "method")
    amount = None if wanted.amount is None else amount_of(wanted.amount, "amount", state.currency)
    return wire.payment_out(handlers.charge_invoice(tx, state.invoice_id, method, amount=amount))


def open_checkout(tx: PaymentsTx, call: Call[Any, wire.OpenCheckout]) -> wire.PaymentOut:
    state = tx.billing.invoices.state(call.path["invoice"])
    own(call.actor, "invoice", state.invoice_id, state.customer_id)
    wanted = call.body
    amount = None if wanted.amount is None else amount_of(wanted.amount, "amount", state.currency)
    return wire.payment_out(handlers.open_checkout(tx, state.invoice_id, wanted.account, amount=amount))
