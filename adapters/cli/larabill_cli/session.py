"""What the commands share: the manifest's place, the overrides, the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import attrs
import click

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.manifest import read_manifest

F = TypeVar("F", bound=Callable[..., Any])

OPERATOR = Actor(kind="staff", id="console", roles=("operator",))
"""Who acts at the console: audits show `staff:console`."""


@attrs.define(slots=False)
class Session:
    """One call of the command line."""

    config: Path
    database: str | None
    json: bool = False

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The manifest as data, `--database` put in. Raises `ConfigurationError`."""
        data = read_manifest(self.config)
        if self.database is not None:
            data.setdefault("larabill", {})["database"] = self.database
        return data

    @cached_property
    def engine(self) -> Engine:
        """LaraBill as the manifest says. Raises `ConfigurationError`, `DatabaseUnavailable`."""
        from larabill_sqlalchemy import open_engine

        return open_engine(self.settings)

    def close(self) -> None:
        """Give the connections back, if any were opened."""
        if "engine" in vars(self):
            from larabill_sqlalchemy.opening import database_of

            database_of(self.engine).dispose()

    def seller(self, text: str | None) -> UUID:
        """The seller of `--seller`; the only one when nothing is said. Raises `InvalidInput`."""
        from larabill_cli.sellers import choose

        return choose(self.engine, text)


pass_session = click.make_pass_decorator(Session)


def _set_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.ensure_object(Session).json = value


def json_option(function: F) -> F:
    """`--json`, which each command has. The command asks `session.json`."""
    return click.option(
        "--json", is_flag=True, expose_value=False, is_eager=True, callback=_set_json, help="Print one JSON value."
    )(function)


def seller_option(function: F) -> F:
    """`--seller`, for commands that look at one seller's rows."""
    return click.option("--seller", metavar="SEL_ID", help="Which seller; the only one when there is one.")(function)
