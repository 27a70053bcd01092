"""The benchmark's two sides write the same rows, and its last line is JSON with all figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from benchmarks import usage

from larabill_sqlalchemy.billing.usage_tables import EVENTS
from larabill_sqlalchemy.opening import database_of

ROOT = Path(__file__).parents[3]
FIGURES = {
    "n",
    "batch",
    "rounds",
    "ratio_to_driver",
    "ratio_with_a_tenth_known",
    "events_per_second",
    "driver_rows_per_second",
    "known_events_per_second",
    "mixed_events_per_second",
    "peak_memory_mib",
}


def test_both_sides_write_the_same_rows(tmp_path: Path) -> None:
    ours, theirs = (usage.open_shop(f"sqlite:///{tmp_path}/{name}.db", tmp_path, 7) for name in ("ours", "theirs"))
    lines = usage.lines_for(ours, 30)
    usage.record(ours, lines, 30)
    usage.record(ours, lines, 0)
    usage.by_the_driver(database_of(theirs.engine), usage.rows_for(ours, database_of(theirs.engine), lines))
    own = [column for column in EVENTS.c if column.name != "id"]
    found = []
    for shop in (ours, theirs):
        database = database_of(shop.engine)
        with database.connect() as connection:
            mine = sa.select(*own).where(EVENTS.c.seller_id == ours.seller).order_by(EVENTS.c.idempotency_id)
            found.append(connection.execute(mine).all())
        database.dispose()
    assert found[0] == found[1]
    assert len(found[0]) == 30


def test_the_last_line_is_json_with_all_figures() -> None:
    command = [sys.executable, "-m", "benchmarks.usage", "--n", "5", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["database"] == "sqlite"
    assert set(figures) == FIGURES | {"database"}
    assert all(figures[name] > 0 for name in FIGURES)
