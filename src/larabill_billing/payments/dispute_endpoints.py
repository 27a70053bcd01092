"""Disputes over HTTP. Gateways tell of them by webhook; these are for what a person saw there."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any, Final

from larabill_billing.payments import dispute_wire as wire
from larabill_billing.payments import disputes
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import amount_of, day_of, id_of, newest_first

_HERE: Final = "larabill_billing.payments.dispute_endpoints"


def _decision(name: str, summary: str) -> Endpoint:
    return Endpoint(
        id=f"{name}_dispute",
        method="POST",
        path=f"/disputes/{{dispute}}/{name}",
        summary=summary,
        ability="disputes.write",
        answer=wire.DisputeOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:{name}_dispute",
    )


ENDPOINTS: Final = (
    Endpoint(
        id="list_disputes",
        method="GET",
        path="/disputes",
        summary="Payments that customers had their bank call back",
        ability="disputes.read",
        query=wire.DisputesQuery,
        answer=wire.DisputePage,
        handler=f"{_HERE}:list_disputes",
    ),
    Endpoint(
        id="get_dispute",
        method="GET",
        path="/disputes/{dispute}",
        summary="A dispute",
        ability="disputes.read",
        answer=wire.DisputeOut,
        handler=f"{_HERE}:get_dispute",
    ),
    Endpoint(
        id="open_dispute",
        method="POST",
        path="/payments/{payment}/disputes",
        summary="Record a dispute that a person saw at the gateway",
        ability="disputes.write",
        body=wire.OpenDispute,
        answer=wire.DisputeOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:open_dispute",
    ),
    _decision("review", "Evidence was handed in"),
    _decision("win", "The money is ours again"),
    _decision("lose", "Its invoices are owed again, or written off"),
)


def list_disputes(tx: PaymentsTx, call: Call[wire.DisputesQuery, None]) -> wire.DisputePage:
    query = call.query
    found = tx.billing.disputes.page(
        customer_id=id_of(query.customer, "cus", "customer"),
        status=query.status,
        after=id_of(query.after, "dsp", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.disputes_out(found, query)


def get_dispute(tx: PaymentsTx, call: Call[Any, None]) -> wire.DisputeOut:
    return wire.dispute_out(tx.billing.disputes.get(call.path["dispute"]))


def open_dispute(tx: PaymentsTx, call: Call[Any, wire.OpenDispute]) -> wire.DisputeOut:
    payment, seen = tx.billing.payments.get(call.path["payment"]), call.body
    if seen.respond_by is not None:
        day_of(seen.respond_by.date(), "respond_by")
    made = disputes.open_dispute(
        tx,
        payment.id,
        seen.gateway_id,
        amount_of(seen.amount, "amount", payment.currency),
        fee=Decimal(0) if seen.fee is None else amount_of(seen.fee, "fee", payment.currency),
        reason=seen.reason,
        respond_by=None if seen.respond_by is None else seen.respond_by.astimezone(UTC),
    )
    return wire.dispute_out(made)


def review_dispute(tx: PaymentsTx, call: Call[Any, None]) -> wire.DisputeOut:
    return _decide(tx, call, "review")


def win_dispute(tx: PaymentsTx, call: Call[Any, None]) -> wire.DisputeOut:
    return _decide(tx, call, "win")


def lose_dispute(tx: PaymentsTx, call: Call[Any, None]) -> wire.DisputeOut:
    return _decide(tx, call, "lose")


def _decide(tx: PaymentsTx, call: Call[Any, None], event: str) -> wire.DisputeOut:
    """The payment is locked before its dispute."""
    known = tx.billing.disputes.get(call.path["dispute"])
    tx.billing.payments.get(known.payment_id, lock=True)
    call.at_version("dispute", known.id, tx.billing.disputes.get(known.id, lock=True).version)
    return wire.dispute_out(disputes.decide(tx, known.id, event))
