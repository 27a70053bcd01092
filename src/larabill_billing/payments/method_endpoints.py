"""Stored methods over HTTP. They are tokens of a gateway: card data never comes here."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.payments import methods, wire
from larabill_billing.payments.model import PaymentMethod
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.access import own
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Listing, id_of, newest_first

_HERE: Final = "larabill_billing.payments.method_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_payment_methods",
        method="GET",
        path="/customers/{customer}/payment-methods",
        summary="The methods that a customer stored",
        ability="payment_methods.read",
        scope="own",
        query=Listing,
        answer=wire.PaymentMethodPage,
        handler=f"{_HERE}:list_methods",
    ),
    Endpoint(
        id="store_payment_method",
        method="POST",
        path="/customers/{customer}/payment-methods",
        summary="Keep a method that the customer stored at the gateway",
        ability="payment_methods.write",
        scope="own",
        body=wire.StoreMethod,
        answer=wire.PaymentMethodOut,
        status=201,
        errors=(404, 409),
        handler=f"{_HERE}:store_method",
    ),
    Endpoint(
        id="make_default_payment_method",
        method="POST",
        path="/payment-methods/{payment_method}/default",
        summary="Charge this method from now on",
        ability="payment_methods.write",
        scope="own",
        answer=wire.PaymentMethodOut,
        idempotent=True,
        handler=f"{_HERE}:make_default",
    ),
    Endpoint(
        id="remove_payment_method",
        method="DELETE",
        path="/payment-methods/{payment_method}",
        summary="Forget a stored method",
        ability="payment_methods.write",
        scope="own",
        status=204,
        errors=(409,),
        handler=f"{_HERE}:remove_method",
    ),
)


def list_methods(tx: PaymentsTx, call: Call[Listing, None]) -> wire.PaymentMethodPage:
    customer_id, query = call.path["customer"], call.query
    own(call.actor, "customer", customer_id, customer_id)
    tx.billing.customers.get(customer_id)
    found = tx.billing.payment_methods.page(
        customer_id, after=id_of(query.after, "mth", "after"), newest_first=newest_first(query), limit=query.limit
    )
    return wire.methods_out(found, query)


def store_method(tx: PaymentsTx, call: Call[Any, wire.StoreMethod]) -> wire.PaymentMethodOut:
    customer_id, new = call.path["customer"], call.body
    own(call.actor, "customer", customer_id, customer_id)
    made = methods.add_method(tx, customer_id, new.account, new.token, new.label, default=new.default)
    return wire.method_out(made)


def make_default(tx: PaymentsTx, call: Call[Any, None]) -> wire.PaymentMethodOut:
    return wire.method_out(methods.make_default(tx, _named(tx, call).id))


def remove_method(tx: PaymentsTx, call: Call[Any, None]) -> None:
    methods.remove_method(tx, _named(tx, call).id)


def _named(tx: PaymentsTx, call: Call[Any, None]) -> PaymentMethod:
    method = tx.billing.payment_methods.get(call.path["payment_method"])
    own(call.actor, "payment method", method.id, method.customer_id)
    return method
