"""`larabill report`: recurring revenue, churn, receivables, taxes, sales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import attrs
import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.clock import parse_date
from larabill_core.money import quantize

F = TypeVar("F", bound=Callable[..., Any])
MOVES = ("new", "expansion", "contraction", "churn", "reactivation")
AGES = ("not_due", "days_30", "days_60", "days_90", "older", "total")


@click.group()
def report() -> None:
    """What the business comes to. Days are the seller's, and are all included."""


def _day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    return None if value is None else parse_date(value, parameter.opts[0])


def _days(function: F) -> F:
    """`--from` and `--to`."""
    for name, parameter, text in (("--to", "last", "The last day."), ("--from", "first", "The first day.")):
        function = click.option(name, parameter, metavar="YYYY-MM-DD", required=True, callback=_day, help=text)(
            function
        )
    return function


def _text(amount: Decimal, currency: str) -> str:
    return f"{quantize(amount, currency):f}"


def _tell(session: Session, title: str, rows: Sequence[dict[str, Any]], *, left: int) -> None:
    """As JSON, or as a table whose columns are numbers but for the first ones."""
    if session.json:
        emit(rows)
        return
    shown = [{name: value for name, value in row.items() if not isinstance(value, dict)} for row in rows]
    columns = [*shown[0]] if shown else []
    table(title, columns, [[*row.values()] for row in shown], right=columns[left:])


@report.command()
@_days
@click.option("--together", is_flag=True, help="All currencies in the seller's, at the mean rates of each month.")
@seller_option
@json_option
@pass_session
def mrr(session: Session, first: date, last: date, together: bool, seller: str | None) -> None:
    """Monthly recurring revenue, and how it moved, for each month and currency.

    Without tax, net of discounts that go on; trials and what is cancelled stand apart.
    """
    reports = session.engine.billing.reports
    ask = reports.mrr_in_reporting_currency if together else reports.mrr
    rows = [
        {
            "month": f"{each.month:%Y-%m}",
            "currency": each.currency,
            "opening": _text(each.opening, each.currency),
            **{name: _text(getattr(each.moves, name), each.currency) for name in MOVES},
            "closing": _text(each.closing.mrr, each.currency),
            "committed": _text(each.closing.committed, each.currency),
            "trial": _text(each.closing.trial, each.currency),
            "arr": _text(each.closing.arr, each.currency),
            "customers": each.customers,
            "agreements": each.agreements,
            "by_plan": {plan: _text(amount, each.currency) for plan, amount in each.by_plan.items()},
        }
        for each in ask(session.seller(seller), first, last, actor=OPERATOR)
    ]
    _tell(session, "Monthly recurring revenue", rows, left=2)


@report.command()
@click.option("--currency", required=True, help="Of agreements in this currency.")
@click.option("--on", "day", metavar="YYYY-MM-DD", required=True, callback=_day, help="The day after the window.")
@click.option("--window", "window_days", type=int, default=30, show_default=True, help="Its length in days.")
@seller_option
@json_option
@pass_session
def churn(session: Session, currency: str, day: date, window_days: int, seller: str | None) -> None:
    """The shares (0 to 1) of agreements and of revenue that were lost in a window of days."""
    found = session.engine.billing.reports.churn(session.seller(seller), currency, day, window_days, actor=OPERATOR)
    _tell(session, "Churn", [{name: str(value) for name, value in attrs.asdict(found).items()}], left=2)


@report.command()
@seller_option
@json_option
@pass_session
def receivables(session: Session, seller: str | None) -> None:
    """What customers owe, by how many days it is overdue."""
    rows = [
        {"currency": each.currency, **{name: _text(getattr(each, name), each.currency) for name in AGES}}
        for each in session.engine.billing.reports.receivables(session.seller(seller), actor=OPERATOR)
    ]
    _tell(session, "Receivables", rows, left=1)


@report.command()
@_days
@seller_option
@json_option
@pass_session
def taxes(session: Session, first: date, last: date, seller: str | None) -> None:
    """What was taxed how, by the customer's country, jurisdiction, category and rate: what an OSS return asks for."""
    rows = [
        {
            "country": each.country,
            "jurisdiction": each.jurisdiction,
            "category": each.category,
            "currency": each.currency,
            "rate": f"{each.rate:f}",
            "base": _text(each.base, each.currency),
            "tax": _text(each.tax, each.currency),
            "documents": each.documents,
        }
        for each in session.engine.billing.reports.taxes(session.seller(seller), first, last, actor=OPERATOR)
    ]
    _tell(session, "Taxes", rows, left=4)


@report.command()
@_days
@seller_option
@json_option
@pass_session
def sales(session: Session, first: date, last: date, seller: str | None) -> None:
    """What was sold, by its description on documents: without tax, after discounts, less what was credited."""
    rows = [
        {"description": each.description, "currency": each.currency, "net": _text(each.net, each.currency)}
        for each in session.engine.billing.reports.sales(session.seller(seller), first, last, actor=OPERATOR)
    ]
    _tell(session, "Sales", rows, left=2)
