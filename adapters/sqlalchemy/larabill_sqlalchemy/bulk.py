"""Hundreds of rows at once, nearly as cheaply as the plain driver writes them.

Work goes by column, not by row: each column is taken off all rows, checked by the set of its values' types, and turned
into the driver's values, each distinct value once. The columns then go to the driver in one call:

    SQLite            executemany of one prepared statement
    MySQL's family    PyMySQL's executemany, which packs an INSERT's rows into few statements; an UPDATE would go row by
                      row, so it joins a derived table of all rows
    PostgreSQL        one array for each column, unnested

Everything passes through `Connection.exec_driver_sql`, so events, errors and transactions are SQLAlchemy's as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from larabill_sqlalchemy.types import WholeColumns

Values: TypeAlias = Sequence[Any]
Columns: TypeAlias = Mapping[str, Values]
Convert: TypeAlias = Callable[[Any], Any]

_NONE: Final = type(None)
_LENGTH = re.compile(r'\([\d, ]+\)| COLLATE "\w+"')
_kinds: WeakKeyDictionary[sa.Dialect, dict[sa.Column[Any], str]] = WeakKeyDictionary()
_converters: WeakKeyDictionary[sa.Dialect, dict[sa.Column[Any], Convert | None]] = WeakKeyDictionary()


def columns_of(rows: Sequence[Any], names: Iterable[str]) -> dict[str, Values]:
    """The columns of mappings by key, or of entities by attribute."""
    get: Any = itemgetter if isinstance(rows[0], Mapping) else attrgetter
    return {name: list(map(get(name), rows)) for name in names}


def insert(connection: sa.Connection, table: sa.Table, columns: Columns, ending: str = "") -> None:
    """One INSERT of all rows; `ending` is what follows its values.

    Raises `StatementError` for a value that its column's type refuses, as SQLAlchemy does.
    """
    quote = connection.dialect.identifier_preparer.quote
    head = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, columns))})"
    if connection.dialect.name == "postgresql":
        given = _Given(connection, table)
        chosen = ", ".join([given.add(name, values) for name, values in columns.items()])
        text = f"{head} SELECT {chosen} FROM {given.arrays()} {ending}"  # noqa: S608 - the names are our own
        connection.exec_driver_sql(text, given.parameters)
        return
    marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(columns))
    connection.exec_driver_sql(f"{head} VALUES ({marks}) {ending}", _rows(connection, table, columns.items()))


def update(connection: sa.Connection, table: sa.Table, match: Columns, new: Columns, *, add: bool = False) -> int:
    """One UPDATE that gives each stored row that equals a row of `match` the values of `new`; how many were found.

    With `add` the values are added to what stands there. Raises `StatementError` as `insert` does.
    """
    quote = connection.dialect.identifier_preparer.quote
    own = quote(table.name)
    if connection.dialect.name == "sqlite":
        sets = ", ".join([f"{quote(name)} = {f'{quote(name)} + ' if add else ''}?" for name in new])
        found = " AND ".join([f"{quote(name)} = ?" for name in match])
        rows = _rows(connection, table, [*new.items(), *match.items()])
        return connection.exec_driver_sql(f"UPDATE {own} SET {sets} WHERE {found}", rows).rowcount  # noqa: S608
    given = _Given(connection, table)
    found = " AND ".join([f"{own}.{quote(name)} = {given.add(name, values)}" for name, values in match.items()])
    changes = [
        (quote(name), f"{own}.{quote(name)} + {value}" if add else value)
        for name, value in [(name, given.add(name, values)) for name, values in new.items()]
    ]
    if connection.dialect.name == "postgresql":
        put = ", ".join([f"{name} = {value}" for name, value in changes])
        text = f"UPDATE {own} SET {put} FROM {given.arrays()} WHERE {found}"  # noqa: S608 - the names are our own
    else:
        put = ", ".join([f"{own}.{name} = {value}" for name, value in changes])
        text = f"UPDATE {own}, {given.selects()} SET {put} WHERE {found}"  # noqa: S608
    return connection.exec_driver_sql(text, given.parameters).rowcount


class _Given:
    """Rows as a table `new` within a statement. A column of one value for all rows is a single parameter beside it."""

    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self._table = table
        self._varying: dict[str, tuple[str, Values]] = {}
        self.parameters: dict[str, Any] = {}

    def add(self, name: str, values: Values) -> str:
        """Take in one more column; how the statement speaks of it. The first is always part of the table."""
        place = f"c{len(self._varying) + len(self.parameters)}"
        cells = _encoded(self._connection, self._table.c[name], values)
        if self._varying and _is_uniform(cells):
            self.parameters[place] = cells[0]
            if self._connection.dialect.name == "postgresql":
                return f"CAST(%({place})s AS {self._kind(name)})"
            return f"%({place})s"
        self._varying[place] = name, cells
        return f"new.{place}"

    def _kind(self, name: str) -> str:
        """The column's type without a length, to which a cast would cut text, or a collation: no array has one."""
        known = _kinds.setdefault(self._connection.dialect, {})
        column = self._table.c[name]
        if column not in known:
            known[column] = _LENGTH.sub("", column.type.compile(self._connection.dialect))
        return known[column]

    def arrays(self) -> str:
        """The table for PostgreSQL. Asked for last: this completes the parameters.

        Binary arrays, which psycopg makes several times faster than those of text; but of numbers, text is faster.
        """
        arrays = []
        for place, (name, cells) in self._varying.items():
            kind = self._kind(name)
            if kind == "NUMERIC":
                cells = "{" + ",".join(["NULL" if cell is None else str(cell) for cell in cells]) + "}"
            self.parameters[place] = cells
            arrays.append(f"%({place}){'s' if kind == 'NUMERIC' else 'b'}::{kind}[]")
        return f"unnest({', '.join(arrays)}) AS new ({', '.join(self._varying)})"

    def selects(self) -> str:
        """The table for MySQL's family, whose members spell VALUES differently. Asked for last, as `arrays` is."""
        for place, (_, cells) in self._varying.items():
            self.parameters |= {f"{place}_{number}": cell for number, cell in enumerate(cells)}
        count = len(next(iter(self._varying.values()))[1])
        first = ", ".join([f"%({place}_0)s AS {place}" for place in self._varying])
        others = [", ".join([f"%({place}_{number})s" for place in self._varying]) for number in range(1, count)]
        return f"({' UNION ALL SELECT '.join([f'SELECT {first}', *others])}) AS new"


def _rows(connection: sa.Connection, table: sa.Table, columns: Iterable[tuple[str, Values]]) -> list[tuple[Any, ...]]:
    return [*zip(*(_encoded(connection, table.c[name], values) for name, values in columns), strict=True)]


def _encoded(connection: sa.Connection, column: sa.Column[Any], values: Values) -> Values:
    """A column as the driver takes it."""
    if len(values) > 1 and _is_uniform(values):
        return [*_encoded(connection, column, values[:1])] * len(values)
    dialect = connection.dialect
    try:
        if isinstance(column.type, WholeColumns):
            return column.type.driver_values(values, dialect)
        known = _converters.setdefault(dialect, {})
        if column not in known:
            known[column] = column.type.dialect_impl(dialect).bind_processor(dialect)
        convert, plain = known[column], _plain(values)
        return plain if convert is None else converted(plain, convert)
    except (TypeError, ValueError) as problem:
        words = f"({type(problem).__name__}) {problem}"
        raise StatementError(words, f"{column}", None, problem, hide_parameters=True) from problem


def _is_uniform(values: Values) -> bool:
    """Whether all are one and the same object."""
    return values[0] is values[-1] and len({*map(id, values)}) == 1


def _plain(values: Values) -> Values:
    """Enums by value."""
    if not any(issubclass(kind, Enum) for kind in {*map(type, values)}):
        return values
    return [value.value if isinstance(value, Enum) else value for value in values]


def converted(values: Values, convert: Convert) -> Values:
    """Each distinct value converted once, if all are of one hashable type: 1, True and Decimal(1) are equal."""
    kinds = {*map(type, values)} - {_NONE}
    if len(kinds) > 1 or any(kind.__hash__ is None for kind in kinds):
        return [convert(value) for value in values]
    return list(map(_Memo(convert).__getitem__, values))


class _Memo(dict[Any, Any]):
    """Remembers what a function made of each value."""

    def __init__(self, convert: Convert) -> None:
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        self[value] = made = self._convert(value)
        return made
