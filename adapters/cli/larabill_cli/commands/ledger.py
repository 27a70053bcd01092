"""`larabill ledger`: balances, accounts and the whole journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.clock import parse_date
from larabill_core.ids import public_id
from larabill_core.money import quantize

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def ledger() -> None:
    """The books: every amount, and the document behind it."""


def _days(function: F) -> F:
    """`--from` and `--to`."""
    for name, parameter, text in (
        ("--to", "last", "The last day, in the seller's time zone; to the end when left out."),
        ("--from", "first", "The first day, in the seller's time zone; from the beginning when left out."),
    ):
        function = click.option(name, parameter, metavar="YYYY-MM-DD", callback=_day, help=text)(function)
    return function


def _day(_context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    return None if value is None else parse_date(value, parameter.opts[0])


def _text(amount: Decimal, currency: str) -> str:
    return f"{quantize(amount, currency):f}"


@ledger.command("trial-balance")
@_days
@seller_option
@json_option
@pass_session
def trial_balance(session: Session, first: date | None, last: date | None, seller: str | None) -> None:
    """What stood on each account, what moved, and what stands there now. A debit is positive.

    The balances of each currency add up to zero.
    """
    found = session.engine.billing.ledger.movements(session.seller(seller), first=first, last=last, actor=OPERATOR)
    rows = [
        {
            "currency": each.currency,
            "account": each.account,
            **{name: _text(getattr(each, name), each.currency) for name in _AMOUNTS},
        }
        for each in found
    ]
    if session.json:
        emit(rows)
    else:
        table(
            "Trial balance", ("currency", "account", *_AMOUNTS), [tuple(row.values()) for row in rows], right=_AMOUNTS
        )


_AMOUNTS = ("opening", "debit", "credit", "balance")


@ledger.command()
@click.argument("account")
@_days
@seller_option
@json_option
@pass_session
def account(session: Session, account: str, first: date | None, last: date | None, seller: str | None) -> None:
    """Each posting on ACCOUNT (such as revenue or cash:stripe) with its document and the balance after it.

    The first line of a currency is its balance before the first day.
    """
    chosen = session.seller(seller)
    books = session.engine.billing.ledger
    moved = books.movements(chosen, first=first, last=last, actor=OPERATOR)
    opening = {each.currency: each.opening for each in moved if each.account == account}
    lines = books.account(chosen, account, first=first, last=last, actor=OPERATOR)
    rows = _running(opening, lines)
    if session.json:
        emit(list(rows))
    else:
        names = ("at", "document", "purpose", "currency", "amount", "balance")
        table(account, names, [[row.get(name) for name in names] for row in rows], right=("amount", "balance"))


def _running(opening: dict[str, Decimal], lines: Iterable[tuple[Any, str]]) -> Iterator[dict[str, Any]]:
    for currency, balance in sorted(opening.items()):
        yield {"purpose": "opening", "currency": currency, "balance": _text(balance, currency)}
    balances = dict(opening)
    for line, document in lines:
        balances[line.currency] = balances.get(line.currency, Decimal(0)) + line.amount
        yield {
            "at": line.occurred_at,
            "document_kind": line.document_kind,
            "document": document,
            "purpose": line.purpose,
            "customer": None if line.customer_id is None else public_id("cus", line.customer_id),
            "currency": line.currency,
            "amount": _text(line.amount, line.currency),
            "balance": _text(balances[line.currency], line.currency),
        }


@ledger.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "hledger", "beancount"]),
    default="csv",
    show_default=True,
    help="hledger and beancount: a journal that those programs read.",
)
@click.option("--customers", is_flag=True, help="With the ids of customers.")
@_days
@seller_option
@json_option
@pass_session
def export(
    session: Session, form: str, customers: bool, first: date | None, last: date | None, seller: str | None
) -> None:
    """Print the journal: every entry with its document and postings. `--json` is `--format json`."""
    pieces = session.engine.billing.ledger.export(
        session.seller(seller),
        "json" if session.json else form,
        first=first,
        last=last,
        customers=customers,
        actor=OPERATOR,
    )
    for piece in pieces:
        click.echo(piece, nl=False)
