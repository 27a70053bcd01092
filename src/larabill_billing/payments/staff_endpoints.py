"""Payments over HTTP: what staff record, put right, and give back."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.invoicing.wire import line_amounts
from larabill_billing.payments import by_hand, handlers, refunds, rematch, wire
from larabill_billing.payments.model import Payment
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import amount_of

_HERE: Final = "larabill_billing.payments.staff_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="record_payment",
        method="POST",
        path="/invoices/{invoice}/payments",
        summary="Record money for an invoice that came by hand",
        ability="payments.record",
        body=wire.RecordPayment,
        answer=wire.PaymentOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:record_payment",
    ),
    Endpoint(
        id="receive_payment",
        method="POST",
        path="/customers/{customer}/payments",
        summary="Record money of a customer that came by hand, for several invoices or what is open",
        ability="payments.record",
        body=wire.ReceivePayment,
        answer=wire.PaymentOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:receive_payment",
    ),
    Endpoint(
        id="rematch_payment",
        method="POST",
        path="/payments/{payment}/rematch",
        summary="The money was for other invoices",
        ability="payments.write",
        body=wire.RematchPayment,
        answer=wire.PaymentOut,
        errors=(409,),
        handler=f"{_HERE}:rematch_payment",
    ),
    Endpoint(
        id="reverse_payment",
        method="POST",
        path="/payments/{payment}/reverse",
        summary="What was recorded by hand was not so",
        ability="payments.write",
        body=wire.ReversePayment,
        answer=wire.PaymentOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:reverse_payment",
    ),
    Endpoint(
        id="resolve_payment_review",
        method="POST",
        path="/payments/{payment}/resolve",
        summary="What a person found at the gateway about a payment in review",
        ability="payments.write",
        body=wire.ResolveReview,
        answer=wire.PaymentOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:resolve_review",
    ),
    Endpoint(
        id="refund_payment",
        method="POST",
        path="/payments/{payment}/refunds",
        summary="Give back an amount, lines, or all that is left of a payment",
        ability="payments.refund",
        body=wire.GiveBack,
        answer=wire.RefundOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:refund_payment",
    ),
)


def record_payment(tx: PaymentsTx, call: Call[Any, wire.RecordPayment]) -> wire.PaymentOut:
    state = tx.billing.invoices.state(call.path["invoice"])
    amount = amount_of(call.body.amount, "amount", state.currency)
    return wire.payment_out(handlers.record_manual(tx, state.invoice_id, amount, call.body.reference))


def receive_payment(tx: PaymentsTx, call: Call[Any, wire.ReceivePayment]) -> wire.PaymentOut:
    customer, came = tx.billing.customers.get(call.path["customer"]), call.body
    amount, currency = amount_of(came.amount, "amount"), came.amount.currency
    if came.parts is None:
        return wire.payment_out(by_hand.receive(tx, customer.id, amount, currency, came.reference))
    parts = wire.parts_of(came.parts, currency)
    made = by_hand.record_for_customer(tx, parts, amount, currency, came.reference, customer_id=customer.id)
    return wire.payment_out(made)


def rematch_payment(tx: PaymentsTx, call: Call[Any, wire.RematchPayment]) -> wire.PaymentOut:
    payment = tx.billing.payments.get(call.path["payment"])
    parts = wire.parts_of(call.body.parts, payment.currency)
    return wire.payment_out(rematch.rematch(tx, payment.id, parts, call.body.reason))


def reverse_payment(tx: PaymentsTx, call: Call[Any, wire.ReversePayment]) -> wire.PaymentOut:
    return wire.payment_out(by_hand.reverse(tx, _named(tx, call).id, call.body.reason))


def resolve_review(tx: PaymentsTx, call: Call[Any, wire.ResolveReview]) -> wire.PaymentOut:
    found = call.body
    return wire.payment_out(handlers.resolve_review(tx, _named(tx, call).id, found.transaction, found.reason))


def refund_payment(tx: PaymentsTx, call: Call[Any, wire.GiveBack]) -> wire.RefundOut:
    payment, wanted = tx.billing.payments.get(call.path["payment"]), call.body
    amount = None if wanted.amount is None else amount_of(wanted.amount, "amount", payment.currency)
    lines = line_amounts(wanted.lines, payment.currency)
    made = refunds.refund(tx, payment.id, amount, wanted.reason, to=wanted.to, lines=lines)
    return wire.refund_out(made)


def _named(tx: PaymentsTx, call: Call[Any, Any]) -> Payment:
    """The payment, locked. Raises `StaleVersion`."""
    payment = tx.billing.payments.get(call.path["payment"], lock=True)
    call.at_version("payment", payment.id, payment.version)
    return payment
