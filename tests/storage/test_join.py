"""Joining the host: inside its transaction by savepoint, never a commit, never a retry, and never a half."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from tests.storage.conftest import SELLER, a_note, hold_b

from larabill_core.engine import Engine
from larabill_core.errors import ConcurrencyError, Conflict
from larabill_core.jobs import NewJob


@pytest.fixture(autouse=True)
def own_table(host: sa.Engine) -> Any:
    """A table of the host's, next to ours."""
    with host.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE carts (id INTEGER PRIMARY KEY, state VARCHAR(20))")
        connection.exec_driver_sql("INSERT INTO carts (id, state) VALUES (1, 'open'), (2, 'open')")
    yield
    with host.begin() as connection:
        connection.exec_driver_sql("DROP TABLE carts")


def pay(connection: sa.Connection, id: int = 1) -> None:
    connection.exec_driver_sql(f"UPDATE carts SET state = 'paid' WHERE id = {id}")


def carts(host: sa.Engine) -> list[str]:
    with host.connect() as connection:
        return list(connection.exec_driver_sql("SELECT state FROM carts ORDER BY id").scalars())


def add(engine: Engine, joined: Any, *labels: str) -> None:
    """Our use case, inside the host's transaction."""
    engine.joined(joined).run(
        lambda tx: tx.sample.notes.add(*(a_note(label) for label in labels or ("original",))), seller=SELLER
    )


def lock(engine: Engine, joined: Any, *labels: str) -> None:
    def each(tx: Any) -> None:
        for label in labels:
            tx.sample.notes.lock(label)

    engine.joined(joined).run(each, seller=SELLER)


def labels(engine: Engine) -> list[str]:
    found: list[str] = engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER)
    return found


def test_nothing_is_written_until_the_host_commits(engine: Engine, host: sa.Engine) -> None:
    with host.connect() as connection:
        pay(connection)

        def work(tx: Any) -> None:
            assert tx.joined
            tx.sample.notes.add(a_note())
            tx.enqueue(NewJob(handler="sample.scripted"))

        engine.joined(connection).run(work, seller=SELLER)
        if host.dialect.name != "sqlite":  # where a reader would have to wait
            assert labels(engine) == []
        connection.commit()
    assert (labels(engine), carts(host)) == (["original"], ["paid", "open"])
    assert [job.handler for job in engine.run(lambda tx: tx.jobs.list())] == ["sample.scripted"]


@pytest.mark.parametrize("host_goes_first", [True, False])
def test_a_rollback_of_the_host_takes_ours_with_it(engine: Engine, host: sa.Engine, host_goes_first: bool) -> None:
    """Also when ours is the first statement: sqlite3 would commit a savepoint that no transaction surrounds."""
    with host.connect() as connection:
        if host_goes_first:
            pay(connection)
        add(engine, connection)
        pay(connection)
        connection.rollback()
    assert (labels(engine), carts(host)) == ([], ["open", "open"])


@pytest.mark.parametrize("kind", [Session, lambda host: scoped_session(sessionmaker(host))])
def test_a_session_is_joined_once_and_for_each_of_its_transactions(engine: Engine, host: sa.Engine, kind: Any) -> None:
    session = kind(host)
    joined = engine.joined(session)
    for label, state, end in (("a", "paid", session.commit), ("b", "lost", session.rollback)):
        session.execute(sa.text(f"UPDATE carts SET state = '{state}' WHERE id = 1"))
        joined.run(lambda tx, label=label: tx.sample.notes.add(a_note(label)), seller=SELLER)
        end()
    session.close()
    assert (labels(engine), carts(host)) == (["a"], ["paid", "open"])


def test_what_is_no_connection_is_refused_with_the_remedy(engine: Engine, host: sa.Engine) -> None:
    with pytest.raises(TypeError, match=r"takes a Connection or Session .* not Engine.*run_sync"):
        engine.joined(host)


def test_a_driver_whose_parameters_are_others_is_refused_with_the_remedy(
    engine: Engine, host: sa.Engine, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind != "postgresql":
        pytest.skip("the others' drivers understand one another's statements")
    monkeypatch.setattr(host.dialect, "driver", "asyncpg")
    with (
        host.connect() as connection,
        pytest.raises(TypeError, match=r"not of asyncpg: open it as postgresql\+psycopg"),
    ):
        add(engine, connection)


def test_no_job_is_carried_out_inside_the_hosts_transaction(engine: Engine, host: sa.Engine) -> None:
    """What is done at a provider would be forgotten if the host rolled back (I2)."""
    engine.run(lambda tx: tx.enqueue(NewJob(handler="sample.scripted")))
    with host.begin() as connection:
        joined = engine.joined(connection)
        for work in (joined.work_once, joined.run_due):
            with pytest.raises(RuntimeError, match="Call the engine itself"):
                work()
    assert [job.attempts for job in engine.run(lambda tx: tx.jobs.list())] == [0]


def test_an_error_of_ours_leaves_the_hosts_work_to_the_host(engine: Engine, host: sa.Engine) -> None:
    with host.connect() as connection:
        pay(connection)
        with pytest.raises(Conflict):
            add(engine, connection, "a", "a")
        add(engine, connection, "b")
        connection.commit()
    assert (labels(engine), carts(host)) == (["b"], ["paid", "open"])


def test_joined_twice_in_one_transaction(engine: Engine, host: sa.Engine) -> None:
    with host.begin() as connection:
        for label in ("a", "b"):
            add(engine, connection, label)
    assert labels(engine) == ["a", "b"]


def test_autocommit_and_savepoints_of_the_host_do_not_disturb(engine: Engine, host: sa.Engine) -> None:
    with host.begin() as connection:
        pay(connection)
        with connection.begin_nested() as savepoint:
            add(engine, connection)
            savepoint.rollback()
    assert (labels(engine), carts(host)) == ([], ["paid", "open"])


def deadlock(engine: Engine, host: sa.Engine, *, swallow: bool) -> list[str]:
    """The host pays cart 1, we touch note a; somebody else holds note b and wants cart 1. What became of each."""
    engine.run(lambda tx: tx.sample.notes.add(a_note("a"), a_note("b")), seller=SELLER)
    barrier = threading.Barrier(2)
    results: list[str] = []

    def both(tx: Any) -> None:
        tx.sample.notes.lock("a")
        barrier.wait(timeout=20)
        try:
            tx.sample.notes.lock("b")
        except Exception:
            if not swallow:
                raise
            results.append("swallowed")

    def ours() -> None:
        with host.connect() as connection:
            pay(connection, 1)
            pay(connection, 2)
            try:
                engine.joined(connection).run(both, seller=SELLER)
            except ConcurrencyError:
                results.append("raised")
            try:
                connection.commit()
                results.append("committed")
            except ConcurrencyError:
                results.append("refused")
                connection.rollback()

    def theirs() -> None:
        with host.connect() as connection:
            # many rows changed: the database then chooses the other one as its victim
            for _ in range(40):
                connection.exec_driver_sql("INSERT INTO heavy (state) VALUES ('x')")
            hold_b(connection)
            barrier.wait(timeout=20)
            connection.exec_driver_sql("UPDATE carts SET state = 'theirs' WHERE id = 1")
            connection.commit()

    threads = [threading.Thread(target=ours), threading.Thread(target=theirs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def heavy(host: sa.Engine, database_kind: str) -> Any:
    if database_kind != "mariadb":
        pytest.skip("there a savepoint survives a deadlock, or none can happen")
    with host.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE heavy (id INTEGER PRIMARY KEY AUTO_INCREMENT, state VARCHAR(20))")
    yield
    with host.begin() as connection:
        connection.exec_driver_sql("DROP TABLE heavy")


@pytest.mark.usefixtures("heavy")
@pytest.mark.parametrize("swallow", [False, True])
def test_after_a_deadlock_the_hosts_commit_raises_rather_than_keep_half(
    engine: Engine, host: sa.Engine, swallow: bool
) -> None:
    results = deadlock(engine, host, swallow=swallow)
    assert results == (["swallowed"] if swallow else []) + ["raised", "refused"]
    assert carts(host) == ["theirs", "open"]
    assert engine.run(lambda tx: tx.sample.notes.get("a").version, seller=SELLER) == 1


def test_after_a_lock_timeout_nothing_is_kept_by_half(engine: Engine, host: sa.Engine, database_kind: str) -> None:
    """MariaDB rolls back the statement alone (1205): the commit raises. PostgreSQL goes on from the savepoint."""
    if database_kind == "sqlite":
        pytest.skip("a writer waits at its beginning")
    engine.run(lambda tx: tx.sample.notes.add(a_note("a"), a_note("b")), seller=SELLER)
    short = "innodb_lock_wait_timeout = 1" if database_kind == "mariadb" else "lock_timeout = '50ms'"
    with host.connect() as holder, host.connect() as connection:
        hold_b(holder)
        connection.exec_driver_sql(f"SET SESSION {short}")
        pay(connection)
        with pytest.raises(ConcurrencyError):
            lock(engine, connection, "a", "b")
        if database_kind == "mariadb":
            with pytest.raises(ConcurrencyError, match="run the whole transaction again"):
                connection.commit()
            connection.rollback()
        else:
            connection.commit()
        holder.rollback()
    assert carts(host) == (["open", "open"] if database_kind == "mariadb" else ["paid", "open"])
    assert engine.run(lambda tx: tx.sample.notes.get("a").version, seller=SELLER) == 1


def test_after_a_serialization_failure_the_hosts_commit_raises(
    engine: Engine, host: sa.Engine, database_kind: str
) -> None:
    if database_kind != "postgresql":
        pytest.skip("40001 is PostgreSQL's")
    engine.run(lambda tx: tx.sample.notes.add(a_note("a")), seller=SELLER)
    with host.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        pay(connection)
        engine.run(lambda tx: tx.sample.notes.lock("a"), seller=SELLER)
        with pytest.raises(ConcurrencyError):
            lock(engine, connection, "a")
        with pytest.raises(ConcurrencyError):
            lock(engine, connection)
        with pytest.raises(ConcurrencyError):
            connection.commit()
        connection.rollback()
    assert carts(host) == ["open", "open"]


def test_after_sqlite_has_given_up_the_transaction_the_hosts_commit_raises(
    engine: Engine, host: sa.Engine, database_kind: str
) -> None:
    """As it does when the disk is full: what follows would be a transaction of its own."""
    if database_kind != "sqlite":
        pytest.skip("SQLite alone does so without an error of its own kind")

    def lose(tx: Any) -> None:
        tx.connection.exec_driver_sql("INSERT OR ROLLBACK INTO carts (id) VALUES (1)")

    with host.connect() as connection:
        pay(connection)
        with pytest.raises(ConcurrencyError, match="SQLite rolled this transaction back"):
            engine.joined(connection).run(lose, seller=SELLER)
        pay(connection, 2)
        with pytest.raises(ConcurrencyError, match="run the whole transaction again"):
            connection.commit()
        connection.rollback()
    assert carts(host) == ["open", "open"]


def test_after_the_rollback_the_connection_is_good_again(engine: Engine, host: sa.Engine, database_kind: str) -> None:
    if database_kind != "mariadb":
        pytest.skip("the mark is MariaDB's")
    engine.run(lambda tx: tx.sample.notes.add(a_note("b")), seller=SELLER)
    with host.connect() as connection:
        with host.connect() as holder:
            hold_b(holder)
            connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
            with pytest.raises(ConcurrencyError):
                lock(engine, connection, "b")
            holder.rollback()
        connection.rollback()
        lock(engine, connection, "b")
        connection.commit()
    assert engine.run(lambda tx: tx.sample.notes.get("b").version, seller=SELLER) == 2


def test_the_error_is_not_run_again(engine: Engine, host: sa.Engine) -> None:
    tries = 0

    def again(tx: Any) -> None:
        nonlocal tries
        tries += 1
        raise ConcurrencyError("again, please")

    with host.connect() as connection, pytest.raises(ConcurrencyError):
        engine.joined(connection).run(again)
    assert tries == 1
