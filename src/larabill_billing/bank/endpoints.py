"""Lines of our bank accounts over HTTP: staff import statements and say what they pay."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from larabill_billing.bank import handlers, wire
from larabill_billing.bank.ports import BankTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import id_of, ids_of, newest_first

_HERE: Final = "larabill_billing.bank.endpoints"


def _change(name: str, summary: str, body: type[Any]) -> Endpoint:
    return Endpoint(
        id=f"{name}_bank_line",
        method="POST",
        path=f"/bank-lines/{{bank_line}}/{name}",
        summary=summary,
        ability="bank.write",
        body=body,
        answer=wire.BankLineOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:{name}_line",
    )


ENDPOINTS: Final = (
    Endpoint(
        id="list_bank_lines",
        method="GET",
        path="/bank-lines",
        summary="Lines of our bank accounts",
        ability="bank.read",
        query=wire.BankLinesQuery,
        answer=wire.BankLinePage,
        handler=f"{_HERE}:list_lines",
    ),
    Endpoint(
        id="import_bank_statement",
        method="POST",
        path="/bank-accounts/{account}/statements",
        summary="Store the new lines of a statement: camt.053, or CSV by the account's columns",
        ability="bank.write",
        raw=True,
        answer=wire.ImportedLines,
        errors=(422,),
        handler=f"{_HERE}:import_statement",
    ),
    Endpoint(
        id="match_bank_lines",
        method="POST",
        path="/bank-lines/match",
        summary="Book every open line that names what it pays",
        ability="bank.write",
        answer=wire.MatchedLines,
        idempotent=True,
        external=True,
        handler=f"{_HERE}:match_open",
    ),
    _change("match", "Say which invoices an open line pays", wire.MatchLine),
    _change("unmatch", "It was not for these invoices", wire.LineReason),
    _change("ignore", "It is none of ours", wire.LineReason),
)


def list_lines(tx: BankTx, call: Call[wire.BankLinesQuery, None]) -> wire.BankLinePage:
    query = call.query
    found = tx.billing.bank_lines.page(
        status=query.status,
        after=id_of(query.after, "bnk", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.lines_out(found, query)


def import_statement(tx: BankTx, call: Call[Any, None]) -> wire.ImportedLines:
    found = handlers.import_lines(tx, call.path["account"], call.raw)
    return wire.ImportedLines(new=found.new, known=found.known)


def match_open(engine: Any, call: Call[Any, None]) -> wire.MatchedLines:
    found = handlers.match_open(lambda fn: engine.run(fn, seller=call.seller_id, actor=call.actor))
    return wire.MatchedLines(looked_at=found.looked_at, booked=found.booked, left=found.left)


def match_line(tx: BankTx, call: Call[Any, wire.MatchLine]) -> wire.BankLineOut:
    line = _named(tx, call)
    invoices = ids_of(call.body.invoices, "inv", "invoices")
    return wire.line_out(handlers.match(tx, line, invoices, call.body.reason))


def unmatch_line(tx: BankTx, call: Call[Any, wire.LineReason]) -> wire.BankLineOut:
    return wire.line_out(handlers.unmatch(tx, _named(tx, call), call.body.reason))


def ignore_line(tx: BankTx, call: Call[Any, wire.LineReason]) -> wire.BankLineOut:
    return wire.line_out(handlers.ignore(tx, _named(tx, call), call.body.reason))


def _named(tx: BankTx, call: Call[Any, Any]) -> UUID:
    """The line in the path, locked. Raises `StaleVersion`, `NotFound`."""
    line = tx.billing.bank_lines.get(call.path["bank_line"], lock=True)
    call.at_version("bank line", line.id, line.version)
    return line.id
