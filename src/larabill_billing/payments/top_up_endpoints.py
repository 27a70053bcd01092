"""Buying credit over HTTP: with a stored method, at a checkout, by a rule; staff record what came by hand."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.customers.model import Customer
from larabill_billing.payments import top_up, top_up_automatic, wire
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.access import own
from larabill_core.errors import NotFound
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import amount_of
from larabill_core.ids import parse_public_id

_HERE: Final = "larabill_billing.payments.top_up_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="top_up_credit",
        method="POST",
        path="/customers/{customer}/top-ups",
        summary="Buy credit with a stored method",
        ability="payments.pay",
        scope="own",
        body=wire.TopUp,
        answer=wire.PaymentOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:top_up_credit",
    ),
    Endpoint(
        id="open_top_up",
        method="POST",
        path="/customers/{customer}/top-ups/checkout",
        summary="Begin a payment for credit that the customer makes at the gateway",
        ability="payments.pay",
        scope="own",
        body=wire.OpenTopUp,
        answer=wire.PaymentOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:open_top_up",
    ),
    Endpoint(
        id="record_top_up",
        method="POST",
        path="/customers/{customer}/top-ups/record",
        summary="Record money for credit that came by hand",
        ability="payments.record",
        body=wire.RecordPayment,
        answer=wire.PaymentOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:record_top_up",
    ),
    Endpoint(
        id="get_top_up_rule",
        method="GET",
        path="/customers/{customer}/top-up-rule",
        summary="The rule by which credit is bought automatically",
        ability="credits.read",
        scope="own",
        answer=wire.TopUpRuleOut,
        handler=f"{_HERE}:get_rule",
    ),
    Endpoint(
        id="set_top_up_rule",
        method="PUT",
        path="/customers/{customer}/top-up-rule",
        summary="Buy credit whenever less than a threshold is left",
        ability="payments.pay",
        scope="own",
        body=wire.SetTopUpRule,
        answer=wire.TopUpRuleOut,
        handler=f"{_HERE}:set_rule",
    ),
    Endpoint(
        id="remove_top_up_rule",
        method="DELETE",
        path="/customers/{customer}/top-up-rule",
        summary="Buy no more credit automatically",
        ability="payments.pay",
        scope="own",
        status=204,
        handler=f"{_HERE}:remove_rule",
    ),
)


def top_up_credit(tx: PaymentsTx, call: Call[Any, wire.TopUp]) -> wire.PaymentOut:
    customer = _customer(tx, call)
    amount = amount_of(call.body.amount, "amount", customer.currency)
    method = parse_public_id(call.body.method, "mth", "method")
    return wire.payment_out(top_up.charge_top_up(tx, customer.id, amount, method))


def open_top_up(tx: PaymentsTx, call: Call[Any, wire.OpenTopUp]) -> wire.PaymentOut:
    customer = _customer(tx, call)
    amount = amount_of(call.body.amount, "amount", customer.currency)
    return wire.payment_out(top_up.open_top_up(tx, customer.id, amount, call.body.account))


def record_top_up(tx: PaymentsTx, call: Call[Any, wire.RecordPayment]) -> wire.PaymentOut:
    customer = _customer(tx, call)
    amount = amount_of(call.body.amount, "amount", customer.currency)
    return wire.payment_out(top_up.record_top_up(tx, customer.id, amount, call.body.reference))


def get_rule(tx: PaymentsTx, call: Call[Any, None]) -> wire.TopUpRuleOut:
    customer = _customer(tx, call)
    rule = tx.billing.top_up_rules.get(customer.id)
    if rule is None:
        raise NotFound("top-up rule of customer", customer.id)
    return wire.rule_out(rule)


def set_rule(tx: PaymentsTx, call: Call[Any, wire.SetTopUpRule]) -> wire.TopUpRuleOut:
    customer = _customer(tx, call)
    threshold = amount_of(call.body.threshold, "threshold", customer.currency)
    amount = amount_of(call.body.amount, "amount", customer.currency)
    return wire.rule_out(top_up_automatic.set_rule(tx, customer.id, threshold, amount))


def remove_rule(tx: PaymentsTx, call: Call[Any, None]) -> None:
    top_up_automatic.remove_rule(tx, _customer(tx, call).id)


def _customer(tx: PaymentsTx, call: Call[Any, Any]) -> Customer:
    """The customer in the path. Raises `NotFound`."""
    customer = call.path["customer"]
    own(call.actor, "customer", customer, customer)
    return tx.billing.customers.get(customer)
