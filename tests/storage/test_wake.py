"""Wake-ups: after the commit of whoever's transaction wrote jobs, never before, never after a rollback."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from tests.storage.conftest import SELLER
from tests.storage.sample import handlers

from larabill_core.engine import Engine
from larabill_core.errors import Conflict
from larabill_core.jobs import NewJob
from larabill_core.worker import Worker


@pytest.fixture
def seen(engine: Engine) -> list[int]:
    """At each wake-up, how many jobs another transaction sees."""
    seen: list[int] = []
    engine.on_wake(lambda: seen.append(len(engine.run(lambda tx: tx.jobs.list()))))
    return seen


def write(engine: Engine) -> None:
    engine.run(lambda tx: tx.enqueue(NewJob(handler="sample.scripted")), seller=SELLER)


def test_after_our_own_commit(engine: Engine, seen: list[int]) -> None:
    write(engine)
    assert seen == [1]


def test_not_for_what_writes_no_jobs(engine: Engine, host: sa.Engine, seen: list[int]) -> None:
    engine.run(lambda tx: tx.jobs.list())
    with host.begin() as connection:
        engine.joined(connection).run(lambda tx: tx.jobs.list())
    assert seen == []


def test_not_after_our_own_rollback(engine: Engine, seen: list[int]) -> None:
    def fail(tx: Any) -> None:
        tx.enqueue(NewJob(handler="sample.scripted"))
        tx.flush()
        raise Conflict("it", "failed")

    with pytest.raises(Conflict):
        engine.run(fail)
    assert seen == []


def test_after_the_commit_of_the_host(engine: Engine, host: sa.Engine, seen: list[int]) -> None:
    with host.begin() as connection:
        write(engine.joined(connection))
        assert seen == []
    assert seen == [1]


def test_not_after_the_rollback_of_the_host(engine: Engine, host: sa.Engine, seen: list[int]) -> None:
    with host.connect() as connection:
        write(engine.joined(connection))
        connection.rollback()
        connection.exec_driver_sql("SELECT 1")
        connection.commit()
    assert seen == []


def test_a_connection_that_is_kept_tells_when_it_goes_on(engine: Engine, host: sa.Engine, seen: list[int]) -> None:
    with host.connect() as connection:
        write(engine.joined(connection))
        connection.commit()
        connection.exec_driver_sql("SELECT 1")
        assert len(seen) == 1


def test_not_when_the_hosts_commit_fails(engine: Engine, host: sa.Engine, seen: list[int], database_kind: str) -> None:
    if database_kind == "mariadb":
        pytest.skip("it has no constraint that waits for the commit")
    deferred = "REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED"
    with host.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(f"CREATE TABLE children (parent INTEGER {deferred})")
    with host.connect() as connection:
        if database_kind == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.commit()
        write(engine.joined(connection))
        connection.exec_driver_sql("INSERT INTO children VALUES (7)")
        with pytest.raises(sa.exc.IntegrityError):
            connection.commit()
        connection.rollback()
    assert seen == []
    with host.begin() as connection:
        connection.exec_driver_sql("DROP TABLE children")
        connection.exec_driver_sql("DROP TABLE parents")


def test_a_host_with_a_hook_of_its_own_is_asked_to_call(engine: Engine, host: sa.Engine, seen: list[int]) -> None:
    hooks: list[Any] = []
    with host.begin() as connection:
        write(engine.joined(connection, on_commit=hooks.append))
    assert seen == []
    for hook in hooks:
        hook()
    assert seen == [1]


def test_a_worker_of_the_same_process_does_not_wait_for_its_next_look(
    engine: Engine, host: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its looks lies an hour: what is done within it was woken, and so was the end."""
    monkeypatch.setattr("larabill_core.worker.FIRST_WAIT_SECONDS", 3600.0)
    monkeypatch.setattr("larabill_core.worker.LONGEST_WAIT_SECONDS", 3600.0)
    monkeypatch.setattr("larabill_core.worker.TICK_SECONDS", 3600.0)
    done = threading.Semaphore(0)
    handlers.script.extend([lambda tx: done.release()] * 2)
    worker = Worker(engine)
    thread = threading.Thread(target=worker.run, args=(2,))
    thread.start()
    try:
        write(engine)
        assert done.acquire(timeout=120)
        with host.begin() as connection:
            write(engine.joined(connection))
        assert done.acquire(timeout=120)
    finally:
        worker.stop()
        thread.join(timeout=120)
    assert not thread.is_alive()
    assert not worker.broken


def test_one_that_fails_harms_nobody(
    engine: Engine, host: sa.Engine, seen: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("deaf")

    engine.on_wake(fail)
    engine._on_wake.reverse()  # type: ignore[attr-defined]
    write(engine)
    with host.begin() as connection:
        write(engine.joined(connection))
    assert seen == [1, 2]
    assert "a wake-up failed" in caplog.text
