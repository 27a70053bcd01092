"""Every query that a list or a job runs is served by an index: 50,000 rows, analysed, no planner switches."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import START
from tests.databases import BEHAVIOUR_KINDS, drop_database, make_database
from tests.storage.every_query import FEW, ONLY_INSERTS, QUERIES, VERIFY, Query, Sample
from tests.storage.fifty_thousand import GREAT, OF_GREAT, OF_SMALL, ROWS, SMALL, STORAGES, contents, load

from larabill_core.access import SYSTEM
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.unit_of_work import SqlUnitOfWork

SAMPLES = (Sample(GREAT, OF_GREAT), Sample(SMALL, OF_SMALL))
MANY = ROWS // 10
"""An index may be walked from its end when what is looked for (say the first hundred) turns up before so many rows."""


@pytest.fixture(scope="module", params=BEHAVIOUR_KINDS)
def full(request: pytest.FixtureRequest, _name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One load for each database."""
    kind, name = str(request.param), f"{_name}_full"
    database = open_database(make_database(kind, name, tmp_path_factory.mktemp("full")))
    load(database)
    yield database
    database.dispose()
    drop_database(kind, name)


class NoEngine:
    """Stands for the engine of a transaction that publishes nothing."""


class Undo(Exception):
    """Leaves the rows as they were."""


def test_no_query_of_a_list_or_a_job_reads_a_whole_table(full: sa.Engine) -> None:
    bad = [
        f"{name} of {sample.word}: {text}\n    {scan}"
        for name, (module, query) in QUERIES.items()
        for sample in SAMPLES
        for text, scan in scans(full, module, query, sample)
    ]
    assert not bad, "\n\n".join(bad)


def test_every_query_of_every_repository_is_asked_for(full: sa.Engine) -> None:
    """A new method is planned above, or says why it need not be."""
    planned = {name.partition(" ")[0].rstrip(":") for name in QUERIES}
    with SqlUnitOfWork(full, STORAGES).begin(
        seller_id=GREAT, actor=SYSTEM, now=START, engine=NoEngine(), job=None
    ) as tx:
        known = {
            f"{prefix}{name}.{method}"
            for prefix, repositories in (("", tx), ("billing.", tx.billing), ("provisioning.", tx.provisioning))
            for name, repository in vars(repositories).items()
            if type(repository).__module__.startswith("larabill_sqlalchemy.")
            for method, _ in inspect.getmembers(type(repository), inspect.isfunction)
            if not method.startswith("_")
        }
    excused = [ONLY_INSERTS, VERIFY, FEW.keys()]
    assert known - planned.union(*excused) == set()
    assert planned.union(*excused) - known == set()
    assert not [name for name in known if (name in planned) + sum(name in each for each in excused) > 1]


def test_a_missing_index_would_be_seen(full: sa.Engine) -> None:
    unserved = [
        "SELECT id FROM larabill_jobs WHERE attempts = 7",
        "SELECT id FROM larabill_orders WHERE currency = 'EUR' ORDER BY id",
        "SELECT id FROM larabill_charges WHERE seller_id IS NOT NULL AND kind = 'x'",
        "UPDATE larabill_payments SET version = 2 WHERE reason = 'x'",
    ]
    with full.connect() as connection:
        assert not [text for text in unserved if not whole_tables(connection, text, ())]


def scans(database: sa.Engine, module: str, query: Query, sample: Sample) -> list[tuple[str, str]]:
    """The statements of a query that read a whole table, with the lines of their plans that say so."""
    seen: list[tuple[str, Any]] = []
    found = []

    def note(connection: Any, cursor: Any, text: str, parameters: Any, *rest: Any) -> None:
        if text.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((text, parameters))

    unit = SqlUnitOfWork(database, STORAGES)
    engine = NoEngine()
    try:
        with unit.begin(seller_id=sample.seller_id, actor=SYSTEM, now=START, engine=engine, job=None) as tx:
            sa.event.listen(database, "before_cursor_execute", note)
            try:
                query(getattr(tx, module) if module else tx, sample)
            finally:
                sa.event.remove(database, "before_cursor_execute", note)
            assert seen
            for text, parameters in seen:
                found += [(text, line) for line in whole_tables(tx.connection, text, parameters)]
            raise Undo
    except Undo:
        return found


def whole_tables(connection: sa.Connection, text: str, parameters: Any) -> list[str]:
    """The lines of the plan that read a table from one end to the other, or far more of it than is looked for."""
    match connection.dialect.name:
        case "sqlite":
            return _of_sqlite(connection, text, parameters)
        case "postgresql":
            return _of_postgresql(connection, text, parameters)
        case _:
            return _of_mariadb(connection, text, parameters)


def _of_sqlite(connection: sa.Connection, text: str, parameters: Any) -> list[str]:
    """SCAN, with or without an index, of a full table under its own name or another."""
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters).mappings()
    lines = [str(row["detail"]) for row in plan]
    scanned = [(line, re.match(r"SCAN (\w+)", line)) for line in lines]
    full = {*contents(), *re.findall(r"\blarabill_\w+ AS (\w+)", text)}
    return [line for line, scan in scanned if scan is not None and scan[1] in full]


def _of_postgresql(connection: sa.Connection, text: str, parameters: Any) -> list[str]:
    """Sequential scans, and index scans that read, and mostly throw away, a tenth of the table."""
    plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {text}", parameters)
    bad = []
    for node in re.split(r"\n(?= *->)", "\n".join(plan.scalars())):
        scan = re.search(r"(Seq Scan|Index (?:Only )?Scan(?: Backward)? using \w+) on (\w+)", node)
        if scan is None or scan[2] not in contents() or "(never executed)" in node:
            continue
        read = sum(int(count) for count in re.findall(r"(?:actual rows=|Removed by Filter: )(\d+)", node))
        if scan[1] == "Seq Scan" or read > MANY:
            bad.append(node)
    return bad


def _of_mariadb(connection: sa.Connection, text: str, parameters: Any) -> list[str]:
    """Full scans of tables and indexes by the plan, and whatever really reads a tenth of a table: the plan tells of
    one row where a LIMIT follows, and does not say how many are thrown away."""
    plan = connection.exec_driver_sql(f"EXPLAIN {text}", parameters).mappings().all()
    before = _rows_read(connection)
    connection.exec_driver_sql(text, parameters).close()
    read = _rows_read(connection) - before
    lines = [dict(row) for row in plan]
    if read > MANY:
        return [f"{read} rows read: {lines}"]
    return [str(line) for line in lines if line["type"] in ("ALL", "index") and int(line["rows"] or 0) > MANY]


def _rows_read(connection: sa.Connection) -> int:
    counters = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'")
    return sum(int(row[1]) for row in counters)
