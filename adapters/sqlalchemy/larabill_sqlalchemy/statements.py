"""Statements in bulk: each is one statement for the batch, on every database, and none relies on RETURNING."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from larabill_core.errors import InvalidInput
from larabill_sqlalchemy import bulk
from larabill_sqlalchemy.databases import MYSQL

T = TypeVar("T")
Row = Mapping[str, Any]

MOST_PARAMETERS: Final = 30_000
"""SQLite takes 32,766 in one statement, PostgreSQL 65,535."""
MOST_ROWS: Final = 1_000
LARGEST_PAGE: Final = 1_000_000


def page_size(limit: int) -> int:
    """`limit` as it was asked for. Raises `InvalidInput`: SQLite takes -1, and SQLAlchemy None, for "all" (B48)."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput.one("limit", f"must be a whole number, 1 to {LARGEST_PAGE}", limit, "page on with `after`")
    return limit


def keyset(
    query: sa.Select[Any],
    column: sa.ColumnElement[UUID],
    *,
    after: UUID | None,
    newest_first: bool,
    limit: int,
    index: str = "",
) -> sa.Select[Any]:
    """One page of the query: so many rows after the id `after`, by id, that is, by creation.

    `index`: the one of (seller, id), where nothing but the seller is asked for. MariaDB has to be told to begin in the
    middle of it: on its way back it would read all that is newer first.
    """
    if after is not None:
        query = query.where(column < after if newest_first else column > after)
    if index and after is not None and newest_first:
        (table,) = query.get_final_froms()
        for dialect in MYSQL:
            query = query.with_hint(table, f"FORCE INDEX ({index})", dialect)
    return query.order_by(column.desc() if newest_first else column).limit(page_size(limit))


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Any], **more: Any) -> None:
    """Insert all rows: mappings of the same keys, or entities with an attribute for each column.

    `more` gives columns beside the rows: one value for all of them, or an `Each`.
    """
    if rows:
        bulk.insert(connection, table, _columns(table, rows, more))


def insert_new(connection: sa.Connection, table: sa.Table, rows: Sequence[Any], **more: Any) -> None:
    """Insert the rows whose primary and unique keys are free; leave the others as they stand.

    Any other fault of a row is an error: MySQL's INSERT IGNORE would hide it.
    """
    if not rows:
        return
    ending = "ON CONFLICT DO NOTHING"
    if connection.dialect.name in MYSQL:
        first = connection.dialect.identifier_preparer.quote(next(iter(table.primary_key.columns)).name)
        ending = f"ON DUPLICATE KEY UPDATE {first} = {first}"
    bulk.insert(connection, table, _columns(table, rows, more), ending)


class Each(list[Any]):
    """A value for each row."""


def _columns(table: sa.Table, rows: Sequence[Any], more: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    names = rows[0] if isinstance(rows[0], Mapping) else table.c.keys()
    found = bulk.columns_of(rows, [name for name in names if name not in more])
    return found | {name: value if isinstance(value, Each) else [value] * len(rows) for name, value in more.items()}


def upsert(connection: sa.Connection, table: sa.Table, row: Row) -> None:
    """Insert the row, or write over the one of the same primary key."""
    keys = [column.name for column in table.primary_key.columns]
    changed = [name for name in row if name not in keys]
    if connection.dialect.name in MYSQL:
        mine = mysql.insert(table)
        connection.execute(mine.on_duplicate_key_update({name: mine.inserted[name] for name in changed}), dict(row))
        return
    theirs = _insert(connection, table)
    connection.execute(
        theirs.on_conflict_do_update(index_elements=keys, set_={name: theirs.excluded[name] for name in changed}),
        dict(row),
    )


def _insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def update_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], key: str = "id", **match: Any) -> int:
    """Write each row's columns to the stored row of the same `key`; how many stored rows were found.

    All rows have the same keys. `match` names columns and what stands in them before the change (seller, version): one
    value for all rows, or an `Each`. One statement for up to 1,000 rows: the drivers' executemany would send one each.
    """
    return _change_many(connection, table, rows, key, match, add=False)


def _change_many(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], key: str, match: Mapping[str, Any], *, add: bool
) -> int:
    if not rows:
        return 0
    columns = bulk.columns_of(rows, rows[0])
    found = 0
    for start in range(0, len(rows), MOST_ROWS):
        part = slice(start, start + MOST_ROWS)
        new = {name: values[part] for name, values in columns.items()}
        before = {
            name: value[part] if isinstance(value, Each) else [value] * len(rows[part]) for name, value in match.items()
        }
        found += bulk.update(connection, table, {key: new.pop(key)} | before, new, add=add)
    return found


def increase_many(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], key: str = "id", **match: Any
) -> int:
    """Add each row's numbers to those of the stored row of the same `key`, as `update_many` writes them."""
    return _change_many(connection, table, rows, key, match, add=True)


def chunks(rows: Sequence[T], width: int = 1) -> Iterator[Sequence[T]]:
    """The rows in pieces whose parameters fit one statement."""
    size = max(1, min(MOST_ROWS, MOST_PARAMETERS // max(width, 1)))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def among(connection: sa.Connection, column: sa.ColumnElement[UUID], ids: Sequence[UUID]) -> sa.ColumnElement[bool]:
    """Whether the column is one of hundreds of ids.

    On PostgreSQL they go as one array, because psycopg reads a statement of so many parameters anew each time. It is
    unfolded in a query of its own, which is done once: a cast beside the column would be done for every row.
    """
    if connection.dialect.name != "postgresql":
        return column.in_(ids)
    array = "{" + ",".join([id.hex for id in ids]) + "}"
    return column.in_(sa.select(sa.func.unnest(sa.cast(sa.literal(array, sa.Text()), sa.ARRAY(sa.Uuid())))))


def skip_locked(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Lock the rows found and leave out those that others hold. SQLite's transactions are alone anyway."""
    return statement.with_for_update(skip_locked=True)


def to_row(entity: Any, **more: Any) -> dict[str, Any]:
    """A row by the entity's field names: enums by value, nested values as plain JSON data; `more` comes on top."""
    fields = attrs.fields_dict(type(entity))
    return {name: _plain(getattr(entity, name)) for name in fields} | more


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping | list | tuple | set | frozenset) or attrs.has(type(value)):
        return msgspec.to_builtins(value)
    return value


def from_row(cls: type[T], row: sa.Row[Any] | Mapping[Any, Any], **more: Any) -> T:
    """The entity of a row that has a column for each field; `more` stands in for fields without one."""
    mapping: Mapping[Any, Any] = row._mapping if isinstance(row, sa.Row) else row
    kind: Any = cls
    values = {
        name: mapping[name] if convert is None else convert(mapping[name])
        for name, convert in _converters(kind).items()
        if name not in more
    }
    return cls(**values, **more)


def from_rows(cls: type[T], rows: Sequence[sa.Row[Any]]) -> list[T]:
    """The entities of rows of one query that has a column for each field: as `from_row`, but worked by column."""
    if not rows:
        return []
    kind: Any = cls
    fields = rows[0]._fields
    columns = [*zip(*rows, strict=True)]
    chosen = []
    for name, convert in _converters(kind).items():
        column = columns[fields.index(name)]
        chosen.append(column if convert is None else bulk.converted(column, convert))
    names = [*_converters(kind)]
    return [kind(**dict(zip(names, values, strict=True))) for values in zip(*chosen, strict=True)]


@cache
def _converters(cls: type[Any]) -> Mapping[str, Callable[[Any], Any] | None]:
    hints = get_type_hints(cls)
    return {field.name: _converter(hints[field.name]) for field in attrs.fields(cls) if field.init}


def _converter(hint: Any) -> Callable[[Any], Any] | None:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [_converter(choice) for choice in get_args(hint) if choice is not type(None)]
        if all(convert is None for convert in inner):
            return None
        return lambda value: None if value is None else _rebuild(value, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    nested = origin is not None and isinstance(origin, type) and issubclass(origin, Mapping | list | tuple | frozenset)
    if nested or attrs.has(hint):
        return lambda value: _rebuild(value, hint)
    return None


def _rebuild(value: Any, hint: Any) -> Any:
    return msgspec.convert(value, hint)
