"""Sellers and customers over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs
import msgspec

from larabill_billing.customers import handlers, wire
from larabill_billing.customers.checks import check_text
from larabill_billing.customers.model import ChangeCustomer, ChangeSeller, NewCustomer, NewSeller
from larabill_billing.customers.ports import CustomersTx
from larabill_billing.customers.search import folded
from larabill_core.access import own
from larabill_core.errors import InvalidInput
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Listing, id_of, newest_first

T = TypeVar("T")

_HERE: Final = "larabill_billing.customers.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_customers",
        method="GET",
        path="/customers",
        summary="Customers, all or those that a search finds",
        ability="customers.read",
        query=wire.CustomersQuery,
        answer=wire.CustomerPage,
        handler=f"{_HERE}:list_customers",
    ),
    Endpoint(
        id="create_customer",
        method="POST",
        path="/customers",
        summary="Create a customer",
        ability="customers.write",
        body=wire.NewCustomerIn,
        answer=wire.CustomerOut,
        status=201,
        handler=f"{_HERE}:create_customer",
    ),
    Endpoint(
        id="get_customer",
        method="GET",
        path="/customers/{customer}",
        summary="A customer",
        ability="customers.read",
        scope="own",
        answer=wire.CustomerOut,
        handler=f"{_HERE}:get_customer",
    ),
    Endpoint(
        id="change_customer",
        method="PATCH",
        path="/customers/{customer}",
        summary="Change name, address, tax id and the like; issued documents keep theirs",
        ability="customers.change",
        scope="own",
        body=wire.ChangeCustomerIn,
        answer=wire.CustomerOut,
        handler=f"{_HERE}:change_customer",
    ),
    Endpoint(
        id="set_customer_group",
        method="PUT",
        path="/customers/{customer}/group",
        summary="Put a customer into a group",
        ability="customers.write",
        body=wire.SetGroup,
        answer=wire.CustomerOut,
        handler=f"{_HERE}:set_customer_group",
    ),
    Endpoint(
        id="get_seller",
        method="GET",
        path="/seller",
        summary="Who issues the invoices",
        ability="sellers.read",
        scope="own",
        answer=wire.SellerOut,
        handler=f"{_HERE}:get_seller",
    ),
    Endpoint(
        id="change_seller",
        method="PATCH",
        path="/seller",
        summary="Change name, address, tax id and the like; issued documents keep theirs",
        ability="sellers.change",
        body=wire.ChangeSellerIn,
        answer=wire.SellerOut,
        handler=f"{_HERE}:change_seller",
    ),
    Endpoint(
        id="list_sellers",
        method="GET",
        path="/sellers",
        summary="All sellers of the installation",
        ability="sellers.read",
        scope="installation",
        query=Listing,
        answer=wire.SellerPage,
        handler=f"{_HERE}:list_sellers",
    ),
    Endpoint(
        id="create_seller",
        method="POST",
        path="/sellers",
        summary="Create a seller",
        ability="sellers.write",
        scope="installation",
        body=wire.NewSellerIn,
        answer=wire.SellerOut,
        status=201,
        handler=f"{_HERE}:create_seller",
    ),
)


def list_customers(tx: CustomersTx, call: Call[wire.CustomersQuery, None]) -> wire.CustomerPage:
    query = call.query
    search = "" if query.search is None else folded(check_text(query.search, "search", required=True))
    found = tx.billing.customers.page(
        search=search,
        after=id_of(query.after, "cus", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.page_out(found, query)


def create_customer(tx: CustomersTx, call: Call[Any, wire.NewCustomerIn]) -> wire.CustomerOut:
    asked = {**msgspec.structs.asdict(call.body), "address": tuple(call.body.address)}
    new = NewCustomer(**{**asked, "currency": call.body.currency or ""})
    return wire.customer_out(_placed("customer.", lambda: handlers.create_customer(tx, new)), for_staff=True)


def get_customer(tx: CustomersTx, call: Call[Any, None]) -> wire.CustomerOut:
    own(call.actor, "customer", call.path["customer"], call.path["customer"])
    customer = tx.billing.customers.get(call.path["customer"])
    return wire.customer_out(customer, for_staff=call.actor.kind == "staff")


def change_customer(tx: CustomersTx, call: Call[Any, wire.ChangeCustomerIn]) -> wire.CustomerOut:
    own(call.actor, "customer", call.path["customer"], call.path["customer"])
    change = ChangeCustomer(**wire.given_in(call.body))
    customer = _placed("customer.", lambda: handlers.change_customer(tx, call.path["customer"], change))
    return wire.customer_out(customer, for_staff=call.actor.kind == "staff")


def set_customer_group(tx: CustomersTx, call: Call[Any, wire.SetGroup]) -> wire.CustomerOut:
    customer = handlers.set_group(tx, call.path["customer"], call.body.group)
    return wire.customer_out(customer, for_staff=True)


def get_seller(tx: CustomersTx, call: Call[Any, None]) -> wire.SellerOut:
    return wire.seller_out(tx.billing.sellers.get(tx.seller_id))


def change_seller(tx: CustomersTx, call: Call[Any, wire.ChangeSellerIn]) -> wire.SellerOut:
    change = ChangeSeller(**wire.given_in(call.body))
    return wire.seller_out(_placed("seller.", lambda: handlers.change_seller(tx, change)))


def list_sellers(tx: CustomersTx, call: Call[Listing, None]) -> wire.SellerPage:
    query = call.query
    found = tx.billing.sellers.page(
        after=id_of(query.after, "sel", "after"), newest_first=newest_first(query), limit=query.limit
    )
    return wire.sellers_out(found, query)


def create_seller(tx: CustomersTx, call: Call[Any, wire.NewSellerIn]) -> wire.SellerOut:
    new = NewSeller(**{**msgspec.structs.asdict(call.body), "address": tuple(call.body.address)})
    return wire.seller_out(_placed("seller.", lambda: handlers.create_seller(tx, new)))


def _placed(prefix: str, act: Callable[[], T]) -> T:
    """The faults have their place in the body, which is the thing itself."""
    try:
        return act()
    except InvalidInput as problem:
        faults = tuple(attrs.evolve(fault, path=fault.path.removeprefix(prefix)) for fault in problem.faults)
        raise InvalidInput(faults) from None
