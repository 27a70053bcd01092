"""`larabill migrate`."""

from __future__ import annotations

import click

from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import InvalidInput


@click.command()
@click.option("--down", metavar="MODULE:REVISION", help="Go back to this revision; 'base' removes the module's tables.")
@json_option
@pass_session
def migrate(session: Session, down: str | None) -> None:
    """Bring the tables of all modules that are on to their newest form.

    Two at once wait for each other. One that was cut off is simply run again. Make a backup before `--down`.
    """
    from larabill_sqlalchemy import migrate as storage

    steps = storage.upgrade(session.settings) if down is None else storage.downgrade(session.settings, *_split(down))
    if session.json:
        emit([{"module": step.module, "before": step.before, "after": step.after} for step in steps])
        return
    changed = [step for step in steps if step.before != step.after]
    if not changed:
        click.echo("Nothing to do: every module is at its newest form.")
        return
    table(
        "Migrated",
        ("module", "before", "after"),
        [(step.module, step.before or "(nothing)", step.after or "(nothing)") for step in changed],
    )


def _split(text: str) -> tuple[str, str]:
    module, colon, revision = text.partition(":")
    if not (module and colon and revision):
        raise InvalidInput.one("--down", "is not of the form MODULE:REVISION", text, "such as billing:0001 or billing:base")
    return module, revision
