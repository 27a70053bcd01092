"""Modules and functions stay small enough to read, and nothing is left half-made."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(path for folder in ("src", "adapters") for path in (ROOT / folder).rglob("*.py"))
MODULE_LINES = 400
FUNCTION_LINES = 70
# In two pieces, so that a search for leftovers does not stop here.
LEFTOVER = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b|raise NotImplemented" + "Error")


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text() for path in CODE}


def test_modules_stay_under_400_lines(sources: dict[str, str]) -> None:
    lengths = {name: text.count("\n") for name, text in sources.items()}
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines >= MODULE_LINES} == {}


def test_functions_stay_under_70_lines(sources: dict[str, str]) -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines >= FUNCTION_LINES} == {}


def test_no_stub_and_no_leftover(sources: dict[str, str]) -> None:
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        if LEFTOVER.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "service.py", "misc.py", "common.py"])
def test_no_module_for_everything(name: str) -> None:
    assert [str(path.relative_to(ROOT)) for path in CODE if path.name == name] == []
