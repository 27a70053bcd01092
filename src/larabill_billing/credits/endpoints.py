"""Credit over HTTP: customers see and use what they hold; staff give and take back."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final
from uuid import UUID

from larabill_billing.credits import goodwill, handlers, wire
from larabill_billing.credits.lots import usable
from larabill_billing.credits.ports import CreditsTx
from larabill_core.access import own
from larabill_core.clock import local_date
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Listing, amount_of, day_of, id_of, money, newest_first
from larabill_core.ids import new_id, public_id

_HERE: Final = "larabill_billing.credits.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="get_credit",
        method="GET",
        path="/customers/{customer}/credit",
        summary="What a customer can use today, by currency",
        ability="credits.read",
        scope="own",
        answer=wire.CreditBalances,
        handler=f"{_HERE}:get_credit",
    ),
    Endpoint(
        id="list_credit_lots",
        method="GET",
        path="/customers/{customer}/credit/lots",
        summary="What credit was given, and what remains of it",
        ability="credits.read",
        scope="own",
        query=Listing,
        answer=wire.LotPage,
        handler=f"{_HERE}:list_lots",
    ),
    Endpoint(
        id="list_credit_movements",
        method="GET",
        path="/customers/{customer}/credit/movements",
        summary="How a customer's credit came and went",
        ability="credits.read",
        scope="own",
        query=Listing,
        answer=wire.CreditMovementPage,
        handler=f"{_HERE}:list_movements",
    ),
    Endpoint(
        id="pay_from_credit",
        method="POST",
        path="/invoices/{invoice}/pay-from-credit",
        summary="Pay an invoice from credit",
        ability="credits.use",
        scope="own",
        body=wire.PayFromCredit,
        answer=wire.PaidFromCredit,
        errors=(409,),
        handler=f"{_HERE}:pay_from_credit",
    ),
    Endpoint(
        id="grant_credit",
        method="POST",
        path="/customers/{customer}/credit/lots",
        summary="Give a customer credit",
        ability="credits.write",
        body=wire.GrantCredit,
        answer=wire.LotOut,
        status=201,
        handler=f"{_HERE}:grant_credit",
    ),
    Endpoint(
        id="revoke_credit",
        method="POST",
        path="/credit-lots/{lot}/revoke",
        summary="Take back credit that was given",
        ability="credits.write",
        body=wire.RevokeCredit,
        answer=wire.LotOut,
        errors=(409,),
        handler=f"{_HERE}:revoke_credit",
    ),
)


def get_credit(tx: CreditsTx, call: Call[Any, None]) -> wire.CreditBalances:
    customer = tx.billing.customers.get(_mine(tx, call))
    held = chain.from_iterable(tx.billing.credits.open_lots([customer.id]).values())
    lots = usable(held, local_date(tx.now, customer.time_zone))
    return wire.balances_out(customer.id, lots)


def list_lots(tx: CreditsTx, call: Call[Listing, None]) -> wire.LotPage:
    query = call.query
    found = tx.billing.credits.lot_page(
        customer_id=_mine(tx, call),
        after=id_of(query.after, "lot", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.lots_out(found, query)


def list_movements(tx: CreditsTx, call: Call[Listing, None]) -> wire.CreditMovementPage:
    query = call.query
    found = tx.billing.credits.page(
        customer_id=_mine(tx, call),
        after=id_of(query.after, "crn", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.movements_out(found, query)


def pay_from_credit(tx: CreditsTx, call: Call[Any, wire.PayFromCredit]) -> wire.PaidFromCredit:
    state = tx.billing.invoices.state(call.path["invoice"])
    own(call.actor, "invoice", state.invoice_id, state.customer_id)
    wanted = call.body.amount
    paid = handlers.pay(tx, state.invoice_id, None if wanted is None else amount_of(wanted, "amount", state.currency))
    return wire.PaidFromCredit(
        invoice=public_id("inv", state.invoice_id),
        paid=money(paid, state.currency),
        balance=money(tx.billing.invoices.state(state.invoice_id).balance, state.currency),
    )


def grant_credit(tx: CreditsTx, call: Call[Any, wire.GrantCredit]) -> wire.LotOut:
    customer, given = tx.billing.customers.get(call.path["customer"]), call.body
    amount = amount_of(given.amount, "amount", customer.currency)
    lot = goodwill.give(
        tx, new_id(), customer.id, amount, customer.currency, given.reason, day_of(given.expires_on, "expires_on")
    )
    return wire.lot_out(lot)


def revoke_credit(tx: CreditsTx, call: Call[Any, wire.RevokeCredit]) -> wire.LotOut:
    lot, wanted = handlers.lot_of(tx, call.path["lot"]), call.body
    amount = None if wanted.amount is None else amount_of(wanted.amount, "amount", lot.currency)
    goodwill.revoke(tx, lot.id, wanted.reason, amount)
    return wire.lot_out(handlers.lot_of(tx, lot.id))


def _mine(tx: CreditsTx, call: Call[Any, None]) -> UUID:
    """The customer in the path. Raises `NotFound`."""
    customer: UUID = call.path["customer"]
    own(call.actor, "customer", customer, customer)
    return tx.billing.customers.get(customer).id
