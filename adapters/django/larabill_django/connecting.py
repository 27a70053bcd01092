"""What LaraBill needs of Django's own connections to its database."""

from __future__ import annotations

from typing import Any, Final

from larabill_core.errors import ConfigurationError, Faults
from larabill_django.databases import named_alias

READ_COMMITTED: Final = "read committed"


def prepare(sender: object, connection: Any, **more: Any) -> None:
    """Called by Django for each new connection: on SQLite the triggers of insert-only tables must hold here too."""
    if connection.vendor == "sqlite" and connection.alias == named_alias():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def require_fit(connection: Any) -> None:
    """Raises `ConfigurationError` with every setting under which our statements would not be right here."""
    faults = Faults()
    with faults.at(f"DATABASES[{connection.alias!r}]"):
        if connection.vendor == "sqlite":
            for pragma in ("foreign_keys", "recursive_triggers"):
                if not _sqlite_value(connection, pragma):
                    faults.add(pragma, "is off on this connection", remedy=f"PRAGMA {pragma} = ON, and leave it on")
        else:
            level = connection.isolation_level
            name = getattr(level, "name", level or "").replace("_", " ").lower()
            if name != READ_COMMITTED:
                remedy = "leave OPTIONS['isolation_level'] out: read committed is Django's default"
                faults.add("isolation_level", "must be read committed", value=name, remedy=remedy)
        if connection.vendor == "mysql" and not {"STRICT_ALL_TABLES", "STRICT_TRANS_TABLES"} & connection.sql_mode:
            remedy = "add STRICT_TRANS_TABLES: what does not fit would be cut"
            faults.add("sql_mode", "is not strict", remedy=remedy)
    faults.raise_if_any(ConfigurationError)


def _sqlite_value(connection: Any, pragma: str) -> bool:
    with connection.cursor() as cursor:
        return bool(cursor.execute(f"PRAGMA {pragma}").fetchone()[0])
