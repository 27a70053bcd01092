"""Column types that mean the same on SQLite, MariaDB/MySQL and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from larabill_core.errors import InvalidInput
from larabill_core.ids import uuid_of

_NUMBER: Final = attrgetter("int")


class WholeColumns(TypeDecorator[Any]):
    """A type that turns a whole column of values into the driver's at once."""

    cache_ok = True

    def driver_values(self, values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
        """As `process_bind_param` makes of each; that is also the way of values that are not what they should be."""
        return [self.process_bind_param(value, dialect) for value in values]


class Id(WholeColumns):
    """A UUID: `uuid` on PostgreSQL, BINARY(16) elsewhere (sorted by time, since our ids are UUIDv7)."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.BINARY(16))
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return _checked(value) if dialect.name == "postgresql" else _checked(value).bytes

    def driver_values(self, values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
        if {*map(type, values)} == {UUID}:
            return values if dialect.name == "postgresql" else [n.to_bytes(16) for n in map(_NUMBER, values)]
        return super().driver_values(values, dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID | None] | None:
        """Straight from the driver's value: most of what is read are ids."""
        return None if dialect.name == "postgresql" else _id_of


def _checked(value: Any) -> UUID:
    if not isinstance(value, UUID):
        remedy = "hand over a uuid.UUID; larabill_core.ids reads text"
        raise InvalidInput.one("id", "is not a UUID", value, remedy)
    return value


def _id_of(value: bytes | None) -> UUID | None:
    if value is None:
        return None
    return uuid_of(int.from_bytes(value)) if len(value) == 16 else UUID(bytes=bytes(value))


_NAIVE = "a naive datetime reached the database: use the Clock port"


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds. Naive values are refused rather than guessed at."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True, precision=6))
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(_NAIVE)
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """On SQLite straight to the text that it keeps: instants are what is written most."""
        return self._as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def _as_text(self, value: datetime | None) -> str | None:
        if value is None:
            return None
        if value.tzinfo is not UTC:
            if value.tzinfo is None:
                raise ValueError(_NAIVE)
            value = value.astimezone(UTC)
        return value.isoformat(" ", "microseconds")[:26]

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Scaled(TypeDecorator[Decimal]):
    """DECIMAL(precision, scale); on SQLite, whose NUMERIC is a float, an integer of 10**-scale units."""

    impl = sa.Numeric
    cache_ok = True
    precision: int
    scale: int
    most: Decimal
    """The largest that is stored, on each database."""

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger() if self.precision <= 19 else sa.Text())
        return dialect.type_descriptor(sa.Numeric(self.precision, self.scale, asdecimal=True))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"an amount must be a Decimal, not {type(value).__name__}")
        if abs(value) > self.most:
            raise InvalidInput.one("amount", "is too large to be stored", value, f"the largest is {self.most}")
        if dialect.name != "sqlite":
            return value
        return int(_exact(value, self.scale)) if self.precision <= 19 else f"{value:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name != "sqlite":
            return Decimal(value)
        return Decimal(value).scaleb(-self.scale) if self.precision <= 19 else Decimal(value)


def _exact(value: Decimal, scale: int) -> Decimal:
    units = value.scaleb(scale)
    if units != units.to_integral_value():
        raise ValueError(f"an amount with more than {scale} decimals reached the database")
    return units


class Amount(_Scaled):
    """Money in major units: DECIMAL(19,4)."""

    precision, scale, most = 19, 4, Decimal(2**63 - 1).scaleb(-4)
    cache_ok = True


class UnitPrice(_Scaled):
    """A price for one unit: DECIMAL(28,12), since usage costs less than 0.0001. Exact text on SQLite."""

    precision, scale, most = 28, 12, Decimal(10**28 - 1).scaleb(-12)
    cache_ok = True


class Json(WholeColumns):
    """A JSON value of plain dicts, lists, strings, integers, booleans; keys keep their order."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def driver_values(self, values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
        """Also of entities and other values that have one plain form; the same object is written once."""
        texts: dict[int, str | None] = {id(None): None}
        for value in values:
            if id(value) not in texts:
                texts[id(value)] = msgspec.json.encode(value).decode()
        return [texts[id(value)] for value in values]

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else {} if value == "{}" else json.loads(value)


def word(length: int) -> sa.String:
    """A word that is searched for by its beginning: compared and sorted by code point on every database."""
    return code(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def code(length: int = 64) -> sa.String:
    """A machine word (status, code, reference): compared by byte, so that case and accents count."""
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def text() -> TypeEngine[str]:
    """Free text for people."""
    return sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def blob() -> TypeEngine[bytes]:
    """Bytes of up to 16 MB."""
    return sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
