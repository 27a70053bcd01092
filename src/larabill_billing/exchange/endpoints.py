"""Exchange rates over HTTP: staff see what is stored, and store what was published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from larabill_billing.exchange import handlers, wire
from larabill_billing.exchange.ports import ExchangeTx
from larabill_core.errors import Faults, InvalidInput
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import day_of
from larabill_core.money import parse_currency

_HERE: Final = "larabill_billing.exchange.endpoints"
MOST_DAYS: Final = 31

ENDPOINTS: Final = (
    Endpoint(
        id="list_exchange_rates",
        method="GET",
        path="/exchange-rates",
        summary="The exchange rates of a source",
        ability="ledger.read",
        query=wire.RatesQuery,
        answer=wire.RateList,
        handler=f"{_HERE}:list_rates",
    ),
    Endpoint(
        id="put_exchange_rates",
        method="PUT",
        path="/exchange-rates",
        summary="Store exchange rates; what is known already stays as it is",
        ability="ledger.write",
        body=wire.PutRates,
        answer=wire.LoadedRates,
        handler=f"{_HERE}:put_rates",
    ),
)


def list_rates(tx: ExchangeTx, call: Call[wire.RatesQuery, None]) -> wire.RateList:
    query = call.query
    first, last = day_of(query.first, "first"), day_of(query.last, "last")
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise InvalidInput.one("last", f"must be one of {MOST_DAYS} days from the first on", last.isoformat())
    return wire.rates_out(query.source, tx.billing.exchange_rates.between(query.source, first, last))


def put_rates(tx: ExchangeTx, call: Call[Any, wire.PutRates]) -> wire.LoadedRates:
    faults = Faults()
    for index, each in enumerate(call.body.rates):
        for name, code in (("base", each.base), ("quote", each.quote)):
            try:
                parse_currency(code, f"rates[{index}].{name}")
            except InvalidInput as problem:
                faults.include(problem)
        if each.base == each.quote:
            faults.add(f"rates[{index}].quote", "is the base")
    faults.raise_if_any()
    loaded = handlers.load(tx, call.body.source, wire.rates_of(call.body.rates))
    return wire.LoadedRates(new=loaded.new, known=loaded.known)
