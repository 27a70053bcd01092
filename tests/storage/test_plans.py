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
OFTEN_OPEN = 500
"""Of a year's jobs nearly all are done."""


def jobs() -> Iterator[dict[str, Any]]:
    for number in range(ROWS):
        at = START + timedelta(seconds=number)
        status = JobStatus.READY if number % OFTEN_OPEN == 0 else JobStatus.DONE
        if number % 5000 == 7:
            status = JobStatus.DEAD
        due_at = at if status is JobStatus.READY else None
        job = a_job(status=status, run_at=at, created_at=at, finished_at=None if due_at else at, queue=f"q{number % 4}")
        row = to_row(job, due_at=due_at)
        del row["tags"]
        yield row


def operations() -> Iterator[dict[str, Any]]:
    for number in range(ROWS):
        at = START + timedelta(seconds=number)
        is_open = number % OFTEN_OPEN == 0
        operation = an_operation(
            status=OperationStatus.PENDING if is_open else OperationStatus.DONE,
            account=f"account{number % 50}",
            next_at=at,
            lease_until=at if number % 1000 == 0 else None,
        )
        open_subject_id = operation.subject_id if is_open else None
        yield to_row(operation, open_subject_id=open_subject_id, operation_key=operation.key)


def seal(number: int) -> dict[str, Any]:
    key = "old" if number % OFTEN_OPEN == 0 else "new"
    return to_row(SealedRow(owner_table="t", owner_id=new_id(), secret_version=1, key_name=key, blob=b"x" * 40))


@pytest.fixture(scope="module")
def rows() -> dict[sa.Table, list[dict[str, Any]]]:
    made: dict[sa.Table, list[dict[str, Any]]] = {
        JOBS: list(jobs()),
        OPERATIONS: list(operations()),
        SECRETS: [seal(number) for number in range(ROWS)],
    }
    made[JOB_TAGS] = [{"tag": f"resource:{number // 5}", "job_id": row["id"]} for number, row in enumerate(made[JOBS])]
    return made


@pytest.fixture
def full(open_test_engine: OpenTestEngine, rows: dict[sa.Table, list[dict[str, Any]]]) -> Engine:
    engine = open_test_engine()
    database = database_of(engine)
    with database.begin() as connection:
        for table, its_rows in rows.items():
            for start in range(0, ROWS, 5000):
                insert_many(connection, table, its_rows[start : start + 5000])
    with database.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in rows:
            words = "ANALYZE TABLE" if database.dialect.name == "mariadb" else "ANALYZE"
            connection.exec_driver_sql(f"{words} {table.name}")
    return engine


def test_no_query_of_the_kernel_reads_a_whole_table(full: Engine, rows: dict[sa.Table, list[dict[str, Any]]]) -> None:
    late = START + timedelta(days=2)
    an_id, another = rows[JOBS][25_000]["id"], rows[OPERATIONS][25_000]
    queries: dict[str, Callable[[Any], Any]] = {
        "claim": lambda tx: tx.jobs.claim(limit=10, now=late, lease_until=late),
        "claim of queues": lambda tx: tx.jobs.claim(queues=("q0", "q1"), limit=10, now=late, lease_until=late),
        "complete": lambda tx: tx.jobs.extend(rows[JOBS][0]["id"], 1, lease_until=late),
        "get": lambda tx: tx.jobs.get(an_id),
        "list": lambda tx: tx.jobs.list(after=an_id),
        "list by status": lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD,)),
        "list by queue and status": lambda tx: tx.jobs.list(queue="q1", statuses=(JobStatus.READY,), after=an_id),
        "list by tag": lambda tx: tx.jobs.list(tag="resource:77"),
        "next": lambda tx: tx.jobs.next_run_at(),
        "purge": lambda tx: tx.jobs.purge_done(before=START + timedelta(minutes=5), limit=100),
        "operation": lambda tx: tx.operations.get(another["id"], lock=True),
        "seqs": lambda tx: tx.operations.next_seqs([another["subject_id"]]),
        "open": lambda tx: tx.operations.open_for([another["subject_id"]]),
        "subject": lambda tx: tx.operations.for_subject(another["subject_id"]),
        "running": lambda tx: tx.operations.running("account3", START),
        "due": lambda tx: tx.operations.due(statuses=OPEN, before=late, limit=50),
        "secret": lambda tx: tx.secrets.get("t", another["id"]),
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
            bad = [str(dict(row)) for row in plan if row["type"] in ("ALL",) and (row["rows"] or 0) > 1000]
    return "\n".join(bad)


def test_a_missing_index_would_be_seen(full: Engine) -> None:
    with database_of(full).connect() as connection:
        unserved = "SELECT id FROM larabill_jobs WHERE attempts = 7"
        assert whole_table(connection, unserved, ())
