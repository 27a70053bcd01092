"""A database for one run of the demo, made on a server or in a folder, and dropped afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from larabill_core.errors import DatabaseUnavailable
from larabill_core.privacy import redact_text
from larabill_sqlalchemy.databases import normalise, open_database

PREFIX = "larabill_demo_"


@contextmanager
def temporary(url: str, *, keep: bool) -> Iterator[sa.URL]:
    """The URL of a new database beside the one that `url` names; dropped at the end unless `keep`.

    Raises `ConfigurationError` for a URL that is none, `DatabaseUnavailable` when the server cannot be reached or does
    not let us make a database.
    """
    server = normalise(url)
    name = PREFIX + secrets.token_hex(4)
    if server.get_backend_name() == "sqlite":
        folder = Path(server.database or ".").parent
        file = folder / f"{name}.db"
        try:
            yield server.set(database=str(file))
        finally:
            if not keep:
                for path in folder.glob(f"{file.name}*"):
                    path.unlink()
        return
    _administer(server, "CREATE DATABASE {name}", name)
    try:
        yield server.set(database=name)
    finally:
        if not keep:
            _administer(server, "DROP DATABASE {name}", name)


def _administer(server: sa.URL, statement: str, name: str) -> None:
    # PostgreSQL has no connection without a database; "postgres" is there on every server
    home = (server.database or "postgres") if server.get_backend_name() == "postgresql" else None
    engine = open_database(server.set(database=home))
    quoted = engine.dialect.identifier_preparer.quote(name)
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement.format(name=quoted))
    except DBAPIError as problem:
        words = redact_text(str(problem.orig))
        raise DatabaseUnavailable(f"no database could be made on {server.host or 'the server'}: {words}") from problem
    finally:
        engine.dispose()
