"""Databases for tests: one for each xdist worker and server, its schema made once, emptied after each test.

SQLite's is a copied file. On the servers only tables that hold rows are emptied, by DELETE: for few rows it is much
faster than TRUNCATE. The triggers of insert-only tables refuse it, except when the tests themselves are emptying.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from zlib import crc32

import attrs
import pytest
import sqlalchemy as sa

from larabill_core.errors import DatabaseUnavailable
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.faults import translated
from larabill_sqlalchemy.migrate import create_schema
from larabill_sqlalchemy.storage import OF_ALL_SELLERS, Storage

SERVERS = {
    "mariadb": os.environ.get("LARABILL_TEST_MARIADB", "mariadb://root@127.0.0.1:3306/"),
    "postgresql": os.environ.get("LARABILL_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"),
}
"""Where tests may make and drop databases. Set the variables to use other servers."""

IS_CI = os.environ.get("CI", "") == "true"

KINDS = ("sqlite", "mariadb", "postgresql")
"""What storage itself, migrations, joining, races and the demo are tested on, always."""

ALL_DATABASES = os.environ.get("LARABILL_DATABASES", "") == "all"
"""`nox -s databases` tries each behaviour on both servers."""
BEHAVIOUR_KINDS = KINDS if IS_CI else ("sqlite",)
"""What everything else is tested on: in CI on SQLite and, by turns, on a server (see `turn_of`)."""


def turn_of(test: str) -> str:
    """The server that a test is tried on in CI, or none: a quarter of the tests on each, always the same ones."""
    return ("mariadb", "postgresql", "", "")[crc32(test.encode()) % 4]


@attrs.define
class Place:
    """One database of this worker, and what stands in it."""

    kind: str
    url: str
    folder: Path
    made: list[str] = attrs.Factory(list)
    database: sa.Engine | None = None
    watched: sa.Engine | None = None
    scoped: set[str] = attrs.Factory(set)
    unscoped: list[str] = attrs.Factory(list)

    @property
    def file(self) -> Path:
        """Where SQLite's database is."""
        return Path(str(sa.make_url(self.url).database))

    def open_watched(self, url: str | sa.URL) -> sa.Engine:
        """The pool of the engines under test, kept from test to test: what SQLAlchemy has compiled is used again.

        Statements on a seller's rows without a predicate on seller_id are noted in `unscoped`.
        """
        if str(url) != self.url:
            return open_database(url)
        if self.watched is None:
            self.watched = open_database(self.url)
            if self.kind == "sqlite":  # what a power cut would lose is not tested here
                sa.event.listen(self.watched, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
            demand_seller(self.watched, self.scoped, self.unscoped.append)
        return self.watched

    def prepare(self, storages: Sequence[Storage]) -> None:
        """Make the tables of those storages that are not there yet."""
        if self.kind == "sqlite":
            self._copy(storages)
            return
        missing = [storage for storage in storages if storage.name not in self.made]
        if missing:
            create_schema(self.connected(), missing)
            if self.kind == "mariadb":
                self._let_pass()
            self.made += [storage.name for storage in missing]

    def _let_pass(self) -> None:
        """MariaDB cannot put triggers aside for a session: here they ask whether we are emptying the database."""
        guards = (
            "SELECT trigger_name, event_object_table, action_statement FROM information_schema.triggers"
            " WHERE trigger_schema = DATABASE() AND event_manipulation = 'DELETE' AND action_statement LIKE 'SIGNAL%'"
        )
        with self.connected().begin() as connection:
            for name, table, refusal in connection.execute(sa.text(guards)).all():
                body = f"IF @emptying IS NULL THEN {refusal}; END IF"
                connection.exec_driver_sql(
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW {body}"
                )

    def _copy(self, storages: Sequence[Storage]) -> None:
        if self.file.exists():
            return
        template = self.folder / ("_".join(storage.name for storage in storages) + ".template")
        if not template.exists():
            database = open_database(f"sqlite:///{template}")
            create_schema(database, storages)
            database.dispose()
        shutil.copyfile(template, self.file)

    def connected(self) -> sa.Engine:
        """A pool of our own, on which no predicate is asked for."""
        if self.database is None:
            self.database = open_database(self.url)
        return self.database

    def keep(self) -> None:
        """Remember the rows that there are now, for `restore`. The caller has closed its pools."""
        if self.kind == "sqlite":
            shutil.copyfile(self.file, self.file.with_suffix(".kept"))
            return
        with self.connected().begin() as connection:
            for table in sa.inspect(connection).get_table_names():
                if not table.endswith("_version"):
                    connection.exec_driver_sql(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")

    def restore(self, tables: Collection[str]) -> None:
        """The rows that were kept, in these tables; on SQLite, where the caller has closed its pools, in all."""
        if self.kind == "sqlite":
            for each in self.file.parent.glob(f"{self.file.name}-*"):
                each.unlink()
            shutil.copyfile(self.file.with_suffix(".kept"), self.file)
            return
        with self.connected().begin() as connection, self._without_guards(connection):
            for table in tables:
                connection.exec_driver_sql(f"DELETE FROM {table}")
                connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM kept_{table}")

    def empty(self) -> None:
        """Remove all rows, and all tables that `prepare` did not make."""
        if self.kind == "sqlite":
            if self.watched is not None:
                self.watched.dispose()
            for each in self.file.parent.glob(f"{self.file.name}*"):
                each.unlink()
            return
        with self.connected().begin() as connection:
            tables = [t for t in sa.inspect(connection).get_table_names() if not t.endswith("_version")]
            if not tables:
                return
            checks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables]
            full = connection.scalars(sa.text(" UNION ALL ".join(checks))).all()
            if not full:
                return
            with self._without_guards(connection):
                for table in full:
                    connection.exec_driver_sql(f"DELETE FROM {table}")

    @contextmanager
    def _without_guards(self, connection: sa.Connection) -> Iterator[None]:
        before, after = _WITHOUT_GUARDS[self.kind]
        connection.exec_driver_sql(before)
        yield
        connection.exec_driver_sql(after)


_WITHOUT_GUARDS = {
    "postgresql": ("SET LOCAL session_replication_role = replica", "SET LOCAL session_replication_role = DEFAULT"),
    "mariadb": ("SET @emptying = 1, foreign_key_checks = 0", "SET @emptying = NULL, foreign_key_checks = 1"),
}
"""What puts triggers and foreign keys aside on our own connection, and back."""


def make_database(kind: str, name: str, folder: Path) -> str:
    """A new empty database; its URL. Skips when the server is not there, fails under CI=true."""
    if kind == "sqlite":
        return f"sqlite:///{folder / f'{name}.db'}"
    server = open_database(SERVERS[kind])
    try:
        with translated(), server.connect() as connection:
            connection.rollback()
            connection.execution_options(isolation_level="AUTOCOMMIT")
            options = " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" if kind == "mariadb" else ""
            connection.exec_driver_sql(f"CREATE DATABASE {name}{options}")
    except DatabaseUnavailable as problem:
        said = f"{kind} is not there ({problem}): start it, or set LARABILL_TEST_{kind.upper()} to its URL"
        if IS_CI:
            pytest.fail(said)
        pytest.skip(said)
    finally:
        server.dispose()
    _forgive_power_cuts(kind, name)
    return sa.make_url(SERVERS[kind]).set(database=name).render_as_string(hide_password=False)


def _forgive_power_cuts(kind: str, name: str) -> None:
    """Commits do not wait for the disk: what a power cut would lose is not tested here.

    MariaDB knows this only for the whole server, so it is left to CI, whose server nobody else uses.
    """
    if kind == "mariadb" and not IS_CI:
        return
    server = open_database(SERVERS[kind])
    with server.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        if kind == "mariadb":
            connection.exec_driver_sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        else:
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    server.dispose()


def drop_database(kind: str, name: str) -> None:
    """Drop what `make_database` made on a server."""
    if kind == "sqlite":
        return
    server = open_database(SERVERS[kind])
    with server.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"DROP DATABASE {name}" + (" WITH (FORCE)" if kind == "postgresql" else ""))
    server.dispose()


_TABLE = re.compile(r"\blarabill_\w+")
_WRITES_NEW = re.compile(r"\s*(?:INSERT|CREATE|DROP|ALTER|PRAGMA)\b", re.IGNORECASE)
_PREDICATE = re.compile(r"\bseller_id\s*(?:=|IN\b)", re.IGNORECASE)


def tables_of_sellers(storages: Sequence[Storage]) -> set[str]:
    """The names of the tables whose rows belong to a seller."""
    return {
        table.name
        for storage in storages
        for table in storage.metadata.tables.values()
        if "seller_id" in table.c and table.name not in storage.sellerless
    }


def demand_seller(database: sa.Engine, scoped: set[str], complain: Callable[[str], None]) -> None:
    """Tell `complain` of each statement on the tables in `scoped` that has no predicate on seller_id."""

    @sa.event.listens_for(database, "before_cursor_execute")
    def look(
        connection: object, cursor: object, statement: str, parameters: object, context: sa.ExecutionContext, many: bool
    ) -> None:
        touched = _without_seller(statement) & scoped
        if touched and not OF_ALL_SELLERS.items() <= context.execution_options.items():
            complain(f"no seller_id predicate on {', '.join(sorted(touched))}: {statement}")


@cache
def _without_seller(statement: str) -> frozenset[str]:
    """The tables that a statement touches without a predicate on seller_id."""
    if _WRITES_NEW.match(statement) or _PREDICATE.search(_after_where(statement)):
        return frozenset()
    return frozenset(_TABLE.findall(statement))


def _after_where(statement: str) -> str:
    found = re.search(r"\b(?:WHERE|ON)\b", statement, re.IGNORECASE)
    return statement[found.start() :] if found else ""


_WRITTEN = re.compile(r"\b(?:INSERT\s+(?:IGNORE\s+)?INTO|UPDATE|DELETE\s+FROM)\s+(larabill_\w+)", re.IGNORECASE)


def note_writes(database: sa.Engine, written: set[str]) -> None:
    """Add to `written` every table to which a transaction has written and was committed."""

    @sa.event.listens_for(database, "before_cursor_execute")
    def look(
        connection: sa.Connection, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        connection.info.setdefault("written", set()).update(_WRITTEN.findall(statement))

    @sa.event.listens_for(database, "commit")
    def keep(connection: sa.Connection) -> None:
        written.update(connection.info.pop("written", ()))

    @sa.event.listens_for(database, "rollback")
    def forget(connection: sa.Connection) -> None:
        connection.info.pop("written", None)
