"""The books and reports over HTTP, for staff. Days are those of the seller's zone."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from larabill_billing.ledger.chart import account_type
from larabill_billing.ledger.handlers import trial_balance
from larabill_billing.reports import handlers, wire
from larabill_billing.reports.books import documents_of, span_of
from larabill_billing.reports.ports import ReportsTx
from larabill_core.clock import local_date
from larabill_core.errors import InvalidInput
from larabill_core.http.endpoint import Call, Endpoint, NoQuery
from larabill_core.http.wire import day_of
from larabill_core.money import parse_currency

_HERE: Final = "larabill_billing.reports.endpoints"


def _read(
    id: str,
    path: str,
    summary: str,
    answer: type[Any],
    query: type[Any] = NoQuery,
    ability: str = "reports.read",
    errors: tuple[int, ...] = (),
) -> Endpoint:
    return Endpoint(
        id=id,
        method="GET",
        path=path,
        summary=summary,
        ability=ability,
        query=query,
        answer=answer,
        errors=errors,
        handler=f"{_HERE}:{id}",
    )


ENDPOINTS: Final = (
    _read(
        "get_trial_balance",
        "/ledger/trial-balance",
        "What stands on each account",
        wire.TrialBalance,
        NoQuery,
        "ledger.read",
    ),
    _read(
        "get_ledger_movements",
        "/ledger/movements",
        "What moved on each account in some days",
        wire.AccountMovements,
        wire.DaysQuery,
        "ledger.read",
    ),
    _read(
        "list_ledger_postings",
        "/ledger/postings",
        "The postings on one account in order of time",
        wire.AccountPage,
        wire.AccountQuery,
        "ledger.read",
    ),
    _read("report_mrr", "/reports/mrr", "Monthly recurring revenue by currency", wire.MrrOut, wire.MrrQuery),
    _read(
        "report_mrr_together",
        "/reports/mrr/together",
        "Monthly recurring revenue of all currencies in the seller's",
        wire.MrrOut,
        wire.MrrQuery,
        errors=(409,),
    ),
    _read("report_churn", "/reports/churn", "What left in a window of days", wire.ChurnOut, wire.ChurnQuery),
    _read(
        "report_receivables",
        "/reports/receivables",
        "What customers owe today, by how long it is overdue",
        wire.ReceivablesList,
    ),
    _read("report_taxes", "/reports/taxes", "What documents say of taxes", wire.TaxReport, wire.DaysQuery),
    _read("report_sales", "/reports/sales", "What was sold", wire.SalesReport, wire.DaysQuery),
)


def get_trial_balance(tx: ReportsTx, call: Call[Any, None]) -> wire.TrialBalance:
    return wire.balances_out(trial_balance(tx))


def get_ledger_movements(tx: ReportsTx, call: Call[wire.DaysQuery, None]) -> wire.AccountMovements:
    span = span_of(tx.billing.sellers.get(tx.seller_id), *_days(call.query))
    return wire.movements_out(tx.billing.ledger.movements(*span))


def list_ledger_postings(tx: ReportsTx, call: Call[wire.AccountQuery, None]) -> wire.AccountPage:
    query = call.query
    account_type(query.account)
    since, until = span_of(tx.billing.sellers.get(tx.seller_id), *_days(query))
    found = tx.billing.ledger.lines(query.account, since, until, after=wire.place_of(query.after), limit=query.limit)
    names = documents_of(tx, found)
    return wire.account_out([(line, names[line.document_id]) for line in found], query)


def report_mrr(tx: ReportsTx, call: Call[wire.MrrQuery, None]) -> wire.MrrOut:
    return wire.mrr_out(handlers.mrr(tx, *_days(call.query)))


def report_mrr_together(tx: ReportsTx, call: Call[wire.MrrQuery, None]) -> wire.MrrOut:
    return wire.mrr_out(handlers.mrr_together(tx, *_days(call.query)))


def report_churn(tx: ReportsTx, call: Call[wire.ChurnQuery, None]) -> wire.ChurnOut:
    query = call.query
    parse_currency(query.currency, "currency")
    return wire.churn_out(handlers.churn(tx, query.currency, day_of(query.on, "on"), query.window_days))


def report_receivables(tx: ReportsTx, call: Call[Any, None]) -> wire.ReceivablesList:
    today = local_date(tx.now, tx.billing.sellers.get(tx.seller_id).time_zone)
    return wire.receivables_out(tx.billing.reports.receivables(today))


def report_taxes(tx: ReportsTx, call: Call[wire.DaysQuery, None]) -> wire.TaxReport:
    return wire.taxes_out(tx.billing.reports.taxes(*_days(call.query)))


def report_sales(tx: ReportsTx, call: Call[wire.DaysQuery, None]) -> wire.SalesReport:
    return wire.sales_out(tx.billing.reports.sales(*_days(call.query)))


def _days(query: wire.DaysQuery) -> tuple[date, date]:
    """Raises `InvalidInput`."""
    first, last = day_of(query.first, "first"), day_of(query.last, "last")
    if last < first:
        raise InvalidInput.one("last", "is before the first day", str(last), f"give {first} or a later day")
    return first, last
