"""`larabill bank`: statements of bank accounts, and what their lines pay."""

from __future__ import annotations

from typing import BinaryIO

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.ids import parse_public_id, public_id

PAGE = 100


@click.group()
def bank() -> None:
    """Bank statements: import them, and match their lines to invoices."""


@bank.command(name="import")
@click.argument("account")
@click.argument("file", type=click.File("rb"))
@seller_option
@json_option
@pass_session
def import_(session: Session, account: str, file: BinaryIO, seller: str | None) -> None:
    """Store the new lines of a statement FILE of the bank account ACCOUNT, and book those that name what they pay.

    FILE is camt.053, or CSV with the columns that `[[billing.bank]]` names; `-` is stdin. Twice adds nothing.
    """
    area, of = session.engine.billing.bank, session.seller(seller)
    stored = area.import_file(of, account, file.read(), actor=OPERATOR)
    matched = area.match_open(of, actor=OPERATOR)
    told = {"new": stored.new, "known": stored.known, "booked": matched.booked, "left": matched.left}
    if session.json:
        emit(told)
    else:
        click.echo(f"{stored.new} lines stored; {stored.known} were known already.")
        click.echo(f"{matched.booked} lines booked; {matched.left} are left for you: larabill bank list")


@bank.command(name="list")
@click.option("--status", type=click.Choice(["open", "matched", "ignored"]), default="open", show_default=True)
@seller_option
@json_option
@pass_session
def list_(session: Session, status: str, seller: str | None) -> None:
    """The lines of a status, oldest first: up to 100."""
    from larabill_billing.bank.model import LineStatus

    found = session.engine.billing.bank.list(
        session.seller(seller), status=LineStatus(status), limit=PAGE, actor=OPERATOR
    )
    rows = [
        {
            "id": public_id("bnk", line.id),
            "account": line.account,
            "booked_on": line.booked_on,
            "amount": str(line.amount),
            "currency": line.currency,
            "text": line.text,
            "reasons": list(line.reasons),
            "candidates": [public_id("inv", each) for each in line.candidates],
        }
        for line in found
    ]
    if session.json:
        emit(rows)
        return
    shown = [
        (row["id"], row["booked_on"], row["amount"], row["currency"], row["text"], "; ".join(row["reasons"]))
        for row in rows
    ]
    table("bank lines", ("id", "booked", "amount", "currency", "text", "why"), shown, right=("amount",))


@bank.command()
@click.argument("line", required=False)
@click.argument("invoices", nargs=-1)
@click.option("--undo", metavar="REASON", help="Take the match of LINE back.")
@click.option("--ignore", metavar="REASON", help="LINE is none of ours.")
@seller_option
@json_option
@pass_session
def match(
    session: Session,
    line: str | None,
    invoices: tuple[str, ...],
    undo: str | None,
    ignore: str | None,
    seller: str | None,
) -> None:
    """Book LINE as paying INVOICES (`inv_…`), oldest due first; without a LINE, every line that names what it pays."""
    area, of = session.engine.billing.bank, session.seller(seller)
    if line is None:
        matched = area.match_open(of, actor=OPERATOR)
        told = {"looked_at": matched.looked_at, "booked": matched.booked, "left": matched.left}
        if session.json:
            emit(told)
        else:
            click.echo(f"{matched.booked} lines booked; {matched.left} are left for you: larabill bank list")
        return
    line_id = parse_public_id(line, "bnk", "line")
    if undo is not None:
        changed = area.unmatch(of, line_id, undo, actor=OPERATOR)
    elif ignore is not None:
        changed = area.ignore(of, line_id, ignore, actor=OPERATOR)
    else:
        ids = [parse_public_id(each, "inv", "invoice") for each in invoices]
        changed = area.match(of, line_id, ids, actor=OPERATOR)
    if session.json:
        emit({"id": line, "status": changed.status})
    else:
        click.echo(f"{line} is {changed.status}.")
