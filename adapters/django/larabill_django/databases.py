"""The database of an alias in DATABASES, as the URL that our own connections take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from larabill_core.errors import ConfigurationError

NAME: Final = "LARABILL"
PATH: Final = "DATABASE"

_LIBPQ: Final = frozenset(
    [
        "application_name",
        "channel_binding",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "options",
        "passfile",
        "service",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
    ]
)
_TLS: Final = {"ca": "ssl_ca", "cert": "ssl_cert", "key": "ssl_key"}
_OWN_MATTER: Final = {
    "sqlite": {"init_command", "timeout", "transaction_mode", "check_same_thread"},
    "mysql": {"charset", "init_command", "isolation_level", "sql_mode", "connect_timeout", "autocommit"},
    "postgresql": {"connect_timeout", "isolation_level", "pool", "server_side_binding", "client_encoding"},
}
"""Options that concern Django's own connections: LaraBill's have settings of their own."""


def named_alias() -> str:
    """The alias that the settings name, whatever else may be wrong with them."""
    given = getattr(settings, NAME, None)
    return str(given.get(PATH, DEFAULT_DB_ALIAS)) if isinstance(given, Mapping) else DEFAULT_DB_ALIAS


def alias_url(alias: str) -> sa.URL:
    """The URL. Raises `ConfigurationError` for an unknown alias and a database that is not supported."""
    given = _settings(alias)
    vendor, name = connections[alias].vendor, str(given["NAME"] or "")
    if vendor == "sqlite":
        return _sqlite(name)
    if vendor not in ("mysql", "postgresql"):
        raise ConfigurationError.one(
            PATH, "is of a kind that is not supported", vendor, "use SQLite, MariaDB, MySQL or PostgreSQL"
        )
    query, _ = _options(vendor, given.get("OPTIONS") or {})
    host = given["HOST"] or None
    if vendor == "mysql" and host is not None and host.startswith("/"):
        host, query["unix_socket"] = "localhost", host
    return sa.URL.create(
        {"mysql": "mysql+pymysql", "postgresql": "postgresql+psycopg"}[vendor],
        username=given["USER"] or None,
        password=given["PASSWORD"] or None,
        host=host or ("localhost" if vendor == "mysql" else None),
        port=int(given["PORT"]) if given["PORT"] else None,
        database=name or None,
        query=query,
    )


def foreign_options(alias: str) -> list[str]:
    """The names in OPTIONS that LaraBill's own connections do not follow, and that are not Django's own matter."""
    given, vendor = _settings(alias), connections[alias].vendor
    return _options(vendor, given.get("OPTIONS") or {})[1]


def _settings(alias: str) -> dict[str, Any]:
    if alias not in connections.settings:
        known = ", ".join(connections.settings)
        raise ConfigurationError.one(PATH, "is no alias in DATABASES", alias, f"known are: {known}")
    found: dict[str, Any] = connections[alias].settings_dict
    return found


def _sqlite(name: str) -> sa.URL:
    """A file; or, as Django's test runner has it, a database in memory that connections share."""
    if name.startswith("file:"):
        file, _, query = name.partition("?")
        pairs = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
        return sa.URL.create("sqlite", database=file, query={**pairs, "uri": "true"})
    if name in ("", ":memory:"):
        raise ConfigurationError.one(
            PATH, "lies in the memory of one connection", name, "name a file: LaraBill has connections of its own"
        )
    return sa.URL.create("sqlite", database=name)


def _options(vendor: str, options: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    query: dict[str, str] = {}
    foreign = []
    for key, value in options.items():
        if (vendor == "postgresql" and key in _LIBPQ) or (vendor == "mysql" and key == "unix_socket"):
            query[key] = str(value)
        elif vendor == "mysql" and key == "ssl":
            query |= {_TLS[name]: str(file) for name, file in value.items() if name in _TLS}
        elif key not in _OWN_MATTER.get(vendor, ()):
            foreign.append(key)
    return query, foreign
