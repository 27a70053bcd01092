"""The doctor's questions to the database."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.databases import SERVERS
from tests.storage.sample import STORAGE as SAMPLE

from larabill_core.engine import Engine
from larabill_sqlalchemy import health
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.health import Check, checks

BOTH = (CORE, SAMPLE)


@pytest.fixture
def database(engine: Engine, database_url: str) -> Iterator[sa.Engine]:
    database = open_database(database_url)
    yield database
    database.dispose()


def by_name(found: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in found}


def test_a_good_database_passes(database: sa.Engine) -> None:
    found = by_name(checks(database, BOTH))
    assert all(check.ok for check in found.values())
    assert {"server", "tables of core", "tables of sample", "triggers"} <= set(found)


def test_a_server_that_is_too_old_is_named(database: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "OLDEST", dict.fromkeys(health.OLDEST, (99, 1)))
    server = by_name(checks(database, BOTH))["server"]
    assert not server.ok and "99.1" in server.remedy


def test_missing_triggers_are_listed(database: sa.Engine, database_kind: str) -> None:
    on = " ON larabill_stamps" if database_kind == "postgresql" else ""
    with database.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER larabill_stamps_no_update{on}")
    triggers = by_name(checks(database, BOTH))["triggers"]
    with database.begin() as connection:
        from larabill_sqlalchemy.triggers import make_triggers

        make_triggers(connection, SAMPLE)
    assert (triggers.ok, triggers.message) == (False, "missing: larabill_stamps_no_update")


@pytest.mark.parametrize(("version", "said"), [("0009", "newer than"), ("0001", "lack the revisions 0002")])
def test_a_schema_that_is_not_current_is_said(database: sa.Engine, version: str, said: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE larabill_sample_version SET version_num = '{version}'")
    tables = by_name(checks(database, BOTH))["tables of sample"]
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE larabill_sample_version SET version_num = '0002'")
    assert not tables.ok and said in tables.message and tables.remedy


def test_a_database_that_is_not_there_is_said(database_kind: str) -> None:
    url = {
        "sqlite": "sqlite:////nowhere/larabill.db",
        "mariadb": "mariadb://anna:hunter2hunter2@127.0.0.1:9/shop",
        "postgresql": "postgresql://anna:hunter2hunter2@127.0.0.1:9/shop",
    }[database_kind]
    (check,) = checks(open_database(url), BOTH)
    assert not check.ok and check.remedy and "hunter2" not in check.message


def test_what_the_rights_of_a_mariadb_user_mean_is_said(
    database: sa.Engine, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind != "mariadb":
        pytest.skip("elsewhere a trigger refuses TRUNCATE, or there is none")
    assert "DROP" in by_name(checks(database, BOTH))["rights"].message
    name = f"poor_{uuid4().hex[:12]}"
    server = open_database(SERVERS[database_kind])
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'hunter2hunter2'")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON {database.url.database}.* TO {name}@'127.0.0.1'")
    poor = open_database(database.url.set(username=name, password="hunter2hunter2"))
    found = by_name(checks(poor, BOTH))
    # MySQL shows triggers only to those who have the right to make them
    monkeypatch.setattr(health, "existing_triggers", lambda connection: frozenset())
    hidden = by_name(checks(poor, BOTH))["triggers"]
    poor.dispose()
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP USER {name}@'127.0.0.1'")
    server.dispose()
    assert (found["rights"].remedy, found["rights"].ok) == ("", True)
    assert "not shown" in hidden.message and hidden.ok
    assert not by_name(checks(database, BOTH))["triggers"].ok


def test_a_password_that_is_wrong_is_said_with_its_remedy(database: sa.Engine, database_kind: str) -> None:
    if database_kind != "mariadb":
        pytest.skip("SQLite has none; this PostgreSQL may trust the loopback")
    (check,) = checks(open_database(database.url.set(username="nobody", password="hunter2hunter2")), BOTH)
    assert not check.ok and "refused" in check.message and "hunter2" not in check.message
