"""Django's own transaction, joined: our rows and the project's are committed or rolled back together.

SQLAlchemy gets Django's DBAPI connection, and nothing that it does there ends Django's transaction.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Final

import sqlalchemy as sa
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import NullPool

from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError
from larabill_django.borrowed import Borrowed
from larabill_django.connecting import require_fit
from larabill_django.opening import opened
from larabill_sqlalchemy.marks import is_lost, mark_of, watch

_DIALECTS: Final = {
    "sqlite3": "sqlite+pysqlite",
    "pymysql": "mysql+pymysql",
    "MySQLdb": "mysql+mysqldb",
    "psycopg": "postgresql+psycopg",
}


def joined(using: str = DEFAULT_DB_ALIAS) -> Engine:
    """LaraBill inside the transaction of `atomic(using)`, by savepoints: it never commits and never runs again.

    An error of ours leaves what the project has done to the project. After one for which the database gave up more
    than our savepoint (a deadlock on MariaDB), Django rolls back the whole, even if the error is caught. Workers are
    woken by `transaction.on_commit`.

    Raises `TransactionManagementError` outside `atomic()`; `ConfigurationError` for another database than LaraBill's, a
    driver or settings of the connection that do not fit.
    """
    here = opened()
    if using != here.settings.database:
        remedy = f"LARABILL['DATABASE'] is {here.settings.database!r}: only its transactions can be joined"
        raise ConfigurationError.one("using", "is not LaraBill's database", using, remedy)
    django = connections[using]
    if not django.in_atomic_block:
        raise transaction.TransactionManagementError("joined() works inside transaction.atomic() only")
    require_fit(django)
    database = _database(using, type(django.connection).__module__.partition(".")[0])
    return here.engine.joined(database.connect(), on_commit=partial(transaction.on_commit, using=using))


@cache
def _database(using: str, module: str) -> sa.Engine:
    """Hands out Django's connection of the calling thread; what has been compiled is kept."""
    if module not in _DIALECTS:
        raise ConfigurationError.one(
            f"DATABASES[{using!r}]", "is used through a driver that cannot be joined", module, "use psycopg 3"
        )
    more = {"use_native_hstore": False} if module == "psycopg" else {}
    database = sa.create_engine(
        f"{_DIALECTS[module]}://",
        creator=lambda: Borrowed(connections[using]),
        poolclass=NullPool,
        hide_parameters=True,
        **more,
    )
    watch(database)
    sa.event.listen(database, "handle_error", partial(_never_commit_half, using))
    return database


def _never_commit_half(using: str, context: ExceptionContext) -> BaseException | None:
    """Django commits what is left unless it is told: our mark refuses a commit of SQLAlchemy's, which never comes.

    What it returns is raised: Django's own errors without SQLAlchemy's words around them.
    """
    if isinstance(context.original_exception, transaction.TransactionManagementError):
        refused: BaseException = context.original_exception
        return refused
    connection = context.connection
    if connection is None or not connections[using].in_atomic_block:
        return None
    if is_lost(connection) or mark_of(connection).reason:
        transaction.set_rollback(True, using=using)
    return None
