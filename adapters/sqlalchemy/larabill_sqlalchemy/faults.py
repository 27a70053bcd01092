"""What the database says went wrong, in the words of `larabill_core.errors`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from larabill_core.errors import (
    AlreadyExists,
    ConcurrencyError,
    ConfigurationError,
    Conflict,
    DatabaseUnavailable,
    InvalidInput,
    LarabillError,
)
from larabill_core.privacy import redact_text
from larabill_sqlalchemy.databases import PATH

_AGAIN_MYSQL: Final = frozenset({1020, 1205, 1213, 3572})
"""Changed since read (snapshot isolation), lock wait timeout, deadlock, NOWAIT."""
_AGAIN_POSTGRES: Final = frozenset({"40001", "40P01", "55P03"})
_AGAIN_SQLITE: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_GONE_MYSQL: Final = frozenset({1040, 1053, 1077, 1079, 1080, 1927, 2002, 2003, 2005, 2006, 2013, 2014, 2055, 4031})
_GONE_POSTGRES: Final = ("08", "57P", "53300")
_GONE_SQLITE: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR})

_DAMAGED_SQLITE: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_REFUSED_MYSQL: Final = frozenset({1044, 1045, 1049, 1130, 1698})
"""No right to the database, wrong password, no such database, host or plugin not allowed."""

_SIGNAL_MYSQL: Final = 1644
"""What our triggers raise."""
UNIQUE_MYSQL: Final = 1062
_CONSTRAINT = re.compile(r"for key '([^']+)'|(?:UNIQUE|CHECK) constraint failed: ([\w.,: ]+)|CONSTRAINT `(\w+)`")


def code_of(problem: DBAPIError) -> int | str | None:
    """MySQL's number, PostgreSQL's SQLSTATE, or SQLite's primary result code."""
    original = problem.orig
    if isinstance(original, sqlite3.Error):
        number: int | None = getattr(original, "sqlite_errorcode", None)
        return None if number is None else number & 0xFF
    first = original.args[0] if original is not None and original.args else None
    if isinstance(first, int):
        return first
    state = getattr(original, "sqlstate", None)
    return state if isinstance(state, str) else None


def asks_to_run_again(problem: DBAPIError) -> bool:
    """Deadlock, serialization failure or lock timeout: what was done in this transaction is to be done again."""
    code = code_of(problem)
    if isinstance(problem.orig, sqlite3.Error):
        return code in _AGAIN_SQLITE
    return code in _AGAIN_MYSQL or code in _AGAIN_POSTGRES


def is_gone(problem: DBAPIError) -> bool:
    """The server cannot be reached, or went away in the middle."""
    code = code_of(problem)
    if isinstance(problem.orig, sqlite3.Error):
        return code in _GONE_SQLITE
    if problem.connection_invalidated or code in _GONE_MYSQL:
        return True
    if isinstance(code, str):
        return code.startswith(_GONE_POSTGRES)
    # psycopg gives no SQLSTATE when no connection came about
    return type(problem.orig).__module__.startswith("psycopg") and type(problem.orig).__name__ == "OperationalError"


def is_duplicate(problem: IntegrityError) -> bool:
    """Whether a unique key is taken."""
    if isinstance(problem.orig, sqlite3.Error):
        return getattr(problem.orig, "sqlite_errorcode", 0) in (
            sqlite3.SQLITE_CONSTRAINT_UNIQUE,
            sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
            sqlite3.SQLITE_CONSTRAINT_ROWID,
        )
    return code_of(problem) in (UNIQUE_MYSQL, "23505")


def constraint_of(problem: DBAPIError) -> str:
    """The name of the broken rule, without the values that broke it, which may be personal data (I12)."""
    name = getattr(getattr(problem.orig, "diag", None), "constraint_name", None)
    if isinstance(name, str):
        return name
    found = _CONSTRAINT.search(str(problem.orig))
    return next((group for group in found.groups() if group), "") if found else f"code {code_of(problem)}"


def _first_line(problem: DBAPIError) -> str:
    """What the driver says of a connection; it knows no row's values, but may repeat the URL."""
    lines = str(problem.orig).strip().splitlines() or [f"code {code_of(problem)}"]
    return redact_text(lines[0])[:200]


def told(problem: DBAPIError) -> LarabillError | None:
    """Our error for it; None for what is a defect of ours and should be seen as it is."""
    if asks_to_run_again(problem):
        return ConcurrencyError(f"the database asks to run the transaction again (code {code_of(problem)})")
    if is_gone(problem):
        return DatabaseUnavailable(f"the database cannot be reached, or went away: {_first_line(problem)}")
    if code_of(problem) in _REFUSED_MYSQL:
        said = f"is refused by the server: {_first_line(problem)}"
        return ConfigurationError.one(PATH, said, remedy="check user, password and name of the database")
    if isinstance(problem.orig, sqlite3.Error) and code_of(problem) in _DAMAGED_SQLITE:
        return ConfigurationError.one(PATH, f"cannot be read: {problem.orig}", remedy="name another file, or mend it")
    if isinstance(problem, IntegrityError) or code_of(problem) == _SIGNAL_MYSQL:
        return Conflict("the database", f"refuses a row by its rule {constraint_of(problem)}")
    if isinstance(problem, DataError):
        return Conflict("the database", f"refuses a value that does not fit its column (code {code_of(problem)})")
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors for the database's. No value of a row reaches the message."""
    try:
        yield
    except DBAPIError as problem:
        ours = told(problem)
        if ours is None:
            raise
        raise ours from None
    except StatementError as problem:
        # a column type refused a value; SQLAlchemy wraps its error with the statement around it
        if isinstance(problem.orig, InvalidInput):
            raise problem.orig from None
        raise
    except PoolTimeout:
        raise DatabaseUnavailable("all connections of the pool are in use") from None


@contextmanager
def unique(kind: str, key: object) -> Iterator[None]:
    """Raise `AlreadyExists` for a unique key that is taken. The transaction is over then: let the error pass."""
    try:
        yield
    except IntegrityError as problem:
        if not is_duplicate(problem):
            raise
        raise AlreadyExists(kind, key) from None
