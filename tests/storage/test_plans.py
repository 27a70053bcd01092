"""Every query that a list or a job runs is served by an index: 50,000 rows, analysed, no planner switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import START, OpenTestEngine
from tests.storage.test_jobs import a_job
from tests.storage.test_operations import an_operation

from larabill_core.calls.model import OPEN, OperationStatus
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.ports.secrets import SealedRow
from larabill_sqlalchemy.core.jobs import JOB_TAGS, JOBS
from larabill_sqlalchemy.core.operations import OPERATIONS
from larabill_sqlalchemy.core.secrets import SECRETS
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.statements import insert_many, to_row

ROWS = 50_000
BASE = 500
"""Rows made here, of which one is open: of a year's jobs nearly all are done."""


def jobs() -> Iterator[dict[str, Any]]:
    for number in range(BASE):
        at = START + timedelta(seconds=number)
        status = {0: JobStatus.READY, 7: JobStatus.DEAD}.get(number, JobStatus.DONE)
        due_at = at if status is JobStatus.READY else None
        job = a_job(status=status, run_at=at, created_at=at, finished_at=None if due_at else at, queue=f"q{number % 4}")
        row = to_row(job, due_at=due_at)
        del row["tags"]
        yield row


def operations() -> Iterator[dict[str, Any]]:
    for number in range(BASE):
        at = START + timedelta(seconds=number)
        operation = an_operation(
            status=OperationStatus.PENDING if number == 0 else OperationStatus.DONE,
            account=f"account{number % 50}",
            next_at=at,
            lease_until=at if number == 0 else None,
        )
        open_subject_id = operation.subject_id if number == 0 else None
        yield to_row(operation, open_subject_id=open_subject_id, operation_key=operation.key)


def seal(number: int) -> dict[str, Any]:
    key = "new" if number else "old"
    return to_row(SealedRow(owner_table="t", owner_id=new_id(), secret_version=1, key_name=key, blob=b"x" * 40))


def multiply(connection: sa.Connection, table: sa.Table) -> None:
    """Each row a hundred times, under fresh keys: the database does that faster than we do."""
    fresh = {
        "sqlite": sa.func.randomblob(16),
        "postgresql": sa.func.gen_random_uuid(),
        "mariadb": sa.func.unhex(sa.func.md5(sa.func.uuid())),
    }[connection.dialect.name]
    text = sa.func.hex(fresh) if connection.dialect.name != "postgresql" else sa.cast(fresh, sa.String)
    times = sa.select(JOBS.c.id).limit(ROWS // BASE - 1).subquery()
    changed = {"id": fresh, "event_id": fresh, "subject_id": fresh, "owner_id": fresh, "operation_key": text}
    if "open_subject_id" in table.c:
        changed["open_subject_id"] = sa.case((table.c.open_subject_id.is_not(None), fresh), else_=None)
    columns = [changed.get(column.name, column) for column in table.c]
    more = sa.select(*columns).select_from(table).join(times, sa.true())
    connection.execute(sa.insert(table).from_select([column.name for column in table.c], more))


@pytest.fixture
def full(open_test_engine: OpenTestEngine) -> Engine:
    engine = open_test_engine()
    database = database_of(engine)
    with database.begin() as connection:
        insert_many(connection, JOBS, list(jobs()))
        insert_many(connection, OPERATIONS, list(operations()))
        insert_many(connection, SECRETS, [seal(number) for number in range(BASE)])
        for table in (OPERATIONS, SECRETS, JOBS):
            multiply(connection, table)
        number = sa.func.row_number().over(order_by=JOBS.c.id) % (ROWS // 5)
        tags = sa.select(sa.literal("resource:") + sa.cast(number, sa.String(10)), JOBS.c.id)
        connection.execute(sa.insert(JOB_TAGS).from_select(["tag", "job_id"], tags))
    with database.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        words = "ANALYZE TABLE" if database.dialect.name == "mariadb" else "ANALYZE"
        for table in (JOBS, JOB_TAGS, OPERATIONS, SECRETS):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == ROWS
            connection.exec_driver_sql(f"{words} {table.name}")
    return engine


def first(engine: Engine, table: sa.Table) -> Any:
    """A row from the middle."""
    with database_of(engine).connect() as connection:
        key = next(iter(table.primary_key.columns))
        return connection.execute(sa.select(table).order_by(key).offset(ROWS // 2).limit(1)).one()


def test_no_query_of_the_kernel_reads_a_whole_table(full: Engine) -> None:
    late = START + timedelta(days=2)
    an_id, another = first(full, JOBS).id, first(full, OPERATIONS)
    queries: dict[str, Callable[[Any], Any]] = {
        "claim": lambda tx: tx.jobs.claim(limit=10, now=late, lease_until=late),
        "claim of queues": lambda tx: tx.jobs.claim(queues=("q0", "q1"), limit=10, now=late, lease_until=late),
        "retry": lambda tx: tx.jobs.retry(tx.jobs.list(statuses=(JobStatus.DEAD,))[0].id, approved_by="", now=late),
        "get": lambda tx: tx.jobs.get(an_id),
        "list": lambda tx: tx.jobs.list(after=an_id),
        "list by status": lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD,)),
        "list by queue and status": lambda tx: tx.jobs.list(queue="q1", statuses=(JobStatus.READY,), after=an_id),
        "list by tag": lambda tx: tx.jobs.list(tag="resource:77"),
        "next": lambda tx: tx.jobs.next_run_at(),
        "purge": lambda tx: tx.jobs.purge_done(before=START + timedelta(minutes=5), limit=100),
        "operation": lambda tx: tx.operations.get(another.id, lock=True),
        "seqs": lambda tx: tx.operations.next_seqs([another.subject_id]),
        "open": lambda tx: tx.operations.open_for([another.subject_id]),
        "subject": lambda tx: tx.operations.for_subject(another.subject_id),
        "running": lambda tx: tx.operations.running("account3", START),
        "due": lambda tx: tx.operations.due(statuses=OPEN, before=late, limit=50),
        "secret": lambda tx: tx.secrets.get("t", another.id),
        "rotation": lambda tx: tx.secrets.wrapped_with_other_than("new", limit=100),
    }
    database = database_of(full)
    scans: dict[str, str] = {}
    for name, query in queries.items():
        seen: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, text: str, parameters: Any, *rest: Any) -> None:
            if text.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
                seen.append((text, parameters))  # noqa: B023 - listened to for this query only

        sa.event.listen(database, "before_cursor_execute", note)
        full.run(query)
        sa.event.remove(database, "before_cursor_execute", note)
        assert seen, name
        with database.connect() as connection:
            for text, parameters in seen:
                if scan := whole_table(connection, text, parameters):
                    scans[name] = f"{text}\n{scan}"
    with database.connect() as connection:
        unserved = "SELECT id FROM larabill_jobs WHERE attempts = 7"
        assert whole_table(connection, unserved, ()), "a missing index would not be seen"
    assert not scans, "\n\n".join(f"{name}: {scan}" for name, scan in scans.items())


def whole_table(connection: sa.Connection, text: str, parameters: Any) -> str:
    """The lines of the plan that read a table of many rows from one end to the other."""
    kind = connection.dialect.name
    words = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"
    plan = connection.exec_driver_sql(f"{words} {text}", parameters).mappings().all()
    match kind:
        case "sqlite":
            lines = [str(row["detail"]) for row in plan]
            bad = [line for line in lines if line.startswith("SCAN ") and "USING" not in line]
        case "postgresql":
            lines = [str(row["QUERY PLAN"]) for row in plan]
            bad = [line for line in lines if "Seq Scan on larabill" in line]
        case _:
            bad = [str(dict(row)) for row in plan if row["type"] == "ALL" and int(row["rows"] or 0) > 1000]
    return "\n".join(bad)
