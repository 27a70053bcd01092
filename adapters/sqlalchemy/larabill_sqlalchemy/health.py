"""What `larabill doctor` asks of the database: server, rights, schema, triggers. Nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import sqlalchemy as sa

from larabill_core.errors import ConfigurationError, DatabaseUnavailable
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.faults import translated
from larabill_sqlalchemy.schema import states
from larabill_sqlalchemy.storage import Storage
from larabill_sqlalchemy.triggers import existing_triggers, expected_triggers

OLDEST: Final = {"sqlite": (3, 35), "mariadb": (10, 6), "mysql": (8, 0, 29), "postgresql": (13,)}
"""The first releases with what we use: UPDATE FROM, SKIP LOCKED, and CREATE INDEX beside triggers."""

_RIGHT = re.compile(r"GRANT (.+?) ON (?:\*|`[^`]+`)\.\*")


@attrs.frozen(kw_only=True)
class Check:
    """One answer. Not `ok`: LaraBill cannot keep its promises. `ok` with a remedy: it can, but see to it."""

    name: str
    ok: bool
    message: str
    remedy: str = ""


def checks(database: sa.Engine, storages: Sequence[Storage]) -> list[Check]:
    """All checks of the database; one that says so when it cannot be reached. Raises nothing."""
    try:
        with translated(), database.connect() as connection:
            return [
                *_server(connection),
                *_schema(connection, storages),
                *_triggers(connection, storages),
                *_rights(connection),
            ]
    except DatabaseUnavailable as problem:
        return [Check(name="database", ok=False, message=str(problem), remedy="start it, or mend the URL")]
    except ConfigurationError as problem:
        fault = problem.faults[0]
        return [Check(name="database", ok=False, message=fault.problem, remedy=fault.remedy)]


def _server(connection: sa.Connection) -> Iterator[Check]:
    kind = _kind(connection)
    version: tuple[int, ...] = tuple(
        part for part in connection.dialect.server_version_info or () if isinstance(part, int)
    )
    said = f"{kind} {'.'.join(map(str, version))}"
    if version < OLDEST[kind]:
        wanted = ".".join(map(str, OLDEST[kind]))
        yield Check(name="server", ok=False, message=f"{said} is too old", remedy=f"use {kind} {wanted} or later")
    else:
        yield Check(name="server", ok=True, message=said)


def _schema(connection: sa.Connection, storages: Sequence[Storage]) -> Iterator[Check]:
    for state in states(connection, storages):
        name = f"tables of {state.module}"
        if state.is_newer:
            yield Check(
                name=name,
                ok=False,
                message=f"are of version {state.current}, newer than this release",
                remedy="install the newer release of LaraBill",
            )
        elif state.pending:
            message = f"lack the revisions {', '.join(state.pending)}"
            yield Check(name=name, ok=False, message=message, remedy="run `larabill migrate`")
        else:
            yield Check(name=name, ok=True, message=f"version {state.current}")


def _triggers(connection: sa.Connection, storages: Sequence[Storage]) -> Iterator[Check]:
    missing = expected_triggers(storages, connection.dialect.name) - existing_triggers(connection)
    if missing and connection.dialect.name in MYSQL and not {"TRIGGER", "ALL PRIVILEGES"} & _mysql_grants(connection):
        remedy = "run `larabill doctor` as the user who migrates"
        yield Check(name="triggers", ok=True, message="this user is not shown them", remedy=remedy)
    elif missing:
        message = f"missing: {', '.join(sorted(missing))}"
        yield Check(name="triggers", ok=False, message=message, remedy="run `larabill migrate`")
    else:
        yield Check(name="triggers", ok=True, message="issued documents, ledger and audits are insert-only")


def _rights(connection: sa.Connection) -> Iterator[Check]:
    kind = _kind(connection)
    if kind in MYSQL:
        yield from _mysql_rights(connection)
    elif kind == "postgresql":
        may = connection.scalar(sa.text("SELECT has_schema_privilege(current_schema(), 'CREATE')"))
        remedy = "" if may else "GRANT CREATE ON SCHEMA public to the user who migrates"
        message = (
            "may create tables" if may else "this user may not create tables: `larabill migrate` needs another one"
        )
        yield Check(name="rights", ok=True, message=message, remedy=remedy)


def _mysql_rights(connection: sa.Connection) -> Iterator[Check]:
    rights = _mysql_grants(connection)
    everything = "ALL PRIVILEGES" in rights
    if everything or "DROP" in rights:
        yield Check(
            name="rights",
            ok=True,
            message="this user has the DROP right, and so may TRUNCATE issued documents: no trigger can refuse that",
            remedy="migrate as another user, and give this one SELECT, INSERT, UPDATE, DELETE only",
        )
    else:
        yield Check(name="rights", ok=True, message="this user cannot empty insert-only tables")
    logs, trusts = connection.execute(sa.text("SELECT @@log_bin, @@log_bin_trust_function_creators")).one()
    if logs and not trusts and not everything and "SUPER" not in rights:
        yield Check(
            name="binary log",
            ok=True,
            message="is on, and this user may then create no triggers",
            remedy="SET GLOBAL log_bin_trust_function_creators = 1 while `larabill migrate` runs",
        )


def _mysql_grants(connection: sa.Connection) -> set[str]:
    return {
        right.strip()
        for grant in connection.scalars(sa.text("SHOW GRANTS"))
        if (match := _RIGHT.match(grant))
        for right in match[1].split(",")
    }


def _kind(connection: sa.Connection) -> str:
    dialect = connection.dialect
    return "mariadb" if dialect.name in MYSQL and getattr(dialect, "is_mariadb", False) else dialect.name
