"""`larabill simulate`: try a price list before it is sold."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import InvalidInput


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@json_option
@pass_session
def simulate(session: Session, file: IO[str]) -> None:
    """Play the scenario in FILE (TOML or JSON; - is stdin) and show what comes of it.

    Plans, customers and a timeline, played by the real engine in memory, on a clock that jumps from one event to the
    next: invoices, credits, subscriptions, events and the ledger. No manifest and no database is needed, and nothing is
    stored. A step that is refused is shown with its reason, and the rest goes on.
    """
    import attrs

    from larabill_cli.simulate.play import played
    from larabill_cli.simulate.report import collect
    from larabill_cli.simulate.scenario import parse_scenario
    from larabill_cli.simulate.tables import show

    try:
        text = file.read()
    except UnicodeError as problem:
        raise InvalidInput.one(file.name, f"cannot be read: {problem}") from problem
    with played(parse_scenario(text, file.name)) as company:
        report = collect(company)
    if session.json:
        emit(attrs.asdict(report))
    else:
        show(report, Path(file.name).name)
