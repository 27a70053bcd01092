"""`larabill migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from larabill_cli.output import emit, table
from larabill_cli.sellers import set_up
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import InvalidInput

if TYPE_CHECKING:
    from larabill_sqlalchemy.storage import Storage


@click.command()
@click.option("--down", metavar="MODULE:REVISION", help="Go back to this revision; 'base' removes the module's tables.")
@json_option
@pass_session
def migrate(session: Session, down: str | None) -> None:
    """Bring the tables of all modules that are on to their newest form, and the manifest's seller and plans into them.

    Two at once wait for each other. One that was cut off is simply run again. Make a backup before `--down`: the data
    of what it drops is lost.
    """
    from larabill_sqlalchemy import migrate as storage
    from larabill_sqlalchemy.databases import open_database
    from larabill_sqlalchemy.opening import load_manifest, storages_of

    manifest = load_manifest(session.settings)
    database = open_database(manifest.basics.database)
    storages = storages_of(manifest.modules)
    if down is None:
        ran = storage.upgrade(database, storages)
        set_up(session.engine)
        rows = [{"module": name, "revisions": list(revisions)} for name, revisions in ran.items()]
    else:
        chosen, revision = _split(down, storages)
        storage.downgrade(database, [chosen], revision)
        rows = [{"module": chosen.name, "revisions": [revision]}]
    database.dispose()
    if session.json:
        emit(rows)
    elif not rows:
        click.echo("Nothing to do: every module is at its newest form.")
    else:
        title = "Migrated" if down is None else "Went back to"
        table(title, ("module", "revisions"), [(row["module"], ", ".join(row["revisions"])) for row in rows])


def _split(text: str, storages: Sequence[Storage]) -> tuple[Storage, str]:
    module, _, revision = text.partition(":")
    known = {storage.name: storage for storage in storages}
    if not revision or not revision.isalnum():
        remedy = "such as billing:0001 or billing:base"
        raise InvalidInput.one("--down", "is not of the form MODULE:REVISION", text, remedy)
    if module not in known:
        raise InvalidInput.one("--down", "names no module that is on", module, f"one of: {', '.join(known)}")
    return known[module], revision
