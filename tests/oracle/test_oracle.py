"""Other systems' worked numbers come out as they stand there, and the runner would notice if they did not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.oracle.areas import SHAPES
from tests.oracle.runner import DEFAULT, Case, fault, read, report, run, where
from tests.oracle.units import same

AREAS = ("coupon", "dunning", "period-arithmetic", "pricing-model", "proration", "rounding", "tax")
CASES = read(DEFAULT)
RESULTS = run(CASES, SHAPES)


@pytest.mark.parametrize("area", [area for area in AREAS if area in SHAPES])
def test_at_least_98_percent_of_an_area_pass(area: str) -> None:
    failed = {name: problem for name, problem in RESULTS[area].items() if problem is not None}
    assert len(RESULTS[area]) == sum(case.area == area for case in CASES)
    assert len(failed) <= len(RESULTS[area]) * 0.02, failed


def test_a_case_with_another_expectation_fails() -> None:
    passing = [case for case in CASES if case.area in SHAPES and RESULTS[case.area][case.id] is None]
    assert len(passing) > 80
    for case in passing:
        for name, value in case.expected.items():
            wrong = attrs.evolve(case, expected={**case.expected, name: _other(value)})
            assert fault(wrong, SHAPES[case.area]) is not None, (case.id, name)


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [_other(value[0]), *value[1:]]
    if isinstance(value, str) and value[:1].isalpha():
        return f"not {value}"
    return f"9{value}" if isinstance(value, str) else 987654321


def test_the_id_of_a_case_decides_nothing() -> None:
    renamed = [attrs.evolve(case, id=str(number)) for number, case in enumerate(CASES)]
    assert [list(area.values()) for area in run(renamed, SHAPES).values()] == [
        list(area.values()) for area in RESULTS.values()
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "somebody/else"}, "no shape of somebody/else"),
        (
            {"inputs": {"start": "2026-01-01", "colour": "red"}},
            "no shape of killbill/killbill with the inputs colour, start",
        ),
        ({"expected": {"weight": 1}}, "nothing here answers weight"),
        (
            {"inputs": {"start": "2026-13-01", "bill_cycle_day": 1, "billing_period": "MONTHLY"}},
            "ValueError: month must",
        ),
        ({"inputs": {"start": "2026-01-01", "bill_cycle_day": 1, "billing_period": "NEVER"}}, "KeyError: 'NEVER'"),
        (
            {"inputs": {"start": "2026-01-01", "bill_cycle_day": 32, "billing_period": "MONTHLY"}},
            "InvalidInput: day: is",
        ),
    ],
)
def test_a_case_that_cannot_be_run_fails_with_the_reason(change: Mapping[str, Any], reason: str) -> None:
    known = Case(
        id="x",
        area="period-arithmetic",
        source="killbill/killbill",
        path="",
        inputs={"start": "2012-01-16", "bill_cycle_day": 17, "billing_period": "ANNUAL"},
        expected={"first_billing_cycle_date": "2012-01-17"},
    )
    assert fault(known, SHAPES[known.area]) is None
    assert reason in (fault(attrs.evolve(known, **change), SHAPES[known.area]) or "")


def test_an_area_that_is_not_built_counts_neither_way_unless_asked() -> None:
    other = Case(id="kept-out", area="weather", source="a/b", path="", inputs={}, expected={"rain": 1})
    cases = [*CASES, other]
    known, fine = report(cases, run(cases, SHAPES), everything=False)
    assert "weather: not run (1 cases)" in known
    assert fine == ("failed" not in known.splitlines()[-1] or known.endswith(" 0 failed"))
    everything, whole = report(cases, run(cases, SHAPES), everything=True)
    assert "weather: 0 passed, 1 failed\n  kept-out: this area is not run yet" in everything
    assert not whole


def test_the_last_line_adds_the_areas_up() -> None:
    text, _ = report(CASES, RESULTS, everything=False)
    passed = sum(problem is None for area in RESULTS.values() for problem in area.values())
    ran = sum(map(len, RESULTS.values()))
    assert text.splitlines()[-1] == f"{passed} passed, {ran - passed} failed"


def test_every_case_names_its_source() -> None:
    assert all(case.source for case in CASES)
    assert len({case.id for case in CASES}) == len(CASES) == 189


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_the_command_runs_any_file(by: str, tmp_path: Path) -> None:
    good = next(each for each in json.loads(DEFAULT.read_text()) if each["area"] == "proration")
    bad = {**good, "id": "a-bad-one", "expected": {"billing_cycles": "0.4"}}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([good, bad]))
    named = {"LARABILL_ORACLE_CASES": str(path)} if by == "environment" else {}
    argv = [sys.executable, "-m", "tests.oracle", *([str(path)] if by == "argument" else [])]
    done = subprocess.run(
        argv, capture_output=True, text=True, cwd=Path(__file__).parents[2], env={**os.environ, **named}, check=False
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "proration: 1 passed, 1 failed"
    assert lines[1].startswith("  a-bad-one: billing_cycles is ")
    assert lines[-1] == "1 passed, 1 failed"
    assert done.returncode == 1


def test_without_a_name_the_cases_kept_here_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LARABILL_ORACLE_CASES", raising=False)
    assert where(["--all"]) == DEFAULT


@pytest.mark.parametrize(
    ("expected", "found", "equal"),
    [
        ("0.50", "1/2", True),
        ("0.5", "0.51", False),
        ("19/7", "19/7", True),
        ("0.482758621", "14/29", False),
        ("57.14285714285714", "400/7", True),
        ("57.14285714285", "400/7", False),
        (35, "35", True),
        (None, "0", False),
        ("x", "1", False),
    ],
)
def test_numbers_are_compared_by_value_and_not_by_rounding_ours(expected: Any, found: str, equal: bool) -> None:
    assert same(expected, Fraction(found)) is equal
