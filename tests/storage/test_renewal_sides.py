"""The renewal benchmark compares like with like: each side leaves the same rows behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from benchmarks.sides import rounds
from benchmarks.sides.floor import BESIDE
from benchmarks.sides.rounds import Costs, Pair
from benchmarks.sides.written import tables_of

ROOT = Path(__file__).parents[2]
KEYS = {
    "database",
    "n",
    "batch",
    "sql_per_renewal",
    "cpu_ratio_to_floor",
    "wall_ratio_to_floor",
    "growth_ratio",
    "orm_ratio",
    "per_subscription_ratio",
    "poison_ratio",
    "renewals_per_second",
    "peak_memory_mib",
}
ALIKE = (
    "larabill_invoices",
    "larabill_invoice_lines",
    "larabill_charges",
    "larabill_postings",
    "larabill_jobs",
    "larabill_credits",
    "larabill_payment_allocations",
)
MOST_STATEMENTS = 28
"""In a batch of any size, with a coupon and credit in it: 0.056 for each of 500."""


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair.open(stack, database_url, tmp_path, 5, 3)


def rows(pair: Pair, database: sa.Engine) -> dict[str, list[Any]]:
    """Of all tables that renewals write, but for the number series."""
    with database.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(sa.select(table))))
            for table in tables_of(pair.shop)
            if table.name != "larabill_invoice_series"
        }


def test_the_drivers_and_the_orm_write_what_we_wrote(pair: Pair) -> None:
    before = rows(pair, pair.shop.database)
    assert rows(pair, pair.other) == before
    costs = Costs()
    assert rounds._beside_the_driver(pair, 3, costs) <= 2 * MOST_STATEMENTS
    for name in BESIDE[pair.shop.database.dialect.name]:
        rounds._beside(pair, 3, name)
    rounds._beside_the_orm(pair, 3, costs)
    after = rows(pair, pair.shop.database)
    assert rows(pair, pair.other) == after
    assert {name for name in ALIKE if len(after[name]) == len(before[name])} == set()


def test_the_last_line_is_json_with_all_figures() -> None:
    command = [sys.executable, "-m", "benchmarks.renewal", "--n", "20", "--batch", "10", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) >= KEYS
    assert (figures["database"], figures["n"], figures["batch"]) == ("sqlite", 20, 10)
    assert all(figures[name] > 0 for name in KEYS - {"database"})
