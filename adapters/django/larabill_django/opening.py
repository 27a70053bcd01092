"""LaraBill, opened at first use and once per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from importlib.metadata import version
from typing import Final

import attrs

from larabill_core.engine import Engine
from larabill_core.http.api import Api
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_django.settings import Settings, read_settings

VERSION: Final = version("larabill")


@attrs.frozen(kw_only=True)
class Opened:
    """What one process has of LaraBill on one database."""

    settings: Settings
    engine: Engine
    api: Api


class _Process:
    """What is open, by the database's URL: a test runner puts another database under the same alias."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.opened: dict[str, Opened] = {}

    def forget(self) -> None:
        """What a forked child does: the connections are its parent's, which goes on using them."""
        from larabill_sqlalchemy.opening import database_of

        inherited, self.opened, self.lock = self.opened.values(), {}, threading.Lock()
        for each in inherited:
            database_of(each.engine).dispose(close=False)


_process = _Process()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.forget)


def opened() -> Opened:
    """The engine and its endpoints. Raises `ConfigurationError` with all faults, `DatabaseUnavailable`."""
    from larabill_sqlalchemy import open_engine

    found = read_settings()
    url = found.manifest.basics.database
    with _process.lock:
        if url not in _process.opened:
            engine = open_engine(found.manifest)
            _process.opened[url] = Opened(settings=found, engine=engine, api=Api(engine, authorize=found.authorize))
        return _process.opened[url]


def engine() -> Engine:
    """LaraBill as the settings say, on connections of its own. See `joined` for Django's transaction.

    Raises `ConfigurationError` with all faults of the settings, for keys, and for a database that is not migrated;
    `DatabaseUnavailable`.
    """
    return opened().engine


def paths() -> Iterable[str]:
    """The paths of all endpoints of the modules that are on, without a look at the database."""
    return Table((KERNEL, *read_settings().manifest.modules)).paths
