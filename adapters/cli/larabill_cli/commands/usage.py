"""`larabill usage`: what was used."""

from __future__ import annotations

from typing import BinaryIO

import click

from larabill_cli.output import emit
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.errors import InvalidInput


@click.group()
def usage() -> None:
    """Usage that meters count."""


@usage.command()
@click.argument("file", type=click.File("rb"))
@seller_option
@json_option
@pass_session
def ingest(session: Session, file: BinaryIO, seller: str | None) -> None:
    """Record the events of FILE: a JSON object on each line; `-` is stdin.

    Lines are recorded in batches of 5,000, each as a whole. It stops at the first batch with a fault and names every
    fault of it by line. Mend them and call it again with the same file: what is recorded already is not counted twice.
    """
    from larabill_billing.usage.parse import lines_of

    report = session.engine.billing.usage.ingest(session.seller(seller), lines_of(file), actor=OPERATOR)
    told = {"new": report.new, "known": report.known, "stopped_at": report.stopped_at}
    if session.json:
        emit(told)
    else:
        click.echo(f"{report.new} events recorded; {report.known} were known already.")
        if report.stopped_at is not None:
            click.echo(f"Stopped: from {report.stopped_at} on nothing is recorded.")
    if report.stopped_at is not None:
        raise InvalidInput(report.faults)
