"""What many periods come to, in one statement for each kind of meter: equal to `larabill_billing.usage.aggregate`.

Corrected events are left out by an anti-join with the few corrections; events that only take others back hold nulls,
which no aggregate counts. SQLite, whose numbers are floats, gets exact aggregates of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.pricing.exact import add
from larabill_billing.usage.aggregate import area, average
from larabill_billing.usage.model import MeteredPeriod, plain
from larabill_sqlalchemy.billing.usage_tables import CORRECTIONS, EVENTS
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.statements import chunks
from larabill_sqlalchemy.types import Id, Instant, UnitPrice, code

_E, _C = EVENTS.c, CORRECTIONS.c
_KINDS: Final[Mapping[str, sa.types.TypeEngine[Any]]] = {
    "n": sa.Integer(),
    "item": Id(),
    "meter": code(64),
    "start_at": Instant(),
    "end_at": Instant(),
}
_LONG_AGO: Final = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
_NUMBER: Final = sa.Numeric(asdecimal=True)

Asked = Sequence[tuple[int, MeteredPeriod]]
"""Periods by their number in the answer."""


def quantities(
    connection: sa.Connection, seller_id: UUID, asked: Sequence[tuple[MeteredPeriod, Aggregation]]
) -> list[Decimal]:
    """What each period comes to, in the order asked for."""
    if connection.dialect.name == "sqlite":
        _teach(connection)
    found: dict[int, Decimal] = {}
    for aggregation in dict.fromkeys(aggregation for _, aggregation in asked):
        of_this = [(n, period) for n, (period, kind) in enumerate(asked) if kind is aggregation]
        for chunk in chunks(of_this, len(_KINDS)):
            query = _Query(connection, seller_id, chunk)
            match aggregation:
                case Aggregation.LAST:
                    found |= query.latest([(n, period.start_at, period.end_at) for n, period in chunk])
                case Aggregation.TIME_WEIGHTED:
                    found |= query.weighted()
                case _:
                    found |= query.aggregated(aggregation)
    return [plain(found.get(n, Decimal(0))) for n in range(len(asked))]


class _Query:
    """The statements about a chunk of periods."""

    def __init__(self, connection: sa.Connection, seller_id: UUID, asked: Asked) -> None:
        self._connection = connection
        self._seller_id = seller_id
        self._asked = asked
        self._is_sqlite = connection.dialect.name == "sqlite"

    def aggregated(self, aggregation: Aggregation) -> dict[int, Decimal]:
        """Sums, maxima or counts of different keys."""
        value: sa.ColumnElement[Any]
        match aggregation:
            case Aggregation.SUM:
                value = self._exact("sum", _E.quantity)
            case Aggregation.MAX:
                value = self._exact("max", _E.quantity)
            case _:
                value = sa.func.count(sa.distinct(_E.unique_key))
        asked = self._table(self._bounds())
        query = (
            sa.select(asked.c.n, value)
            .select_from(self._events(asked))
            .where(_C.corrected_id.is_(None))
            .group_by(asked.c.n)
        )
        rows = self._connection.execute(query)
        return {n: Decimal(found) for n, found in rows if found is not None}

    def latest(self, bounds: Iterable[tuple[int, datetime, datetime]]) -> dict[int, Decimal]:
        """The last quantity from an instant on and before another, for each number."""
        asked = self._table(bounds)
        newest = (
            sa.select(_E.quantity)
            .select_from(EVENTS.outerjoin(CORRECTIONS, self._corrects()))
            .where(*self._within(asked), _C.corrected_id.is_(None), _E.quantity.is_not(None))
            .order_by(_E.occurred_at.desc(), _E.id.desc())
            .limit(1)
            .correlate(asked)
            .scalar_subquery()
        )
        rows = self._connection.execute(sa.select(asked.c.n, newest))
        return {n: found for n, found in rows if found is not None}

    def weighted(self) -> dict[int, Decimal]:
        """Averages over real time: each value until the next one, the last one before the period at its begin."""
        asked = self._table(self._bounds())
        following = sa.func.lead(_E.occurred_at).over(partition_by=asked.c.n, order_by=(_E.occurred_at, _E.id))
        spells = (
            sa.select(
                asked.c.n,
                _E.quantity,
                _E.occurred_at.label("since"),
                sa.func.coalesce(following, asked.c.end_at).label("until"),
            )
            .select_from(self._events(asked))
            .where(_C.corrected_id.is_(None), _E.quantity.is_not(None))
            .subquery("spells")
        )
        areas = self._area(spells.c.quantity, spells.c.since, spells.c.until)
        query = sa.select(spells.c.n, areas, sa.func.min(spells.c.since)).group_by(spells.c.n)
        sums = {n: (Decimal(found), first) for n, found, first in self._connection.execute(query)}
        before = self.latest([(n, _LONG_AGO, period.start_at) for n, period in self._asked])
        found = {}
        for n, period in self._asked:
            integral, first = sums.get(n, (Decimal(0), period.end_at))
            integral = add(integral, area(before.get(n, Decimal(0)), period.start_at, first))
            found[n] = average(integral, period.start_at, period.end_at)
        return found

    def _bounds(self) -> list[tuple[int, datetime, datetime]]:
        return [(n, period.start_at, period.end_at) for n, period in self._asked]

    def _events(self, asked: sa.Subquery) -> sa.FromClause:
        return asked.join(EVENTS, sa.and_(*self._within(asked))).outerjoin(CORRECTIONS, self._corrects())

    def _within(self, asked: sa.Subquery) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            _E.seller_id == self._seller_id,
            _E.meter == asked.c.meter,
            _E.subscription_item_id == asked.c.item,
            _E.occurred_at >= asked.c.start_at,
            _E.occurred_at < asked.c.end_at,
        )

    def _corrects(self) -> sa.ColumnElement[bool]:
        return sa.and_(_C.seller_id == self._seller_id, _C.corrected_id == _E.id)

    def _exact(self, name: str, value: sa.ColumnElement[Decimal]) -> sa.ColumnElement[Any]:
        if self._is_sqlite:
            return getattr(sa.func, f"larabill_{name}")(value, type_=UnitPrice())  # type: ignore[no-any-return]
        return sa.type_coerce(getattr(sa.func, name)(value), _NUMBER)

    def _area(
        self, value: sa.ColumnElement[Any], since: sa.ColumnElement[Any], until: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[Any]:
        """The sum of values times the microseconds for which each stood."""
        if self._is_sqlite:
            return sa.func.larabill_area(value, since, until, type_=UnitPrice())
        microseconds: sa.ColumnElement[Any]
        if self._connection.dialect.name in MYSQL:
            microseconds = sa.func.timestampdiff(sa.text("MICROSECOND"), since, until)
        else:
            microseconds = sa.extract("epoch", until - since) * 1_000_000
        return sa.type_coerce(sa.func.sum(sa.type_coerce(value, _NUMBER) * microseconds), _NUMBER)

    def _table(self, bounds: Iterable[tuple[int, datetime, datetime]]) -> sa.Subquery:
        """The periods as a table `asked`: VALUES, or on MySQL's family, which spell it differently, a UNION ALL.
        Types are cast in the first row, because PostgreSQL takes bare parameters for text."""
        periods = dict(self._asked)
        rows = [
            (n, periods[n].subscription_item_id, periods[n].meter, start_at, end_at) for n, start_at, end_at in bounds
        ]
        dialect = self._connection.dialect
        parameters, lines = [], []
        for number, row in enumerate(rows):
            cells = []
            for (name, kind), value in zip(_KINDS.items(), row, strict=True):
                parameters.append(sa.bindparam(f"{name}{number}", value, type_=kind))
                cell = f":{name}{number}"
                if number == 0 and dialect.name == "postgresql":
                    cell = f"CAST({cell} AS {kind.compile(dialect)})"
                cells.append(cell)
            lines.append(", ".join(cells))
        if dialect.name in MYSQL:
            head = ", ".join(f":{name}0 AS {name}" for name in _KINDS)
            text = " UNION ALL ".join([f"SELECT {head}", *(f"SELECT {line}" for line in lines[1:])])
        else:
            head = ", ".join(f"column{number} AS {name}" for number, name in enumerate(_KINDS, 1))
            text = f"SELECT {head} FROM (VALUES {', '.join(f'({line})' for line in lines)}) AS given"  # noqa: S608
        columns = [sa.column(name, kind) for name, kind in _KINDS.items()]
        return sa.text(text).bindparams(*parameters).columns(*columns).subquery("asked")


class _Exact:
    """An aggregate of decimal text; null when there was nothing."""

    found: Decimal | None = None

    def add(self, more: Decimal) -> None:
        """Take in one more."""
        self.found = more if self.found is None else add(self.found, more)

    def finalize(self) -> str | None:
        """What SQLite asks for at the end."""
        return None if self.found is None else f"{self.found:f}"


class _Sum(_Exact):
    """`larabill_sum`: all added up."""

    def step(self, value: str | None) -> None:
        """One row."""
        if value is not None:
            self.add(Decimal(value))


class _Max(_Exact):
    """`larabill_max`: the greatest."""

    def step(self, value: str | None) -> None:
        """One row."""
        if value is not None:
            number = Decimal(value)
            self.found = number if self.found is None else max(self.found, number)


class _Area(_Exact):
    """`larabill_area`: values times the microseconds between two instants, added up."""

    def step(self, value: str, since: str, until: str) -> None:
        """One row."""
        self.add(area(Decimal(value), datetime.fromisoformat(since), datetime.fromisoformat(until)))


def _teach(connection: sa.Connection) -> None:
    """Give this connection of SQLite our aggregates. The host's own connections are among those that need them."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.create_aggregate("larabill_sum", 1, _Sum)
        raw.create_aggregate("larabill_max", 1, _Max)
        raw.create_aggregate("larabill_area", 3, _Area)
