"""Which version of its schema each module has in the database, and which it should have. Cheap: no Alembic."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from pathlib import Path

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from larabill_core.errors import ConfigurationError, Faults
from larabill_sqlalchemy.databases import PATH, READS_ONLY
from larabill_sqlalchemy.faults import translated
from larabill_sqlalchemy.storage import PREFIX, Storage

_REVISION = re.compile(r"(\d{4})_\w+\.py")


@attrs.frozen(kw_only=True)
class SchemaState:
    """`current` is None when the module has no version there; `strangers` are tables of ours that no migration made."""

    module: str
    current: str | None
    head: str | None
    pending: tuple[str, ...]
    strangers: tuple[str, ...] = ()

    @property
    def is_newer(self) -> bool:
        """Whether a later release of LaraBill has migrated this database."""
        return self.current is not None and (self.head is None or self.current > self.head)


def version_table(storage: Storage) -> str:
    """The table in which Alembic notes the module's version."""
    return f"{PREFIX}{storage.name}_version"


def folder(storage: Storage) -> Path:
    """Where the module's revisions lie."""
    package = importlib.import_module(storage.migrations)
    return Path(next(iter(package.__path__)))


def revisions(storage: Storage) -> tuple[str, ...]:
    """The module's revisions, oldest first. A revision's id is the number that its file's name begins with."""
    found = (_REVISION.fullmatch(path.name) for path in folder(storage).iterdir())
    return tuple(sorted(match[1] for match in found if match))


def states(connection: sa.Connection, storages: Sequence[Storage]) -> list[SchemaState]:
    """The state of each module's schema."""
    tables = set(sa.inspect(connection).get_table_names())
    found = []
    for storage in storages:
        there = version_table(storage) in tables
        current = connection.scalar(_versions(storage)) if there else None
        known = revisions(storage)
        found.append(
            SchemaState(
                module=storage.name,
                current=current,
                head=known[-1] if known else None,
                pending=tuple(each for each in known if current is None or each > current),
                strangers=() if there else tuple(sorted(tables & set(storage.metadata.tables))),
            )
        )
    return found


def require_current(database: sa.Engine, storages: Sequence[Storage]) -> None:
    """Refuse a database whose schema is missing, unfinished, older or newer than this release.

    One statement when all is well, which waits for nobody. Raises `ConfigurationError`, `DatabaseUnavailable`.
    """
    with translated(), database.connect().execution_options(**READS_ONLY) as connection:
        try:
            rows = connection.execute(sa.union_all(*(_named(storage) for storage in storages))).all()
            versions = {row[0]: row[1] for row in rows}
        except DBAPIError as problem:
            if problem.connection_invalidated:
                raise
            connection.rollback()
            versions = {}
        if all(versions.get(storage.name) == (revisions(storage) or (None,))[-1] for storage in storages):
            return
        connection.rollback()
        found = states(connection, storages)
    faults = Faults()
    for state in found:
        _explain(state, faults)
    faults.raise_if_any(ConfigurationError)


def refuse_unusable(found: Sequence[SchemaState]) -> None:
    """Raise `ConfigurationError` when a migration must not touch what is there."""
    faults = Faults()
    for state in found:
        if state.is_newer or state.strangers:
            _explain(state, faults)
    faults.raise_if_any(ConfigurationError)


def _explain(state: SchemaState, faults: Faults) -> None:
    if state.is_newer:
        faults.add(
            PATH,
            f"the tables of {state.module} are of version {state.current}, but this release knows up to {state.head}",
            remedy="install the newer release of LaraBill that migrated it",
        )
    elif state.strangers:
        faults.add(
            PATH,
            f"holds {', '.join(state.strangers)}, which `larabill migrate` did not make",
            remedy="use another database, or move those tables away",
        )
    elif state.pending and state.current is None:
        faults.add(PATH, f"has no tables of {state.module}, or not all", remedy="run `larabill migrate`")
    elif state.pending:
        pending = ", ".join(state.pending)
        faults.add(PATH, f"the tables of {state.module} lack the changes {pending}", remedy="run `larabill migrate`")


def _versions(storage: Storage) -> sa.Select[str]:
    return sa.select(sa.column("version_num", sa.String)).select_from(sa.table(version_table(storage)))


def _named(storage: Storage) -> sa.Select[str, str]:
    version = sa.column("version_num", sa.String)
    return sa.select(sa.literal(storage.name), version).select_from(sa.table(version_table(storage)))
