"""`larabill rates`: exchange rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from larabill_cli.output import emit
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.clock import parse_date


@click.group()
def rates() -> None:
    """Exchange rates, by which documents of other currencies are valued."""


@rates.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", required=True, help="Whose rates these are; as in [billing.exchange].")
@seller_option
@json_option
@pass_session
def load(session: Session, file: Path, source: str, seller: str | None) -> None:
    """Load FILE: CSV with the columns on,base,quote,rate, or TOML with tables [[rates]].

    All or nothing. What is known already stays; a rate that contradicts it is refused.
    """
    from larabill_billing.exchange.parse import read_rates

    found = read_rates(file)
    _tell(session, session.engine.billing.exchange.load(session.seller(seller), source, found, actor=OPERATOR))


@rates.command()
@json_option
@pass_session
def fetch(session: Session) -> None:
    """Ask the account of [billing.exchange] for what is new, for every seller. A schedule does it, too."""
    _tell(session, session.engine.billing.exchange.fetch(actor=OPERATOR))


def _tell(session: Session, loaded: Any) -> None:
    if session.json:
        emit({"new": loaded.new, "known": loaded.known})
    else:
        click.echo(f"{loaded.new} rates are new; {loaded.known} were known already.")


@rates.command()
@click.argument("base")
@click.argument("quote")
@click.option("--on", "day", metavar="YYYY-MM-DD", required=True, help="The day; never is a later rate taken.")
@seller_option
@json_option
@pass_session
def show(session: Session, base: str, quote: str, day: str, seller: str | None) -> None:
    """What one unit of BASE is worth in QUOTE on a day, and whose rate of which day that is."""
    found = session.engine.billing.exchange.rate(
        session.seller(seller), base, quote, parse_date(day, "--on"), actor=OPERATOR
    )
    if session.json:
        rate = f"{found.rate.normalize():f}"
        emit({"base": base, "quote": quote, "rate": rate, "source": found.source, "on": found.on})
    else:
        click.echo(f"1 {base} = {found.rate.normalize():f} {quote} ({found.source}, {found.on})")
