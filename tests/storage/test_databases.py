"""URLs as people write them, and connections under the settings that our transactions need."""

from __future__ import annotations

import importlib.util
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from larabill_core.errors import ConfigurationError
from larabill_sqlalchemy import databases
from larabill_sqlalchemy.clock import READ_AGAIN, DatabaseClock, clock_of
from larabill_sqlalchemy.databases import normalise, open_database


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("mysql://u:p@h/d", "mysql+pymysql"),
        ("mariadb://u:p@h/d", "mariadb+pymysql"),
        ("mysql+pymysql://u:p@h/d", "mysql+pymysql"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite+pysqlite"),
    ],
)
def test_urls_get_the_driver_that_we_use(written: str, driver: str) -> None:
    assert normalise(written).drivername == driver
    assert normalise(written).database in ("d", "x.db")


@pytest.mark.parametrize(
    "written", ["oracle://u:hunter2@h/d", "postgresql+asyncpg://u:hunter2@h/d", "hunter2", "mysql://u:hunter2@h:port/d"]
)
def test_other_urls_are_refused_with_a_remedy_and_without_the_password(written: str) -> None:
    with pytest.raises(ConfigurationError, match="use sqlite") as raised:
        normalise(written)
    assert "hunter2" not in str(raised.value)


def test_a_missing_driver_is_said_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(cls: object) -> Any:
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr("sqlalchemy.dialects.postgresql.psycopg.PGDialect_psycopg.import_dbapi", classmethod(missing))
    with pytest.raises(ConfigurationError, match=r"larabill\[postgres\]"):
        open_database("postgresql://u:hunter2@h/d")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_connections_of_its_own_and_leaves_its_parents_alone(
    database_url: str, database_kind: str
) -> None:
    """A server that forks, with an application that has asked the database before."""
    if database_kind == "sqlite":
        pytest.skip("its connections have no number")
    database = open_database(database_url)
    ask = sa.text("SELECT connection_id()" if database_kind == "mariadb" else "SELECT pg_backend_pid()")

    def number() -> int:
        with database.connect() as connection:
            return int(connection.scalar(ask))

    ours = number()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(number()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reader, 20))
    assert theirs != ours
    assert number() == ours
    for end in (reader, writer):
        os.close(end)
    database.dispose()


def test_values_do_not_stand_in_errors(database_url: str) -> None:
    database = open_database(database_url)
    with database.connect() as connection, pytest.raises(sa.exc.DBAPIError) as raised:
        connection.execute(sa.text("SELECT * FROM nowhere WHERE a = :a"), {"a": "hunter2"})
    database.dispose()
    assert "hunter2" not in str(raised.value)


def test_the_session_is_as_our_transactions_need_it(database_url: str, database_kind: str) -> None:
    asked = {
        "sqlite": {
            "PRAGMA journal_mode": "wal",
            "PRAGMA foreign_keys": 1,
            "PRAGMA recursive_triggers": 1,
            "PRAGMA busy_timeout": databases.LOCK_TIMEOUT * 1000,
        },
        "mariadb": {
            "SELECT @@tx_isolation": "READ-COMMITTED",
            "SELECT @@time_zone": "+00:00",
            "SELECT @@sql_mode LIKE '%STRICT_ALL_TABLES%'": 1,
            "SELECT @@character_set_connection": "utf8mb4",
            "SELECT @@innodb_lock_wait_timeout": databases.LOCK_TIMEOUT,
        },
        "postgresql": {
            "SHOW transaction_isolation": "read committed",
            "SHOW timezone": "UTC",
            "SHOW lock_timeout": f"{databases.LOCK_TIMEOUT}s",
        },
    }[database_kind]
    database = open_database(database_url)
    with database.connect() as connection:
        found = {question: connection.execute(sa.text(question)).scalar() for question in asked}
    database.dispose()
    assert found == asked


def test_options_of_the_url_of_postgresql_are_kept(database_url: str, database_kind: str) -> None:
    if database_kind != "postgresql":
        pytest.skip("PostgreSQL's own")
    database = open_database(f"{database_url}?options=-c%20statement_timeout%3D7s")
    with database.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "7s"
        assert connection.exec_driver_sql("SHOW timezone").scalar() == "UTC"
    database.dispose()


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    database = open_database("sqlite://")
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")

    def write() -> None:
        for _ in range(20):
            with database.begin() as connection:
                connection.exec_driver_sql("INSERT INTO t VALUES (1)")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 80
    database.dispose()


def test_the_clock_is_the_databases_and_is_read_once_a_minute(
    database_url: str, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(database_url)
    clock = clock_of(database)
    if database_kind == "sqlite":
        assert not isinstance(clock, DatabaseClock)
        database.dispose()
        return
    ticks = [1000.0]
    monkeypatch.setattr("larabill_sqlalchemy.clock.time.monotonic", lambda: ticks[0])
    seen: list[str] = []
    sa.event.listen(database, "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))
    first = clock.now()
    assert first.utcoffset() is not None
    ticks[0] += 59
    assert (clock.now() - first).total_seconds() == 59
    assert len(seen) == 1
    ticks[0] += READ_AGAIN
    again = clock.now()
    assert len(seen) == 2
    assert again >= first, "a clock does not go back"
    assert (again - first).total_seconds() == 59, "the database says less time has passed: the clock stands"
    database.dispose()


def test_sqlalchemy_is_loaded_only_when_the_engine_is_asked_for() -> None:
    import subprocess
    import sys

    code = "import sys, larabill_sqlalchemy; assert 'sqlalchemy' not in sys.modules; larabill_sqlalchemy.open_engine"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert importlib.util.find_spec("sqlalchemy") is not None


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    from larabill_sqlalchemy.core import STORAGE
    from larabill_sqlalchemy.schema import require_current

    (tmp_path / "x.db").write_text("this is a letter to my aunt, not a database, and long enough to look at" * 20)
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(ConfigurationError, match="is not a database"):
        require_current(database, (STORAGE,))
