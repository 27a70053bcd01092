"""The unit of work: all or nothing, run again when the database asks for it, and what it says when it cannot."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.storage.conftest import SELLER, a_note, hold_b
from tests.storage.sample import NoteWritten

from larabill_core.access import SYSTEM, Actor
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists, ConcurrencyError, Conflict, DatabaseUnavailable, Forbidden
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.unit_of_work import SqlUnitOfWork

OTHER = UUID("01890000-0000-7000-8000-000000000002")


def labels(engine: Engine) -> list[str]:
    found: list[str] = engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER)
    return found


def test_state_events_and_jobs_are_written_together(engine: Engine) -> None:
    note = a_note()

    def write(tx: Any) -> None:
        tx.sample.notes.add(note)
        tx.publish(NoteWritten(seller_id=SELLER, occurred_at=tx.now, note_id=note.id))
        tx.enqueue(NewJob(handler="sample.scripted"))

    engine.run(write, seller=SELLER)
    assert labels(engine) == ["original"]
    jobs = engine.run(lambda tx: tx.jobs.list())
    assert sorted(job.handler for job in jobs) == ["sample.count", "sample.echo", "sample.scripted"]


def test_an_exception_leaves_nothing(engine: Engine) -> None:
    def write(tx: Any) -> None:
        tx.sample.notes.add(a_note())
        tx.enqueue(NewJob(handler="sample.scripted"))
        tx.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.run(write, seller=SELLER)
    assert labels(engine) == []
    assert engine.run(lambda tx: tx.jobs.list()) == []


def test_events_of_a_transaction_are_one_insert(engine: Engine) -> None:
    seen: list[str] = []
    sa.event.listen(database_of(engine), "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))

    def write(tx: Any) -> None:
        for _ in range(20):
            tx.publish(NoteWritten(seller_id=SELLER, occurred_at=tx.now, note_id=new_id()))
            tx.enqueue(NewJob(handler="sample.scripted"))

    engine.run(write, seller=SELLER)
    assert len([text for text in seen if text.startswith("INSERT")]) == 1


def test_a_transaction_without_a_seller_touches_no_seller(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        engine.run(lambda tx: tx.sample.notes.labels())


def test_an_actor_of_one_seller_does_not_act_for_another(engine: Engine) -> None:
    actor = Actor(kind="staff", id="7", seller_id=OTHER)
    with pytest.raises(Forbidden):
        engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER, actor=actor)


def test_a_module_that_is_off_has_no_repositories(engine: Engine) -> None:
    with pytest.raises(AttributeError, match="is the module on"):
        engine.run(lambda tx: tx.billing)


def test_a_duplicate_is_a_conflict_that_shows_no_value(engine: Engine) -> None:
    engine.run(lambda tx: tx.sample.notes.add(a_note("anna@example.org")), seller=SELLER)
    with pytest.raises(Conflict) as raised:
        engine.run(lambda tx: tx.sample.notes.add(a_note("anna@example.org")), seller=SELLER)
    assert "label" in str(raised.value)
    assert "anna" not in str(raised.value)


def crossing(engine: Engine, order: tuple[str, str], barrier: threading.Barrier, results: list[Any]) -> None:
    first = True

    def work(tx: Any) -> None:
        nonlocal first
        tx.sample.notes.lock(order[0])
        if first:
            first = False
            barrier.wait(timeout=20)
        tx.sample.notes.lock(order[1])

    try:
        results.append(engine.run(work, seller=SELLER))
    except Exception as problem:
        results.append(problem)


def test_a_deadlock_runs_the_whole_again(engine: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("writers queue up on SQLite and cannot deadlock")
    engine.run(lambda tx: tx.sample.notes.add(a_note("a"), a_note("b")), seller=SELLER)
    barrier, results = threading.Barrier(2), list[Any]()
    threads = [
        threading.Thread(target=crossing, args=(engine, order, barrier, results)) for order in (("a", "b"), ("b", "a"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [None, None]
    versions = engine.run(lambda tx: [tx.sample.notes.get(label).version for label in "ab"], seller=SELLER)
    assert versions == [3, 3]


def test_a_lock_timeout_runs_the_whole_again(
    engine: Engine, database_url: str, database_kind: str, host: sa.Engine
) -> None:
    engine.run(lambda tx: tx.sample.notes.add(a_note("a"), a_note("b")), seller=SELLER)
    impatient = impatient_database(database_url, database_kind)
    unit_of_work = SqlUnitOfWork(impatient, tuple(engine._unit_of_work._storages.values()))  # type: ignore[attr-defined]
    holder = host.connect()
    if database_kind == "sqlite":
        holder.exec_driver_sql("BEGIN IMMEDIATE")
    hold_b(holder)

    def write() -> None:
        with unit_of_work.begin(seller_id=SELLER, actor=SYSTEM, now=engine.clock.now(), engine=engine, job=None) as tx:
            tx.sample.notes.lock("a")
            tx.sample.notes.lock("b")

    with pytest.raises(ConcurrencyError):
        write()
    holder.rollback()
    holder.close()
    assert engine.run(lambda tx: tx.sample.notes.get("a").version, seller=SELLER) == 1, "the first update stayed"
    write()
    assert engine.run(lambda tx: tx.sample.notes.get("a").version, seller=SELLER) == 2
    impatient.dispose()


def impatient_database(url: str, kind: str) -> sa.Engine:
    """Waits for locks as shortly as the server allows."""
    database = open_database(url)
    statement = {
        "sqlite": "PRAGMA busy_timeout = 10",
        "mariadb": "SET SESSION innodb_lock_wait_timeout = 1",
        "postgresql": "SET SESSION lock_timeout = '50ms'",
    }[kind]

    @sa.event.listens_for(database, "connect")
    def set_up(connection: Any, entry: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()

    return database


def test_a_swallowed_lock_timeout_is_not_committed_by_half(
    engine: Engine, database_url: str, database_kind: str, host: sa.Engine
) -> None:
    if database_kind != "mariadb":
        pytest.skip("only MariaDB goes on after the error as if nothing had happened")
    engine.run(lambda tx: tx.sample.notes.add(a_note("a"), a_note("b")), seller=SELLER)
    impatient = impatient_database(database_url, database_kind)
    unit_of_work = SqlUnitOfWork(impatient, tuple(engine._unit_of_work._storages.values()))  # type: ignore[attr-defined]
    with host.begin() as holder:
        hold_b(holder)
        with (
            pytest.raises(ConcurrencyError),
            unit_of_work.begin(seller_id=SELLER, actor=SYSTEM, now=engine.clock.now(), engine=engine, job=None) as tx,
        ):
            tx.sample.notes.lock("a")
            with pytest.raises(sa.exc.OperationalError):
                tx.sample.notes.lock("b")
    assert engine.run(lambda tx: tx.sample.notes.get("a").version, seller=SELLER) == 1
    impatient.dispose()


def test_a_connection_that_died_in_the_pool_is_replaced(engine: Engine, database_kind: str, host: sa.Engine) -> None:
    if database_kind == "sqlite":
        pytest.skip("there is no server that could go away")
    engine.run(lambda tx: tx.sample.notes.add(a_note("a")), seller=SELLER)
    kill_connections(engine, host, database_kind)
    assert labels(engine) == ["a"]


def test_a_connection_lost_in_the_middle_is_said_and_not_run_again(
    engine: Engine, database_kind: str, host: sa.Engine
) -> None:
    if database_kind == "sqlite":
        pytest.skip("there is no server that could go away")
    tries = 0

    def write(tx: Any) -> None:
        nonlocal tries
        tries += 1
        tx.sample.notes.add(a_note("a"))
        kill_connections(engine, host, database_kind)
        tx.sample.notes.labels()

    with pytest.raises(DatabaseUnavailable):
        engine.run(write, seller=SELLER)
    assert tries == 1
    assert labels(engine) == []


def kill_connections(engine: Engine, host: sa.Engine, kind: str) -> None:
    """Kill all connections to this test's database but that of `host`."""
    with host.connect() as connection:
        if kind == "mariadb":
            ids = connection.exec_driver_sql(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            ).scalars()
            for id in ids.all():
                connection.exec_driver_sql(f"KILL {id}")
        else:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_an_unreachable_server_is_said_without_the_password(database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("there is no server")
    scheme = "mariadb" if database_kind == "mariadb" else "postgresql"
    database = open_database(f"{scheme}://anna:hunter2hunter2@127.0.0.1:9/shop")
    unit_of_work = SqlUnitOfWork(database, ())
    with (
        pytest.raises(DatabaseUnavailable) as raised,
        unit_of_work.begin(seller_id=None, actor=SYSTEM, now=a_note().written_at, engine=None, job=None),
    ):
        pass
    assert "hunter2" not in str(raised.value)


def test_operations_name_what_exists_already(engine: Engine) -> None:
    from tests.storage.test_operations import an_operation

    operation = an_operation()
    engine.run(lambda tx: tx.operations.add_many([operation]))
    with pytest.raises(AlreadyExists):
        engine.run(lambda tx: tx.operations.add_many([operation]))
