"""What is done about unpaid invoices, over HTTP: staff see the cases, note promises, pause and go on."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.dunning import pauses, wire
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.dunning.view import of_customer
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import day_of, id_of, newest_first

_HERE: Final = "larabill_billing.dunning.endpoints"


def _change(id: str, name: str, summary: str, body: type[Any] | None) -> Endpoint:
    return Endpoint(
        id=id,
        method="POST",
        path=f"/invoices/{{invoice}}/dunning/{name}",
        summary=summary,
        ability="dunning.write",
        body=body,
        answer=wire.PauseOut,
        errors=(409,),
        handler=f"{_HERE}:{id}",
    )


ENDPOINTS: Final = (
    Endpoint(
        id="list_dunning_cases",
        method="GET",
        path="/dunning/cases",
        summary="Agreements with an unpaid invoice",
        ability="dunning.read",
        query=wire.CasesQuery,
        answer=wire.DunningCasePage,
        handler=f"{_HERE}:list_cases",
    ),
    Endpoint(
        id="get_customer_dunning",
        method="GET",
        path="/customers/{customer}/dunning",
        summary="What stands behind a customer's unpaid invoices",
        ability="dunning.read",
        answer=wire.CustomerDunning,
        handler=f"{_HERE}:get_customer",
    ),
    _change("promise_to_pay", "promise", "The customer promised to pay; until then nothing is done", wire.PromiseToPay),
    _change("withdraw_promise", "withdraw-promise", "The promise stands no more", None),
    _change("pause_dunning", "pause", "Nothing is done until it goes on by hand", wire.PauseDunning),
    _change("resume_dunning", "resume", "What is done goes on where it stood", wire.ResumeDunning),
)


def list_cases(tx: DunningTx, call: Call[wire.CasesQuery, None]) -> wire.DunningCasePage:
    query = call.query
    found = tx.billing.dunning.page(
        open_only=query.show == "open",
        after=id_of(query.after, "cas", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.cases_out(found, query)


def get_customer(tx: DunningTx, call: Call[Any, None]) -> wire.CustomerDunning:
    return wire.customer_out(of_customer(tx, call.path["customer"]))


def promise_to_pay(tx: DunningTx, call: Call[Any, wire.PromiseToPay]) -> wire.PauseOut:
    said = call.body
    until_on = day_of(said.until_on, "until_on")
    return wire.pause_out(pauses.promise(tx, call.path["invoice"], until_on, said.said_by, said.reason))


def withdraw_promise(tx: DunningTx, call: Call[Any, None]) -> wire.PauseOut:
    return wire.pause_out(pauses.withdraw_promise(tx, call.path["invoice"]))


def pause_dunning(tx: DunningTx, call: Call[Any, wire.PauseDunning]) -> wire.PauseOut:
    return wire.pause_out(pauses.pause(tx, call.path["invoice"], call.body.reason))


def resume_dunning(tx: DunningTx, call: Call[Any, wire.ResumeDunning]) -> wire.PauseOut:
    return wire.pause_out(pauses.resume(tx, call.path["invoice"], call.body.reason))
