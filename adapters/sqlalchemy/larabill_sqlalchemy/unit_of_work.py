"""Who opens transactions: we ourselves, or the host, inside whose transaction we then work by savepoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_core.access import Actor
from larabill_core.errors import LarabillError
from larabill_core.jobs import Job
from larabill_sqlalchemy.faults import translated
from larabill_sqlalchemy.marks import has_no_transaction, is_lost, mark_of, own_mark, watch
from larabill_sqlalchemy.schema import require_current
from larabill_sqlalchemy.storage import Storage
from larabill_sqlalchemy.transaction import SqlTx

OnCommit = Callable[[Callable[[], None]], object]


class SqlUnitOfWork:
    """Implements `larabill_core.ports.unit_of_work.UnitOfWork` on one database."""

    def __init__(self, database: sa.Engine, storages: tuple[Storage, ...]) -> None:
        self.database: Final = database
        self._storages = {storage.name: storage for storage in storages}
        watch(database)

    @contextmanager
    def begin(
        self, *, seller_id: UUID | None, actor: Actor, now: datetime, engine: Any, job: Job | None
    ) -> Iterator[SqlTx]:
        with translated(), self.database.connect() as connection:
            mark = own_mark(connection)
            with connection.begin():
                tx = SqlTx(
                    connection,
                    storages=self._storages,
                    seller_id=seller_id,
                    actor=actor,
                    now=now,
                    engine=engine,
                    job=job,
                    joined=False,
                )
                yield tx
                tx.flush()
                mark.refuse()
        if tx.wrote_jobs:
            engine.wake()

    def is_ready(self) -> bool:
        return _is_ready(self.database, self._storages)

    def joined(self, connection: Any, on_commit: OnCommit | None) -> JoinedUnitOfWork:
        """Raises `TypeError` for what is no connection or session of SQLAlchemy's."""
        return JoinedUnitOfWork(self.database, self._storages, connection, on_commit)


class JoinedUnitOfWork:
    """Implements `UnitOfWork` inside the host's transaction, which stays the host's to end.

    After an error of ours the host's transaction is as it was before, and can go on; unless the database has rolled
    back more than the savepoint: then the host's commit raises `ConcurrencyError`. A session is asked for its
    connection each time, so that it may be joined once and used for many of its transactions.
    """

    def __init__(
        self, database: sa.Engine, storages: Mapping[str, Storage], given: Any, on_commit: OnCommit | None
    ) -> None:
        from sqlalchemy.orm import Session, scoped_session

        if not isinstance(given, sa.Connection | Session | scoped_session):
            remedy = "inside AsyncConnection.run_sync or AsyncSession.run_sync, join what the function is given"
            raise TypeError(
                f"joined() takes a Connection or Session of SQLAlchemy, not {type(given).__name__}: {remedy}"
            )
        self.database: Final = database
        self._storages = storages
        self._given = given
        self._on_commit = on_commit

    @contextmanager
    def begin(
        self, *, seller_id: UUID | None, actor: Actor, now: datetime, engine: Any, job: Job | None
    ) -> Iterator[SqlTx]:
        connection = self._given if isinstance(self._given, sa.Connection) else self._given.connection()
        _require_psycopg(connection)
        watch(connection.engine)
        mark = mark_of(connection)
        mark.refuse()
        with translated():
            _begin_on_sqlite(connection)
            savepoint = connection.begin_nested()
            try:
                tx = SqlTx(
                    connection,
                    storages=self._storages,
                    seller_id=seller_id,
                    actor=actor,
                    now=now,
                    engine=engine,
                    job=job,
                    joined=True,
                )
                yield tx
                tx.flush()
                mark.refuse()
                savepoint.commit()
            except BaseException:
                if is_lost(connection):
                    mark.reason = mark.reason or "SQLite rolled this transaction back"
                # the savepoint went with the transaction; only the host can roll back the rest
                mark.refuse()
                savepoint.rollback()
                raise
        if tx.wrote_jobs:
            (self._on_commit or mark.after_commit)(engine.wake)

    def is_ready(self) -> bool:
        return _is_ready(self.database, self._storages)

    def joined(self, connection: Any, on_commit: OnCommit | None) -> JoinedUnitOfWork:
        """The same inside another transaction."""
        return JoinedUnitOfWork(self.database, self._storages, connection, on_commit)


def _is_ready(database: sa.Engine, storages: Mapping[str, Storage]) -> bool:
    try:
        require_current(database, [*storages.values()])
    except LarabillError:
        return False
    return True


def _require_psycopg(connection: sa.Connection) -> None:
    dialect = connection.dialect
    if dialect.name == "postgresql" and dialect.driver not in ("psycopg", "psycopg_async"):
        remedy = "open it as postgresql+psycopg://, which is for sync and async engines alike"
        raise TypeError(f"joined() needs a connection of psycopg 3, not of {dialect.driver}: {remedy}")


def _begin_on_sqlite(connection: sa.Connection) -> None:
    """The sqlite3 driver opens no transaction for a SAVEPOINT, and would then commit when it is released."""
    if has_no_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
