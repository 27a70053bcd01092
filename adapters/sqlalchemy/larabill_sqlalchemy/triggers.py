"""Insert-only tables: rows that never change and are never deleted, held by triggers on every database (I4, I5).

PostgreSQL also refuses TRUNCATE. MariaDB and MySQL have no trigger for it: there TRUNCATE needs the DROP right, which
the application's user should not have.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.storage import PREFIX, Storage

_EXISTING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "mysql": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "postgresql": (
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
        " AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    ),
}


def expected_triggers(storages: Iterable[Storage], dialect: str) -> frozenset[str]:
    """The names of all triggers that must stand in a database of this dialect."""
    return frozenset(
        _name(table, event) for storage in storages for table in storage.insert_only for event in _events(dialect)
    )


def existing_triggers(connection: sa.Connection) -> frozenset[str]:
    """The names of our triggers that stand in the database."""
    names = connection.scalars(sa.text(_EXISTING[_family(connection.dialect.name)]))
    return frozenset(name for name in names if name.startswith(PREFIX))


def make_triggers(connection: sa.Connection, storage: Storage) -> None:
    """Create those triggers of the storage that are missing."""
    dialect = connection.dialect.name
    there = existing_triggers(connection)
    if storage.insert_only and dialect == "postgresql":
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {_function(storage)}() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is insert-only', ERRCODE = 'restrict_violation';"
            " END $$"
        )
    for table in storage.insert_only:
        for event in _events(dialect):
            if _name(table, event) not in there:
                connection.exec_driver_sql(_create(storage, table, event, dialect))


def drop_function(connection: sa.Connection, storage: Storage) -> None:
    """Remove what stays behind on PostgreSQL when the tables of a storage are dropped."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {_function(storage)}()")


def _create(storage: Storage, table: str, event: str, dialect: str) -> str:
    name = _name(table, event)
    if dialect == "sqlite":
        body = f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {body}"
    if dialect in MYSQL:
        body = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is insert-only'"
        return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {body}"
    scope = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {scope} EXECUTE FUNCTION {_function(storage)}()"


def _events(dialect: str) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if dialect == "postgresql" else ("UPDATE", "DELETE")


def _name(table: str, event: str) -> str:
    return f"{table}_no_{event.lower()}"


def _function(storage: Storage) -> str:
    return f"{PREFIX}{storage.name}_insert_only"


def _family(dialect: str) -> str:
    return "mysql" if dialect in MYSQL else dialect
