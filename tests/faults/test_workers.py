"""Workers that are killed, and workers that are started together: small runs of the two commands beside this file.

Long runs: `nox -s kills`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.faults.run_due_together import is_right

ROOT = Path(__file__).parents[2]


def last_line(*arguments: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    return done.returncode, json.loads(lines[-1]), done.stdout + done.stderr


def test_a_worker_killed_anywhere_leaves_no_orphan_no_double_and_nothing_unrecorded() -> None:
    code, result, said = last_line("tests.faults.kill_worker", "--kills", "16", "--json")
    assert code == 0, said
    assert all(result["kills_by_phase"].values()), result
    bad = ("orphans", "duplicates", "double_charges", "unrecorded", "violations")
    assert {name: result[name] for name in bad} == dict.fromkeys(bad, 0)


@pytest.mark.parametrize("mutant", ["save-after-call", "key-follows-retry"])
def test_the_mistakes_that_the_design_forbids_are_found_out(mutant: str) -> None:
    code, result, said = last_line("tests.faults.kill_worker", "--kills", "24", "--json", "--mutant", mutant)
    assert code == 1, said
    assert result["duplicates"] + result["double_charges"] > 0


@pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)
def test_runs_started_together_charge_each_period_once(new_database_url: str) -> None:
    code, result, said = last_line(
        "tests.faults.run_due_together", "--processes", "4", "--due", "110", "--database", new_database_url
    )
    assert code == 0, said
    assert is_right(result)
