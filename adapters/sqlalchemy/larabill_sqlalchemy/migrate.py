"""Migrations: Alembic from code, one line of revisions and one version table for each module.

A revision is a plain Alembic file `<module>/migrations/000N_<what>.py` whose `revision` is "000N". It may be run again
after a kill at any statement: what it creates or drops is left out when that is done already (MySQL's DDL commits by
itself). Two at once: the second waits, and then finds nothing to do. Triggers of insert-only tables are made last.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import MigrateOperation, Operations, ops
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from larabill_core.errors import ConfigurationError, DatabaseUnavailable
from larabill_sqlalchemy.databases import MYSQL, PATH
from larabill_sqlalchemy.faults import code_of, translated
from larabill_sqlalchemy.schema import SchemaState, folder, refuse_unusable, revisions, states, version_table
from larabill_sqlalchemy.storage import Storage
from larabill_sqlalchemy.triggers import drop_function, make_triggers

WAIT: Final = 600
"""Seconds to wait for another `migrate`."""

_NO_RIGHT: Final = {
    1142: "one of its tables",
    1227: "triggers",
    1370: "its routines",
    "42501": "the schema",
    8: "the file, which is read-only",
}
_BINARY_LOG: Final = 1419


def current(database: sa.Engine, storages: Sequence[Storage]) -> list[SchemaState]:
    """The state of each module's schema. Raises `DatabaseUnavailable`."""
    with translated(), database.connect() as connection:
        return states(connection, storages)


def pending(database: sa.Engine, storages: Sequence[Storage]) -> dict[str, tuple[str, ...]]:
    """The revisions that `upgrade` would run, by module; modules with none are left out."""
    return {state.module: state.pending for state in current(database, storages) if state.pending}


def upgrade(database: sa.Engine, storages: Sequence[Storage], target: str = "head") -> dict[str, tuple[str, ...]]:
    """Run what is pending, the modules in the order given; what was run, by module.

    Raises `ConfigurationError` for a schema that is newer, for tables that are not ours and for a missing right; then
    nothing was changed.
    """
    _check_target(storages, target)
    with _alone(database) as connection:
        found = states(connection, storages)
        refuse_unusable(found)
        before = {state.module: state.current for state in found}
        for storage in storages:
            if revisions(storage):
                _run(connection, storage, "up", target)
                make_triggers(connection, storage)
        after = {state.module: state.current or "" for state in states(connection, storages)}
    return {
        storage.name: ran
        for storage in storages
        if (ran := tuple(n for n in revisions(storage) if (before[storage.name] or "") < n <= after[storage.name]))
    }


def downgrade(database: sa.Engine, storages: Sequence[Storage], target: str = "base") -> None:
    """Undo revisions down to `target`, the modules in reverse order. The data of what is dropped is lost.

    Raises `ConfigurationError` as `upgrade` does, and for a revision that does not exist.
    """
    _check_target(storages, target)
    with _alone(database) as connection:
        found = {state.module: state for state in states(connection, storages)}
        refuse_unusable(list(found.values()))
        for storage in reversed(storages):
            if found[storage.name].current is not None:
                _run(connection, storage, "down", target)
                if target == "base":
                    drop_function(connection, storage)


def create_schema(database: sa.Engine, storages: Sequence[Storage]) -> None:
    """All tables and triggers straight from the metadata, stamped as current: for databases that live as long as a test
    or a simulation. Much faster than the revisions, which a test compares with it."""
    with database.begin() as connection:
        for storage in storages:
            storage.metadata.create_all(connection)
            make_triggers(connection, storage)
            known = revisions(storage)
            stamp = sa.Table(
                version_table(storage), sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True)
            )
            stamp.create(connection)
            if known:
                connection.execute(stamp.insert().values(version_num=known[-1]))


def _check_target(storages: Sequence[Storage], target: str) -> None:
    known = {revision for storage in storages for revision in revisions(storage)}
    if target not in known | {"head", "base"}:
        raise ConfigurationError.one("revision", "does not exist", target, f"one of: {', '.join(sorted(known))}")


def _run(connection: sa.Connection, storage: Storage, direction: str, target: str) -> None:
    if connection.dialect.name in MYSQL:
        # Alembic then commits by itself after each revision; elsewhere it works inside our transaction
        connection.commit()
    place = str(folder(storage))
    script = ScriptDirectory(place, version_locations=[place])

    def steps(heads: Any, _context: MigrationContext) -> Any:
        if direction == "up":
            return script._upgrade_revs(target, heads)
        return script._downgrade_revs(target, heads)

    context = MigrationContext.configure(
        connection,
        opts={
            "fn": steps,
            "script": script,
            "version_table": version_table(storage),
            "transaction_per_migration": True,
            "transactional_ddl": connection.dialect.name not in MYSQL,
        },
    )
    # `alembic.op`, which revisions import, is one for the process
    with _one_at_a_time, Operations.context(context) as operations:
        _make_rerunnable(operations)
        context.run_migrations()


_one_at_a_time = threading.Lock()


def _make_rerunnable(operations: Operations) -> None:
    """Leave out what an earlier, killed run of the same revision has done."""
    carry_out = operations.invoke

    def invoke(operation: MigrateOperation) -> Any:
        return None if _is_done(operation, sa.inspect(operations.get_bind())) else carry_out(operation)

    operations.invoke = invoke  # type: ignore[method-assign]


def _is_done(operation: MigrateOperation, there: sa.Inspector) -> bool:
    match operation:
        case ops.CreateTableOp():
            return there.has_table(operation.table_name)
        case ops.DropTableOp():
            return not there.has_table(operation.table_name)
        case ops.AddColumnOp():
            return operation.column.name in _columns(there, operation.table_name)
        case ops.DropColumnOp():
            return operation.column_name not in _columns(there, operation.table_name)
        case ops.CreateIndexOp():
            return operation.index_name in _indexes(there, operation.table_name)
        case ops.DropIndexOp():
            return operation.index_name not in _indexes(there, operation.table_name)
    return False


def _columns(there: sa.Inspector, table: str) -> set[str]:
    return {column["name"] for column in there.get_columns(table)} if there.has_table(table) else set()


def _indexes(there: sa.Inspector, table: str | None) -> set[str | None]:
    return {index["name"] for index in there.get_indexes(table)} if table and there.has_table(table) else set()


@contextmanager
def _alone(database: sa.Engine) -> Iterator[sa.Connection]:
    """A connection under the lock of migrations; on SQLite and PostgreSQL all of it is one transaction."""
    with _explained(database), translated():
        if database.dialect.name in MYSQL:
            with database.connect() as connection, _named_lock(connection):
                yield connection
                connection.commit()
            return
        with database.begin() as connection:
            if database.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}s'")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock_number())))
            yield connection


@contextmanager
def _named_lock(connection: sa.Connection) -> Iterator[None]:
    name = connection.scalar(sa.text("SELECT CONCAT('larabill.', MD5(DATABASE()))"))
    if connection.scalar(sa.select(sa.func.get_lock(name, WAIT))) != 1:
        raise DatabaseUnavailable(f"another `larabill migrate` has been running for {WAIT} s: look at it, then repeat")
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.scalar(sa.select(sa.func.release_lock(name)))
            connection.commit()


def _lock_number() -> int:
    return int.from_bytes(hashlib.sha256(b"larabill migrate").digest()[:7])


@contextmanager
def _explained(database: sa.Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        code = code_of(problem)
        if code == _BINARY_LOG:
            raise ConfigurationError.one(
                PATH,
                "the server writes a binary log and lets this user create no triggers",
                remedy="SET GLOBAL log_bin_trust_function_creators = 1, or migrate as a user with SUPER",
            ) from problem
        if code in _NO_RIGHT:
            raise ConfigurationError.one(
                PATH,
                f"user {database.url.username or '(none)'} lacks a right on {_NO_RIGHT[code]} (code {code})",
                remedy=_grants(database),
            ) from problem
        raise


def _grants(database: sa.Engine) -> str:
    match database.dialect.name:
        case "sqlite":
            return "give the file and its folder to the user who migrates"
        case "postgresql":
            return (
                f"migrate as the database's owner, or GRANT CREATE, USAGE ON SCHEMA public TO {database.url.username}"
            )
    return (
        f"migrate as another user, or GRANT CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER, SELECT, INSERT, UPDATE,"
        f" DELETE ON {database.url.database}.*"
    )
