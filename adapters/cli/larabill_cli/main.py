"""The root command. Each subcommand is a file that is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from larabill_cli.errors import failure
from larabill_cli.session import Session
from larabill_core.errors import LarabillError
from larabill_core.manifest import FILE

COMMANDS: Mapping[str, str] = {
    "init": "larabill_cli.commands.init:init",
    "doctor": "larabill_cli.commands.doctor:doctor",
    "migrate": "larabill_cli.commands.migrate:migrate",
    "catalog": "larabill_cli.commands.catalog:catalog",
    "worker": "larabill_cli.commands.worker:worker",
    "serve": "larabill_cli.commands.serve:serve",
    "tokens": "larabill_cli.commands.tokens:tokens",
    "run-due": "larabill_cli.commands.run_due:run_due",
    "jobs": "larabill_cli.commands.jobs:jobs",
    "resources": "larabill_cli.commands.resources:resources",
    "modules": "larabill_cli.commands.modules:modules",
    "drivers": "larabill_cli.commands.drivers:drivers",
    "ledger": "larabill_cli.commands.ledger:ledger",
    "report": "larabill_cli.commands.report:report",
    "rates": "larabill_cli.commands.rates:rates",
    "usage": "larabill_cli.commands.usage:usage",
    "bank": "larabill_cli.commands.bank:bank",
    "webhooks": "larabill_cli.commands.webhooks:webhooks",
    "verify": "larabill_cli.commands.verify:verify",
    "seed": "larabill_cli.commands.seed:seed",
    "simulate": "larabill_cli.commands.simulate:simulate",
    "demo": "larabill_cli.demo.command:demo",
}


class Root(click.Group):
    """Finds the subcommands in `COMMANDS`, and turns our errors into messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        path, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(path), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run it. A `LarabillError` becomes a `Failure` with its exit code."""
        try:
            return super().invoke(ctx)
        except LarabillError as problem:
            session = ctx.find_object(Session)
            raise failure(problem, as_json=session is not None and session.json) from problem


@click.command(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="larabill", prog_name="larabill")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=FILE,
    show_default=True,
    envvar="LARABILL_CONFIG",
    show_envvar=True,
    help="The manifest.",
)
@click.option("--database", metavar="URL", help="A database in place of the manifest's.")
@click.pass_context
def main(context: click.Context, config: Path, database: str | None) -> None:
    """LaraBill: from an order to a running service, and to its end.

    Exit codes: 0 done, 1 not done, 2 asked or configured wrongly, 3 violations found.
    """
    session = context.obj
    if not isinstance(session, Session):
        session = context.obj = Session(config=config, database=database)
    elif any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in ("config", "database")):
        raise click.UsageError("--config and --database have no place here: the host's settings say both")
    context.call_on_close(session.close)
