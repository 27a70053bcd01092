"""The report for people: tables, and a sentence for each amount that is not simply a price."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import click

from larabill_cli.output import WIDTH, table
from larabill_cli.simulate.shown import Line, Report, ShownAllowance, ShownInvoice, ShownSubscription, Tax


def show(report: Report, source: str) -> None:
    """Print everything."""
    click.echo(f"{source}: {_day(report.start)} to {_day(report.until)}, {report.timezone}\n")
    _invoices(report)
    _reckoning(report)
    if report.credits:
        credits = [
            (_time(c.at), c.customer, c.source, str(c.lot), f"{c.amount} {c.currency}", c.left, str(c.expires_on or ""))
            for c in report.credits
        ]
        table(
            "Credits",
            ("at", "customer", "source", "lot", "amount", "left", "expires"),
            credits,
            right=("lot", "amount", "left"),
        )
    _subscriptions(report)
    events = [(_time(event.at), event.name.partition(".")[2], _words(event.about)) for event in report.events]
    table("Events", ("at", "event", "about"), events)
    accounts = [(each.account, each.balance, each.currency) for each in report.ledger.accounts]
    table("Ledger", ("account", "balance", "currency"), accounts, right=("balance",))
    click.echo("The ledger sums to zero." if report.ledger.balanced else "THE LEDGER DOES NOT SUM TO ZERO.")
    if report.waiting:
        click.echo()
        waiting = [(_time(each.at), each.work, each.status, each.reason) for each in report.waiting]
        table("Waits for a person", ("since", "work", "status", "reason"), waiting)
    if report.rejects:
        click.echo()
        rejects = [(_time(each.at), each.place, each.do, each.message) for each in report.rejects]
        table("Refused", ("at", "entry", "do", "because"), rejects)


def _invoices(report: Report) -> None:
    rows: list[tuple[object, ...]] = []
    for invoice in report.invoices:
        head: tuple[object, ...] = (invoice.number, invoice.issued_on, invoice.customer)
        total, state = f"{invoice.total} {invoice.currency}", _state(invoice)
        if invoice.type == "credit_note":
            total, state = f"{total} given back", ""
        if len(invoice.lines) == 1 and not invoice.taxes and not _allowances(invoice):
            rows.append((*head, _what(invoice.lines[0]), total, state))
            continue
        for line in invoice.lines:
            rows.append((*head, _what(line), line.amount, state))
            head, state = ("", "", ""), ""
        rows += [("", "", "", f"discount: {each.reason}", each.amount, "") for each in _allowances(invoice)]
        rows += [("", "", "", _taxed(tax), tax.tax, "") for tax in invoice.taxes]
        rows.append(("", "", "", "total", total, ""))
    names = ("invoice", "issued", "customer", "what", "amount", "state")
    table("Invoices", names, rows, right=("amount",))


def _taxed(tax: Tax) -> str:
    """What is taxed at which rate; where there is none, why."""
    return f"{tax.name}, {tax.rate} % of {tax.base}" if not tax.reason else f"{tax.reason}, {tax.base}"


def _allowances(invoice: ShownInvoice) -> list[ShownAllowance]:
    """On its lines, where they have been taken off the amounts, and on the whole."""
    own = [attrs.evolve(each, amount=f"({each.amount})") for line in invoice.lines for each in line.allowances]
    return own + [attrs.evolve(each, amount=f"-{each.amount}") for each in invoice.allowances]


def _what(line: Line) -> str:
    """Description, first and last day, and how many at which price."""
    text = line.description
    if line.period_start is not None and line.period_end is not None and line.period_end > line.period_start:
        text += f", {_span(line.period_start, line.period_end - timedelta(days=1))}"
    simple = line.trace is None and line.quantity != "1"
    return f"{text}: {line.quantity} × {line.unit_price}" if simple else text


def _span(first: date, last: date) -> str:
    """The year of the last day only where it is another."""
    if first == last:
        return f"{first}"
    return f"{first} – {last}" if first.year != last.year else f"{first} – {last:%m-%d}"


def _reckoning(report: Report) -> None:
    """A sentence for each line whose amount is not simply a price."""
    told = [
        f"{invoice.number}, line {number}: {line.explanation}"
        for invoice in report.invoices
        for number, line in enumerate(invoice.lines, start=1)
        if line.trace is not None
    ]
    if told:
        click.echo("How these amounts came about\n")
        for sentence in told:
            click.echo(textwrap.fill(sentence, WIDTH, initial_indent=" ", subsequent_indent="   "))
        click.echo()


def _state(invoice: ShownInvoice) -> str:
    if invoice.paid_at is not None:
        same_day = invoice.paid_at.date() == invoice.issued_on
        return "paid" if same_day else f"paid {_day(invoice.paid_at)}"
    if invoice.status != "issued":
        return invoice.status
    part = "" if invoice.balance == invoice.total else f", {invoice.balance} left"
    return f"due {invoice.due_on}{part}"


def _subscriptions(report: Report) -> None:
    rows = [
        (
            each.id,
            each.customer,
            ", ".join(f"{item.quantity} × {item.plan}" for item in each.items),
            each.cycle,
            _life(each),
            each.status,
            "" if each.next_billing_at is None else _time(each.next_billing_at),
        )
        for each in report.subscriptions
    ]
    table("Subscriptions", ("id", "customer", "items", "cycle", "life", "status", "next invoice"), rows)


def _life(subscription: ShownSubscription) -> str:
    """The states that it went through, each with its day; what lasted no time is left out."""
    states = {_time(moved.at): moved.after for moved in subscription.history if moved.after != moved.before}
    told = [f"{at} {state}" for at, state in states.items()]
    return "\n".join([*told, *([subscription.held_reason] if subscription.held_reason else [])])


_SHOWN_ALONE = ("invoice", "subscription", "service", "customer")


def _words(about: Mapping[str, Any]) -> str:
    """The fields of an event in one line: what it is about, how much, and the rest by name."""
    words = [str(about[name]) for name in _SHOWN_ALONE if about.get(name)]
    words += [f"{about[name]} {about['currency']}" for name in ("amount", "total") if name in about]
    told = {*_SHOWN_ALONE, "amount", "total", "currency", "number"}
    for name, value in about.items():
        if name not in told and value not in (None, "", {}, [], False):
            words.append(f"{name} {len(value)}" if isinstance(value, list) else f"{name} {value}")
    return ", ".join(words)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _time(at: datetime) -> str:
    """To the minute; a day alone where it is its very beginning."""
    return _day(at) if (at.hour, at.minute, at.second) == (0, 0, 0) else at.strftime("%Y-%m-%d %H:%M")
