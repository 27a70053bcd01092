"""`flask larabill …`: the commands of `larabill`, with the application's own settings and engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import click
import flask
from flask.cli import with_appcontext

from larabill_cli.main import Root
from larabill_cli.session import Session
from larabill_core.engine import Engine
from larabill_flask.settings import CONFIG, manifest_of


@attrs.define(slots=False)
class AppSession(Session):
    """One call. The engine stays open: it is the application's."""

    open_engine: Callable[[], Engine] = attrs.field(kw_only=True)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The manifest as data. Raises `ConfigurationError`."""
        return manifest_of(flask.current_app.config)

    @cached_property
    def engine(self) -> Engine:
        """The application's. Raises `ConfigurationError`, `DatabaseUnavailable`."""
        return self.open_engine()

    def close(self) -> None:
        """Nothing was opened for this call alone."""


def group(open_engine: Callable[[], Engine]) -> click.Group:
    """The group `larabill` for `app.cli`."""

    @click.command("larabill", cls=Root, help="Billing and provisioning: LaraBill's own commands.")
    @click.pass_context
    @with_appcontext
    def larabill(context: click.Context) -> None:
        context.obj = AppSession(config=Path(CONFIG), database=None, open_engine=open_engine)

    return larabill
