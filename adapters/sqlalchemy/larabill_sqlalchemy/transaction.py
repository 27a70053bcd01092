"""The open transaction, and who opens it: our own, or a savepoint inside the host's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from larabill_core.access import Actor
from larabill_core.errors import ConcurrencyError, Forbidden, LarabillError
from larabill_core.jobs import Job, NewJob
from larabill_core.messages import Event
from larabill_sqlalchemy.core import CoreRepositories
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.faults import asks_to_run_again, code_of, translated
from larabill_sqlalchemy.storage import Storage


class SqlTx:
    """Implements `larabill_core.ports.unit_of_work.Tx`. A module's repositories stand under its storage's name."""

    def __init__(
        self,
        connection: sa.Connection,
        *,
        storages: Mapping[str, Storage],
        seller_id: UUID | None,
        actor: Actor,
        now: datetime,
        engine: Any,
        job: Job | None,
        joined: bool,
    ) -> None:
        if actor.seller_id is not None and seller_id is not None and actor.seller_id != seller_id:
            raise Forbidden(f"act for seller {seller_id}", str(actor))
        self.connection: Final = connection
        self.actor: Final = actor
        self.now: Final = now
        self.engine: Final = engine
        self.job: Final = job
        self.joined: Final = joined
        self._seller_id = seller_id
        self._storages = storages
        self._new_jobs: list[Job] = []
        core = CoreRepositories(self)
        self.jobs: Final = core.jobs
        self.operations: Final = core.operations
        self.limits: Final = core.limits
        self.secrets: Final = core.secrets
        self.answers: Final = core.answers
        self.actions: Final = core.actions
        self.tokens: Final = core.tokens

    @property
    def seller_id(self) -> UUID:
        if self._seller_id is None:
            raise Forbidden("touch the rows of a seller in a transaction that names none", str(self.actor))
        return self._seller_id

    def publish(self, *events: Event) -> None:
        self._new_jobs += self.engine.registry.for_events(events, self.now)

    def enqueue(self, *jobs: NewJob) -> None:
        self._new_jobs += self.engine.registry.for_new(jobs, self.now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        waiting = len(self._new_jobs)
        nested = self.connection.begin_nested()
        try:
            yield
        except ConcurrencyError:
            raise
        except LarabillError:
            nested.rollback()
            del self._new_jobs[waiting:]
            raise
        nested.commit()

    def flush(self) -> None:
        """Write what was published and enqueued."""
        jobs, self._new_jobs = self._new_jobs, []
        self.jobs.add_many(jobs)

    def __getattr__(self, name: str) -> Any:
        """The repositories of a module that is on, made at first use."""
        storage = self.__dict__.get("_storages", {}).get(name)
        if storage is None or storage.repositories is None:
            raise AttributeError(f"the transaction has no {name!r}: is the module on?")
        repositories = storage.repositories(self)
        self.__dict__[name] = repositories
        return repositories


class SqlUnitOfWork:
    """Implements `larabill_core.ports.unit_of_work.UnitOfWork` on one database."""

    def __init__(self, database: sa.Engine, storages: tuple[Storage, ...]) -> None:
        self.database: Final = database
        self._storages = {storage.name: storage for storage in storages}
        _watch(database.dialect)

    @contextmanager
    def begin(
        self, *, seller_id: UUID | None, actor: Actor, now: datetime, engine: Any, job: Job | None
    ) -> Iterator[SqlTx]:
        with translated(), self.database.connect() as connection:
            _broken_of(connection)
            with connection.begin():
                tx = self._tx(connection, seller_id, actor, now, engine, job, joined=False)
                yield tx
                tx.flush()

    @contextmanager
    def join(
        self, connection: Any, *, seller_id: UUID | None, actor: Actor, now: datetime, engine: Any
    ) -> Iterator[SqlTx]:
        """Inside the host's transaction, which stays the host's to end.

        After an error of ours the host's transaction is as it was before, and can go on; unless the database has
        rolled back more than the savepoint: then the host's commit raises `ConcurrencyError`.
        """
        if not isinstance(connection, sa.Connection):
            raise TypeError("joined() takes an sqlalchemy Connection: for a Session, hand over session.connection()")
        _watch(connection.dialect)
        broken = _broken_of(connection)
        broken.refuse()
        with translated():
            _begin_on_sqlite(connection)
            savepoint = connection.begin_nested()
            try:
                tx = self._tx(connection, seller_id, actor, now, engine, None, joined=True)
                yield tx
                tx.flush()
                broken.refuse()
                savepoint.commit()
            except BaseException:
                _note_lost_transaction(connection, broken)
                if broken.reason:
                    # the savepoint went with the transaction; only the host can roll back the rest
                    broken.refuse()
                savepoint.rollback()
                raise

    def _tx(
        self,
        connection: sa.Connection,
        seller_id: UUID | None,
        actor: Actor,
        now: datetime,
        engine: Any,
        job: Job | None,
        *,
        joined: bool,
    ) -> SqlTx:
        return SqlTx(
            connection,
            storages=self._storages,
            seller_id=seller_id,
            actor=actor,
            now=now,
            engine=engine,
            job=job,
            joined=joined,
        )


class _Broken:
    """Whether the database rolled back, or cast doubt on, more of this connection's transaction than one statement."""

    def __init__(self) -> None:
        self.reason = ""

    def refuse(self) -> None:
        if self.reason:
            raise ConcurrencyError(f"{self.reason}: roll back, and run the whole transaction again")


_connections: WeakKeyDictionary[sa.Connection, _Broken] = WeakKeyDictionary()


def _broken_of(connection: sa.Connection) -> _Broken:
    """The mark of this connection: from now on its commit is refused while it is broken, and a rollback mends it."""
    broken = _connections.get(connection)
    if broken is None:
        broken = _connections[connection] = _Broken()
        sa.event.listen(connection, "commit", _refuse_commit)
        sa.event.listen(connection, "rollback", _forget)
    return broken


def _refuse_commit(connection: sa.Connection) -> None:
    _connections[connection].refuse()


def _forget(connection: sa.Connection) -> None:
    _connections[connection].reason = ""


def _watch(dialect: sa.Dialect) -> None:
    """Note errors on our connections even where a handler, or the host, swallows them."""
    if not sa.event.contains(dialect, "handle_error", _note_error):
        sa.event.listen(dialect, "handle_error", _note_error)


def _note_error(context: ExceptionContext) -> None:
    connection, problem = context.connection, context.sqlalchemy_exception
    broken = _connections.get(connection) if connection is not None else None
    if broken is None or not isinstance(problem, DBAPIError) or not asks_to_run_again(problem):
        return
    # MariaDB rolls back the whole transaction on a deadlock (1213) and one statement on a lock timeout (1205); the
    # next statement would silently begin anew. PostgreSQL goes on from the savepoint, except after 40001.
    if context.dialect.name in MYSQL or code_of(problem) == "40001":
        broken.reason = f"the database gave up this transaction (code {code_of(problem)})"


def _note_lost_transaction(connection: sa.Connection, broken: _Broken) -> None:
    """SQLite ends a transaction by itself after some errors (disk full, input/output)."""
    raw = connection.connection.dbapi_connection if not connection.invalidated else None
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        broken.reason = broken.reason or "SQLite rolled this transaction back"


def _begin_on_sqlite(connection: sa.Connection) -> None:
    """The sqlite3 driver opens no transaction for a SAVEPOINT, and would then commit when it is released."""
    raw = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
