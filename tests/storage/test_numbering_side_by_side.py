"""Processes that issue invoices side by side leave no gap and no duplicate, also when they are killed (I5).

The nox session `numbering` does the same with 5,000 invoices.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.numbering import side_by_side


def test_numbers_have_no_gap_though_processes_are_killed(new_database_url: str, tmp_path: Path) -> None:
    found = side_by_side(new_database_url, tmp_path, n=160, processes=8, batch=4, kills=1)
    assert (found["numbers"], found["gaps"], found["duplicates"], found["violations"]) == (160, 0, 0, 0)
    assert found["failed"] == 0
