"""Columns of ours as Django reads them: the same value on SQLite, MariaDB/MySQL and PostgreSQL.

They mirror `larabill_sqlalchemy.types`. Their internal types are unknown to Django on purpose: its own converters would
make floats of amounts on SQLite, and local times of instants.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models

from larabill_core.errors import InvalidInput
from larabill_core.ids import parse_public_id


class IdField(models.Field):
    """A UUID: `uuid` on PostgreSQL, 16 bytes elsewhere. Also taken in its public form, such as `inv_…`."""

    def __init__(self, *args: Any, prefix: str = "", **more: Any) -> None:
        self.prefix = prefix
        super().__init__(*args, **more)

    def deconstruct(self) -> Any:
        """For the writer of migrations."""
        name, path, args, more = super().deconstruct()
        return name, path, args, {**more, "prefix": self.prefix} if self.prefix else more

    def get_internal_type(self) -> str:
        """See the module's docstring."""
        return "LarabillId"

    def to_python(self, value: Any) -> UUID | None:
        """Raises `ValidationError` for what is no id."""
        if value is None or isinstance(value, UUID):
            return value
        try:
            if self.prefix and str(value).startswith(f"{self.prefix}_"):
                return parse_public_id(value, self.prefix, "id")
            return UUID(str(value))
        except (InvalidInput, ValueError):
            raise ValidationError("%(value)s is no id", params={"value": value}) from None

    def get_prep_value(self, value: Any) -> UUID | None:
        """As `to_python`."""
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """What the driver takes."""
        found = self.to_python(value)
        if found is None or connection.vendor == "postgresql":
            return found
        return connection.Database.Binary(found.bytes)

    def from_db_value(self, value: Any, expression: object, connection: Any) -> UUID | None:
        """From what the driver gives."""
        return value if value is None or isinstance(value, UUID) else UUID(bytes=bytes(value))


class InstantField(models.DateTimeField):
    """An aware UTC instant, whatever USE_TZ and TIME_ZONE say."""

    def get_internal_type(self) -> str:
        """See the module's docstring."""
        return "LarabillInstant"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """What the driver takes."""
        found = self.to_python(value)
        if found is None or connection.vendor == "postgresql":
            return found
        naive = found.astimezone(UTC).replace(tzinfo=None)
        return naive if connection.vendor == "mysql" else naive.isoformat(" ", "microseconds")

    def from_db_value(self, value: Any, expression: object, connection: Any) -> datetime | None:
        """From what the driver gives: PostgreSQL's is naive and local when USE_TZ is off, the others' naive and UTC."""
        if value is None:
            return None
        found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        if found.tzinfo is None:
            zone = ZoneInfo(connection.timezone_name) if connection.vendor == "postgresql" else UTC
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC)


class AmountField(models.DecimalField):
    """Money in major units with four decimals; on SQLite an integer of ten-thousandths."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"max_digits": 19, "decimal_places": 4, **more})

    def get_internal_type(self) -> str:
        """See the module's docstring."""
        return "LarabillAmount"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """What the driver takes."""
        found = self.to_python(value)
        if found is None or connection.vendor != "sqlite":
            return found
        return int(found.scaleb(4))

    def from_db_value(self, value: Any, expression: object, connection: Any) -> Decimal | None:
        """From what the driver gives."""
        if value is None:
            return None
        return Decimal(value).scaleb(-4) if connection.vendor == "sqlite" else Decimal(value)


class UnitPriceField(models.DecimalField):
    """A price for one unit, or a quantity: twelve decimals; on SQLite exact text."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"max_digits": 28, "decimal_places": 12, **more})

    def get_internal_type(self) -> str:
        """See the module's docstring."""
        return "LarabillUnitPrice"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """What the driver takes."""
        found = self.to_python(value)
        return f"{found:f}" if found is not None and connection.vendor == "sqlite" else found

    def from_db_value(self, value: Any, expression: object, connection: Any) -> Decimal | None:
        """From what the driver gives."""
        return None if value is None else Decimal(value)
