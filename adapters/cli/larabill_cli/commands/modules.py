"""`larabill modules`."""

from __future__ import annotations

import click

from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.module import installed_modules


@click.group()
def modules() -> None:
    """Modules that are installed, and which of them are on."""


@modules.command("list")
@json_option
@pass_session
def list_modules(session: Session) -> None:
    """Installed is not enabled: `modules` in the manifest decides."""
    basics = session.settings.get("larabill", {})
    on = basics.get("modules", ("billing", "provisioning")) if isinstance(basics, dict) else ()
    rows = [
        {
            "name": module.name,
            "on": module.name in on,
            "requires": list(module.requires),
            "handlers": len(module.handlers),
            "schedules": len(module.schedules),
        }
        for module in installed_modules().values()
    ]
    if session.json:
        emit(rows)
        return
    table(
        "Modules",
        ("name", "on", "requires", "handlers", "schedules"),
        [[cell if not isinstance(cell, list) else ", ".join(cell) for cell in row.values()] for row in rows],
        right=("handlers", "schedules"),
    )
