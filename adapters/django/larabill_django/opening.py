"""LaraBill, opened at first use and once per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence

import attrs
from django.conf import settings as django_settings
from django.db import connections

from larabill_core.engine import Engine
from larabill_core.http.api import Api
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_django.databases import NAME, named_alias
from larabill_django.settings import Settings, read_settings
from larabill_django.tasks import wake_through


@attrs.frozen(kw_only=True)
class Opened:
    """What one process has of LaraBill on one database. `given` is the `LARABILL` that it was opened with."""

    given: object = attrs.field(repr=False)
    settings: Settings
    engine: Engine
    api: Api

    @classmethod
    def new(cls) -> Opened:
        """Raises `ConfigurationError` with all faults, `DatabaseUnavailable`."""
        from larabill_sqlalchemy import open_engine

        found = read_settings()
        engine = open_engine(found.manifest)
        api = Api(engine, authorize=found.authorize)
        if found.tasks is not None:
            wake_through(engine, found.tasks)
        return cls(given=getattr(django_settings, NAME), settings=found, engine=engine, api=api)

    def close(self) -> None:
        """Close the connections."""
        from larabill_sqlalchemy.opening import database_of

        database_of(self.engine).dispose()


class _Process:
    """What is open, by the database's name: a test runner puts another database under the same alias."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened: dict[str, Opened] = {}

    def renew_lock(self) -> None:
        """What a forked child does: a thread that it does not have may hold the one that it inherits."""
        self.lock = threading.Lock()

    def get(self) -> Opened:
        """What is open; opened now, if it is not, or if the settings are others."""
        name, given = _database_name(), getattr(django_settings, NAME, None)
        found = self.opened.get(name)
        if found is not None and found.given is given:
            return found
        with self.lock:
            found = self.opened.get(name)
            if found is None or found.given is not given:
                if found is not None:
                    found.close()
                found = self.opened[name] = Opened.new()
            return found


_process = _Process()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.renew_lock)


def _database_name() -> str:
    alias = named_alias()
    return str(connections[alias].settings_dict["NAME"]) if alias in connections.settings else ""


def opened() -> Opened:
    """The engine and its endpoints. Raises `ConfigurationError` with all faults, `DatabaseUnavailable`."""
    return _process.get()


def engine() -> Engine:
    """LaraBill as the settings say, on connections of its own. See `joined` for Django's transaction.

    Raises `ConfigurationError` with all faults of the settings, for keys, and for a database that is not migrated;
    `DatabaseUnavailable`.
    """
    return opened().engine


def sections() -> Mapping[str, Sequence[str]]:
    """The paths of all endpoints of the modules that are on, by their first part, without a look at the database."""
    return Table((KERNEL, *read_settings().manifest.modules)).sections
