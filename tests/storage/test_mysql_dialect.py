"""MySQL itself is not run here: its statements are compiled, and none relies on RETURNING."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateIndex, CreateTable
from tests.conftest import START
from tests.storage.sample import NOTES
from tests.storage.test_jobs import a_job
from tests.storage.test_operations import an_operation

from larabill_core.calls.limits import LimitState
from larabill_core.calls.model import OPEN
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.ports.secrets import SealedRow
from larabill_sqlalchemy.billing import STORAGE as BILLING
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.core import CoreRepositories
from larabill_sqlalchemy.provisioning import STORAGE as PROVISIONING
from larabill_sqlalchemy.statements import update_many
from larabill_sqlalchemy.storage import Storage

LATER = START + timedelta(minutes=1)


class Recorder:
    """Stands for a connection to MySQL 8: compiles what it is given, and finds nothing."""

    def __init__(self) -> None:
        self.dialect = mysql.dialect()
        self.dialect.server_version_info = (8, 0, 36)
        self.compiled: list[str] = []

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        keys = list(parameters[0]) if isinstance(parameters, list) else None
        self.compiled.append(str(statement.compile(dialect=self.dialect, column_keys=keys)))
        return Nothing()

    def exec_driver_sql(self, text: str, parameters: Any) -> Any:
        self.compiled.append(text)
        return Nothing()

    def scalars(self, statement: Any) -> Any:
        return self.execute(statement)

    def scalar(self, statement: Any) -> Any:
        self.execute(statement)


class Nothing:
    rowcount = 1

    def all(self) -> list[Any]:
        return []

    def one_or_none(self) -> None:
        return None

    def __iter__(self) -> Any:
        return iter(())


class FakeTx:
    now = START

    def __init__(self) -> None:
        self.connection = Recorder()


def test_the_kernels_statements_compile_for_mysql_without_returning() -> None:
    tx = FakeTx()
    core = CoreRepositories(tx)  # type: ignore[arg-type]
    id = new_id()
    core.jobs.add_many([a_job(tags=("t",))])
    core.jobs.claim(queues=("q",), limit=3, now=START, lease_until=LATER)
    core.jobs.complete(id, 1, START)
    core.jobs.list(statuses=(JobStatus.DEAD,), queue="q", tag="t", older_than=START, after=id)
    core.jobs.counts()
    core.jobs.next_run_at()
    core.jobs.purge_done(before=START, limit=3)
    operation = an_operation()
    core.operations.add_many([operation])
    core.operations.next_seqs([id])
    core.operations.save(operation, fence=0)
    core.operations.open_for([id])
    core.operations.running("a", START)
    core.operations.due(statuses=OPEN, before=START, limit=3)
    core.limits.get("a")
    core.limits.put(LimitState(account="a", tokens=1.0, refilled_at=START))
    core.secrets.put(SealedRow(owner_table="t", owner_id=id, secret_version=1, key_name="k", blob=b""))
    core.secrets.wrapped_with_other_than("k", limit=3)
    update_many(tx.connection, NOTES, [{"id": id, "version": 2}, {"id": new_id(), "version": 3}])  # type: ignore[arg-type]
    compiled = tx.connection.compiled
    assert len(compiled) >= 18
    assert not [text for text in compiled if "RETURNING" in text or "INSERT IGNORE" in text]
    assert [text for text in compiled if "FOR UPDATE SKIP LOCKED" in text]
    assert [text for text in compiled if "ON DUPLICATE KEY UPDATE" in text]


@pytest.mark.parametrize("storage", [CORE, BILLING, PROVISIONING], ids=lambda storage: storage.name)
def test_tables_compile_for_mysql(storage: Storage) -> None:
    dialect = mysql.dialect()
    for table in storage.metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        assert "ENGINE=InnoDB" in text and "utf8mb4" in text
        for index in table.indexes:
            CreateIndex(index).compile(dialect=dialect)


@pytest.mark.parametrize("storage", [CORE, BILLING, PROVISIONING], ids=lambda storage: storage.name)
def test_indexes_fit_into_innodb(storage: Storage) -> None:
    """3,072 bytes an index; a character of utf8mb4 takes four. Names take 64 characters (63 on PostgreSQL)."""
    for table in storage.metadata.sorted_tables:
        assert len(table.name) <= 63
        for index in table.indexes:
            width = sum(4 * length(column) for column in index.columns)
            assert width <= 3072, f"{index.name}: {width} bytes"
            assert len(str(index.name)) <= 63


def length(column: sa.Column[Any]) -> int:
    return column.type.length or 4 if isinstance(column.type, sa.String) else 4
