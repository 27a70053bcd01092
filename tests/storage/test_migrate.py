"""Migrations: they make what the metadata says, once, whatever stops them; and they refuse what is not theirs."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.conftest import START
from tests.databases import SERVERS
from tests.storage.sample import STORAGE as SAMPLE

from larabill_core.errors import ConfigurationError
from larabill_sqlalchemy import migrate
from larabill_sqlalchemy.billing import STORAGE as BILLING
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.provisioning import STORAGE as PROVISIONING
from larabill_sqlalchemy.schema import require_current, revisions, version_table
from larabill_sqlalchemy.storage import Storage
from larabill_sqlalchemy.triggers import existing_triggers, expected_triggers

EVERY = (CORE, SAMPLE)
SHIPPED = (CORE, BILLING, PROVISIONING)


@pytest.fixture
def database(new_database_url: str) -> Iterator[sa.Engine]:
    database = open_database(new_database_url)
    yield database
    database.dispose()


def schema_of(database: sa.Engine) -> dict[str, Any]:
    """All that can be seen of our tables, in a form that can be compared."""
    with database.connect() as connection:
        there = sa.inspect(connection)
        return {
            table: {
                "columns": {
                    column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                    for column in there.get_columns(table)
                },
                "primary key": there.get_pk_constraint(table)["constrained_columns"],
                "foreign keys": sorted(
                    (key["constrained_columns"], key["referred_table"], sorted(key["options"].items()))
                    for key in there.get_foreign_keys(table)
                ),
                "indexes": sorted(
                    (index["name"] or "", index["column_names"], bool(index["unique"]))
                    for index in there.get_indexes(table)
                ),
                "unique": sorted(
                    (rule["name"] or "", rule["column_names"]) for rule in there.get_unique_constraints(table)
                ),
                "checks": sorted(str(rule["name"]) for rule in there.get_check_constraints(table)),
                "options": sorted(there.get_table_options(table).items()),
            }
            for table in sorted(there.get_table_names())
            if not table.endswith("_version")
        } | {"triggers": sorted(existing_triggers(connection))}


def drop_version_tables(database: sa.Engine, storages: tuple[Storage, ...]) -> None:
    with database.begin() as connection:
        for storage in storages:
            connection.exec_driver_sql(f"DROP TABLE {version_table(storage)}")


@pytest.mark.parametrize("storages", [EVERY, SHIPPED], ids=["sample", "shipped"])
def test_migrations_equal_metadata_and_go_down_again(database: sa.Engine, storages: tuple[Storage, ...]) -> None:
    ran = migrate.upgrade(database, storages)
    assert ran == {storage.name: revisions(storage) for storage in storages}
    migrated = schema_of(database)
    assert set(migrated["triggers"]) == expected_triggers(storages, database.dialect.name)
    migrate.downgrade(database, storages)
    assert schema_of(database) == {"triggers": []}
    drop_version_tables(database, storages)
    migrate.create_schema(database, storages)
    assert migrated == schema_of(database)


def test_a_second_upgrade_has_nothing_to_do(database: sa.Engine) -> None:
    assert migrate.pending(database, (SAMPLE,)) == {"sample": ("0001", "0002")}
    migrate.upgrade(database, (SAMPLE,))
    assert migrate.upgrade(database, (SAMPLE,)) == {}
    assert migrate.pending(database, (SAMPLE,)) == {}


def test_upgrade_and_downgrade_step_by_step(database: sa.Engine) -> None:
    assert migrate.upgrade(database, (SAMPLE,), "0001") == {"sample": ("0001",)}
    assert [state.current for state in migrate.current(database, (SAMPLE,))] == ["0001"]
    assert migrate.upgrade(database, (SAMPLE,)) == {"sample": ("0002",)}
    migrate.downgrade(database, (SAMPLE,), "0001")
    assert [state.pending for state in migrate.current(database, (SAMPLE,))] == [("0002",)]


def test_a_revision_that_does_not_exist_is_refused(database: sa.Engine) -> None:
    for move in (migrate.upgrade, migrate.downgrade):
        with pytest.raises(ConfigurationError, match="one of: 0001, 0002"):
            move(database, (SAMPLE,), "0007")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def killed_after(database: sa.Engine, number: int) -> bool:
    """Whether an upgrade that dies after its statement `number` came that far."""
    seen = 0

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(("CREATE", "ALTER", "INSERT", "UPDATE")):
            seen += 1
            if seen == number:
                raise Killed

    sa.event.listen(database, "after_cursor_execute", count)
    try:
        migrate.upgrade(database, (SAMPLE,))
    except Killed:
        died = True
    else:
        died = False
    finally:
        sa.event.remove(database, "after_cursor_execute", count)
    gc.collect()  # a killed process leaves no cursor behind that keeps SQLite's file locked
    return died


def test_an_upgrade_killed_after_any_statement_is_finished_by_the_next(database: sa.Engine, database_kind: str) -> None:
    migrate.upgrade(database, (SAMPLE,))
    whole = schema_of(database)

    def start_afresh() -> None:
        migrate.downgrade(database, (SAMPLE,))
        drop_version_tables(database, (SAMPLE,))

    start_afresh()
    number = 1
    while killed_after(database, number):
        if database_kind == "mariadb":
            migrate.upgrade(database, (SAMPLE,))
            assert schema_of(database) == whole, f"killed after statement {number}"
            start_afresh()
        else:
            assert schema_of(database) == {"triggers": []}, "all of it is one transaction"
        number += 1
    assert number > 8
    assert schema_of(database) == whole


def test_two_at_once_make_one_schema(database: sa.Engine, new_database_url: str) -> None:
    results: list[Any] = []
    others = [open_database(new_database_url) for _ in range(2)]
    start = threading.Barrier(2)

    def run(other: sa.Engine) -> None:
        start.wait()
        try:
            results.append(migrate.upgrade(other, EVERY))
        except Exception as problem:
            results.append(problem)

    threads = [threading.Thread(target=run, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.dispose()
    assert sorted(results, key=len) == [{}, {storage.name: revisions(storage) for storage in EVERY}]


def test_a_newer_schema_is_refused_in_words(database: sa.Engine) -> None:
    migrate.upgrade(database, (SAMPLE,))
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE larabill_sample_version SET version_num = '0003'")
    for refuse in (migrate.upgrade, migrate.downgrade, require_current):
        with pytest.raises(ConfigurationError, match="install the newer release"):
            refuse(database, (SAMPLE,))


def test_tables_that_no_migration_made_are_refused_and_left_alone(database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE larabill_notes (id INTEGER PRIMARY KEY)")
    before = schema_of(database)
    with pytest.raises(ConfigurationError, match="holds larabill_notes, which"):
        migrate.upgrade(database, EVERY)
    assert schema_of(database) == before


def test_a_database_of_another_application_takes_our_tables_beside_its_own(database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders (id) VALUES (7)")
    migrate.upgrade(database, EVERY)
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM orders").scalar() == 7


def test_an_engine_refuses_a_schema_that_is_missing_or_half(database: sa.Engine) -> None:
    with pytest.raises(ConfigurationError, match=r"has no tables of core.*\n.*of sample.*run `larabill migrate`"):
        require_current(database, EVERY)
    migrate.upgrade(database, EVERY)
    require_current(database, EVERY)
    migrate.downgrade(database, (SAMPLE,), "0001")
    with pytest.raises(ConfigurationError, match="the tables of sample lack the changes 0002"):
        require_current(database, EVERY)


def test_a_current_schema_costs_one_statement(database: sa.Engine) -> None:
    migrate.upgrade(database, EVERY)
    seen: list[str] = []
    sa.event.listen(database, "before_cursor_execute", lambda c, u, statement, *rest: seen.append(statement))
    require_current(database, EVERY)
    assert len([statement for statement in seen if "SELECT" in statement]) == 1


@pytest.fixture
def poor_user(database_kind: str, new_database_url: str) -> Iterator[str]:
    """The URL of somebody who may look at the database, and no more."""
    url = sa.make_url(new_database_url)
    if database_kind == "sqlite":
        open_database(url).connect().close()
        yield f"sqlite:///file:{url.database}?mode=ro&uri=true"
        return
    name = f"poor_{uuid4().hex[:12]}"
    server = open_database(SERVERS[database_kind])
    account = f"{name}@'127.0.0.1'" if database_kind == "mariadb" else name
    with server.begin() as connection:
        if database_kind == "mariadb":
            connection.exec_driver_sql(f"CREATE USER {account} IDENTIFIED BY 'hunter2hunter2'")
            connection.exec_driver_sql(f"GRANT SELECT ON {url.database}.* TO {account}")
        else:
            connection.exec_driver_sql(f"CREATE USER {account} PASSWORD 'hunter2hunter2'")
    yield url.set(username=name, password="hunter2hunter2").render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP USER {account}")
    server.dispose()


def test_a_missing_right_is_said_with_its_remedy_and_nothing_is_made(poor_user: str, database: sa.Engine) -> None:
    poor = open_database(poor_user)
    with pytest.raises(ConfigurationError, match=r"GRANT|give the file") as raised:
        migrate.upgrade(poor, EVERY)
    poor.dispose()
    assert "hunter2" not in str(raised.value)
    assert schema_of(database) == {"triggers": []}


def insert_stamp(connection: sa.Connection) -> None:
    note = {"id": uuid4(), "seller_id": uuid4(), "label": "x", "body": "", "parts": [], "version": 1}
    tables = SAMPLE.metadata.tables
    note |= {"amount": Decimal(1), "written_at": START}
    connection.execute(tables["larabill_notes"].insert(), note)
    connection.execute(tables["larabill_stamps"].insert(), {"id": uuid4(), "note_id": note["id"]})


@pytest.mark.parametrize("attack", ["UPDATE larabill_stamps SET id = id", "DELETE FROM larabill_stamps"])
def test_rows_of_insert_only_tables_stay(database: sa.Engine, attack: str) -> None:
    migrate.upgrade(database, (SAMPLE,))
    with database.begin() as connection:
        insert_stamp(connection)
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), database.begin() as connection:
        connection.exec_driver_sql(attack)


def test_postgresql_refuses_truncate(database: sa.Engine, database_kind: str) -> None:
    if database_kind != "postgresql":
        pytest.skip("only PostgreSQL has a trigger for TRUNCATE")
    migrate.upgrade(database, (SAMPLE,))
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), database.begin() as connection:
        connection.exec_driver_sql("TRUNCATE larabill_stamps")


def test_replace_does_not_go_around_the_triggers_of_sqlite(database: sa.Engine, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("REPLACE fires DELETE triggers by itself elsewhere")
    migrate.upgrade(database, (SAMPLE,))
    with database.begin() as connection:
        insert_stamp(connection)
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), database.begin() as connection:
        connection.exec_driver_sql("REPLACE INTO larabill_stamps SELECT * FROM larabill_stamps")


def test_a_trigger_that_was_dropped_comes_back(database: sa.Engine, database_kind: str) -> None:
    migrate.upgrade(database, (SAMPLE,))
    on = " ON larabill_stamps" if database_kind == "postgresql" else ""
    with database.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER larabill_stamps_no_delete{on}")
    migrate.upgrade(database, (SAMPLE,))
    with database.connect() as connection:
        assert existing_triggers(connection) == expected_triggers((SAMPLE,), database.dialect.name)
