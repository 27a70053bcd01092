"""The floor: the rows of a batch written by the plain driver in one transaction, as each driver does it best.

The values are the driver's own, as it gave them back when they were read: nothing is converted, priced or checked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from benchmarks.sides.written import Written

DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
Write = Callable[[Any, Written], None]
"""Takes the driver's connection and what is to be written."""


def write_sqlite(connection: Any, batch: Written) -> None:
    """`executemany` of one prepared statement for each table."""
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    for table, rows in batch.inserted.items():
        cursor.executemany(f"INSERT INTO {table.name} ({_names(table)}) VALUES ({_marks(table, '?')})", rows)
    for table, changed in batch.changed.items():
        sets = ", ".join(f"{name} = ?" for name in changed.names)
        moved = [(*row[1:], row[0]) for row in changed.rows]
        cursor.executemany(f"UPDATE {table.name} SET {sets} WHERE id = ?", moved)
    connection.commit()


def write_mysql(connection: Any, batch: Written) -> None:
    """PyMySQL's `executemany`, which packs INSERTs."""
    cursor = connection.cursor()
    for table, rows in batch.inserted.items():
        cursor.executemany(f"INSERT INTO {table.name} ({_names(table, '`')}) VALUES ({_marks(table, '%s')})", rows)
    _change_mysql(cursor, batch)
    connection.commit()


def load_mysql(connection: Any, batch: Written) -> None:
    """LOAD DATA LOCAL INFILE, of one temporary file for each table."""
    cursor = connection.cursor()
    for table, rows in batch.inserted.items():
        binary = {place for place, cell in enumerate(rows[0]) if isinstance(cell, bytes)}
        names = [f"@v{place}" if place in binary else f"`{column.name}`" for place, column in enumerate(table.c)]
        sets = ", ".join(f"`{column.name}` = UNHEX(@v{at})" for at, column in enumerate(table.c) if at in binary)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.writelines("\t".join(map(_cell, row)) + "\n" for row in rows)
            file.flush()
            cursor.execute(
                f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE {table.name} CHARACTER SET utf8mb4"
                f" ({', '.join(names)}) SET {sets}"
            )
    _change_mysql(cursor, batch)
    connection.commit()


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return value.hex()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _change_mysql(cursor: Any, batch: Written) -> None:
    """One UPDATE of each table, joined with all rows: `executemany` would send one for each."""
    for table, changed in batch.changed.items():
        first = ", ".join(["%s AS id", *(f"%s AS {name}" for name in changed.names)])
        line = f" UNION ALL SELECT {', '.join(['%s'] * (len(changed.names) + 1))}"
        sets = ", ".join(f"s.{name} = new.{name}" for name in changed.names)
        given = f"SELECT {first}{line * (len(changed.rows) - 1)}"
        text = f"UPDATE {table.name} AS s JOIN ({given}) AS new ON s.id = new.id SET {sets}"
        cursor.execute(text, [cell for row in changed.rows for cell in row])


def write_postgresql(connection: Any, batch: Written) -> None:
    """One array for each column, unnested; binary, which psycopg makes fastest, but for numbers."""
    _unnest(connection, batch, "b")


def write_postgresql_text(connection: Any, batch: Written) -> None:
    """The same with `%s`, for which psycopg takes arrays of text."""
    _unnest(connection, batch, "s")


def _unnest(connection: Any, batch: Written, form: str) -> None:
    cursor = connection.cursor()
    for table, rows in batch.inserted.items():
        columns = [list(column) for column in zip(*rows, strict=True)]
        arrays = _arrays([*table.c], form)
        cursor.execute(f"INSERT INTO {table.name} ({_names(table)}) SELECT * FROM unnest({arrays})", columns)
    _change_postgresql(cursor, batch, form)
    connection.commit()


def copy_postgresql(connection: Any, batch: Written) -> None:
    """COPY FROM STDIN."""
    cursor = connection.cursor()
    for table, rows in batch.inserted.items():
        with cursor.copy(f"COPY {table.name} ({_names(table)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    _change_postgresql(cursor, batch, "b")
    connection.commit()


def _change_postgresql(cursor: Any, batch: Written, form: str) -> None:
    for table, changed in batch.changed.items():
        columns = [list(column) for column in zip(*changed.rows, strict=True)]
        arrays = _arrays([table.c.id, *(table.c[name] for name in changed.names)], form)
        sets = ", ".join(f"{name} = new.{name}" for name in changed.names)
        new = f"unnest({arrays}) AS new (id, {', '.join(changed.names)})"
        cursor.execute(f"UPDATE {table.name} AS s SET {sets} FROM {new} WHERE s.id = new.id", columns)


def _arrays(columns: list[sa.Column[Any]], form: str) -> str:
    """The placeholders, in this form; numbers are always text."""
    kinds = [column.type.compile(DIALECT).partition("(")[0] for column in columns]
    return ", ".join(f"%{'s' if kind == 'NUMERIC' else form}::{kind}[]" for kind in kinds)


def _names(table: sa.Table, quote: str = '"') -> str:
    return ", ".join(f"{quote}{column.name}{quote}" for column in table.c)


def _marks(table: sa.Table, mark: str) -> str:
    return ", ".join([mark] * len(table.c))


FLOOR: Mapping[str, Write] = {"sqlite": write_sqlite, "mariadb": write_mysql, "postgresql": write_postgresql}
BESIDE: Mapping[str, Mapping[str, Write]] = {
    "sqlite": {},
    "mariadb": {"load_data": load_mysql},
    "postgresql": {"copy": copy_postgresql, "text_arrays": write_postgresql_text},
}
"""What is shown beside the floor."""
