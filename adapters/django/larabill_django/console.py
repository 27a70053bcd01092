"""What LaraBill's commands work on when `manage.py` runs them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from larabill_cli.session import Session
from larabill_core.engine import Engine
from larabill_core.manifest import FILE
from larabill_django.opening import engine
from larabill_django.settings import read_settings


class HostSession(Session):
    """The project's settings in place of a manifest's file."""

    def __init__(self) -> None:
        super().__init__(config=Path(FILE), database=None)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Raises `ConfigurationError`."""
        return dict(read_settings().data)

    @cached_property
    def engine(self) -> Engine:
        """Raises `ConfigurationError`, `DatabaseUnavailable`."""
        return engine()

    def close(self) -> None:
        """The engine is the process's."""
