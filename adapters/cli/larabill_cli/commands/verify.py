"""`larabill verify`: does the database keep its promises?"""

from __future__ import annotations

import click

from larabill_cli.errors import VIOLATIONS
from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session
from larabill_cli.verifying import find_violations


@click.command()
@click.option("--live", is_flag=True, help="Also compare with the providers' and gateways' own lists.")
@json_option
@pass_session
@click.pass_context
def verify(context: click.Context, session: Session, live: bool) -> None:
    """Check the invariants on the database as it is, and name each violation. Exit code 3 when there are any.

    Nothing is changed. docs/explanation/invariants.md says what each promise is.
    """
    violations = find_violations(session.engine, live=live)
    rows = [
        {"invariant": found.invariant, "kind": found.kind, "subject": found.subject, "message": found.message}
        for found in violations
    ]
    if session.json:
        emit({"violations": rows})
    elif rows:
        table(
            f"{len(rows)} violations",
            ("invariant", "kind", "subject", "message"),
            [tuple(row.values()) for row in rows],
        )
    else:
        click.echo("No violations.")
    if rows:
        context.exit(VIOLATIONS)
