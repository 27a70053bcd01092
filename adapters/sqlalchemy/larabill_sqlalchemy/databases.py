"""Opening a database: the URL as people write it, and the settings under which our transactions are right.

READ COMMITTED on MariaDB/MySQL and PostgreSQL; on SQLite every transaction begins as a writer, so that two of them
queue at their beginning and never fail in the middle; unless it is said to read only.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any, Final
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects import registry as dialects
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from larabill_core.errors import ConfigurationError

PATH: Final = "larabill.database"
LOCK_TIMEOUT: Final = 10
"""Seconds to wait for a lock before the whole unit of work is run again."""

_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_KNOWN: Final = "use sqlite:///file.db, mysql://, mariadb:// or postgresql://"
_EXTRAS: Final = {"postgresql": "pip install 'larabill[postgres]'", "mysql": "pip install PyMySQL"}
_MYSQL_SESSION: Final = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    f"NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', innodb_lock_wait_timeout = {LOCK_TIMEOUT}"
)
MYSQL: Final = ("mysql", "mariadb")
"""The dialect names of MySQL's family."""
READS_ONLY: Final = {"larabill_reads_only": True}
"""Execution options of a connection that only looks: on SQLite it waits for no writer."""
_opened: Final[WeakSet[sa.Engine]] = WeakSet()


def normalise(url: str | sa.URL) -> sa.URL:
    """The URL with the driver that we use. Raises `ConfigurationError`, never showing a password."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError.one(PATH, "is not a database URL", remedy=_KNOWN) from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise ConfigurationError.one(PATH, "names a database that is not supported", backend, _KNOWN)
    driver = parsed.drivername if "+" in parsed.drivername else _DRIVERS[backend]
    if driver.split("+")[0] == "postgres":
        driver = _DRIVERS["postgres"]
    if driver not in _DRIVERS.values():
        raise ConfigurationError.one(PATH, "names a driver that is not supported", driver, _KNOWN)
    return parsed.set(drivername=driver)


def open_database(url: str | sa.URL) -> sa.Engine:
    """The pool of connections. Nothing is connected yet. A forked child makes connections of its own.

    `hide_parameters` keeps values out of errors and logs (I12). Raises `ConfigurationError`.
    """
    database = _open(url)
    _opened.add(database)
    return database


def _open(url: str | sa.URL) -> sa.Engine:
    url = normalise(url)
    backend = url.get_backend_name()
    try:
        dialects.load(url.drivername.replace("+", ".")).import_dbapi()
    except (ImportError, NoSuchModuleError):
        remedy = _EXTRAS["postgresql" if backend == "postgresql" else "mysql"]
        raise ConfigurationError.one(PATH, "needs a package that is not installed", backend, remedy) from None
    if backend == "sqlite":
        return _open_sqlite(url)
    options: dict[str, Any] = {"connect_timeout": 10}
    if backend in MYSQL:
        options |= {"charset": "utf8mb4", "init_command": _MYSQL_SESSION}
    else:
        given = url.query.get("options", "")
        ours = f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT}s"
        options["options"] = f"{ours} {given}" if isinstance(given, str) else ours
    return sa.create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args=options,
    )


def _open_sqlite(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"timeout": LOCK_TIMEOUT}
    if _is_in_memory(url):
        # One connection is the whole database: it is lent to one transaction at a time.
        options["check_same_thread"] = False
        database = sa.create_engine(
            url, hide_parameters=True, connect_args=options, poolclass=QueuePool, pool_size=1, max_overflow=0
        )
    else:
        database = sa.create_engine(url, hide_parameters=True, connect_args=options)
    sa.event.listen(database, "connect", _prepare_sqlite)
    sa.event.listen(database, "begin", _begin_sqlite)
    return database


def _is_in_memory(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "recursive_triggers = ON"):
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reads_only = READS_ONLY.items() <= connection.get_execution_options().items()
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _leave_to_parent() -> None:
    """A database in memory is the child's own copy."""
    for database in _opened:
        if not _is_in_memory(database.url):
            database.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
