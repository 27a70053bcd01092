"""Many of everything: the rows of the estate once more, as often as wanted, each copy apart from the others."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path
from typing import Any, Final

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How days and instants begin: what stands beside them in their indexes tells copies apart."""


def multiply(file: Path, copies: int, keep: set[bytes]) -> None:
    """Copy all rows but those of `keep`; ids in `keep` stay what they are in the copies, all others are made anew.

    Rows that belong together stay together, since the copy of an id follows from the id. What is unique besides ids
    (numbers of documents, codes) is told apart by the number of the copy.
    """
    with sqlite3.connect(file) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table.startswith("larabill_") and not table.endswith("_version"):
                _copy(database, table, copies, keep)
    database.close()


def _copy(database: sqlite3.Connection, table: str, copies: int, keep: set[bytes]) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    unique = _unique(database, table)
    marks = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    for row in database.execute(f"SELECT {names} FROM {table}").fetchall():
        values = dict(zip(columns, row, strict=True))
        if values.get("id") in keep:
            continue
        made = [[_again(values[name], n, name in unique, keep) for name in columns] for n in range(1, copies + 1)]
        database.executemany(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", made)


def _unique(database: sqlite3.Connection, table: str) -> set[str]:
    found: set[str] = set()
    for _, index, is_unique, *_ in database.execute(f"PRAGMA index_list({table})").fetchall():
        if is_unique:
            found |= {row[2] for row in database.execute(f"PRAGMA index_info({index})")}
    return found - {"currency", "kind", "account", "handler", "status"}


def _again(value: Any, n: int, unique: bool, keep: set[bytes]) -> Any:
    match value:
        case bytes() if len(value) == 16 and value not in keep:
            return hashlib.sha256(value + bytes([n])).digest()[:16]
        case str() if unique and not _DAY.match(value):
            return f"{value}{n}"
        case int() if unique:
            return value + 1000 * n
    return value
