"""The answers to the oracle's cases come from the library: the runner itself reckons with nothing but units."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
UNITS = "units.py"
CODE = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
RECKONING = {"sum", "round", "divmod", "pow", "abs", "quantize", "reduce", "fsum", "prod"}
MODULES = {"operator", "math", "statistics", "decimal", "fractions", "numpy"}


def reckoned(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of everything that calculates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ARITHMETIC):
            yield node.lineno, type(node.op).__name__
        elif (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.USub)
            and not isinstance(node.operand, ast.Constant)
        ):
            yield node.lineno, "USub"
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in RECKONING or (name.startswith("__") and name != "__init__"):
                yield node.lineno, name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            allowed = {"from decimal import Decimal"}
            if ast.unparse(node) not in allowed:
                yield from ((node.lineno, name) for name in names if name.partition(".")[0] in MODULES)
            if any(each.name == "timedelta" for each in node.names):
                yield node.lineno, "timedelta"


def test_the_modules_are_found() -> None:
    assert {"__main__.py", "runner.py", "periods.py", "proration.py", UNITS} <= {path.name for path in CODE}


@pytest.mark.parametrize("path", [path for path in CODE if path.name != UNITS], ids=lambda path: path.name)
def test_no_arithmetic_outside_the_units(path: Path) -> None:
    assert list(reckoned(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "path", [path for path in CODE if path.name not in ("runner.py", "__main__.py")], ids=lambda p: p.name
)
def test_no_answer_knows_the_id_of_its_case(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "id"] == []


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "runner.py"], ids=lambda path: path.name)
def test_only_public_names_of_the_library_are_used(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = [
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("larabill")
        for name in node.names
    ]
    assert [name for name in imported if name.startswith("_")] == []


@pytest.mark.parametrize(
    "source",
    [
        "a + b",
        "a - 1",
        "a * b",
        "a / b",
        "a // b",
        "a % b",
        "a ** b",
        "a += 1",
        "-a",
        "sum(a)",
        "round(a, 2)",
        "a.__add__(b)",
        "a.quantize(b)",
        "import operator",
        "from math import prod",
        "from fractions import Fraction",
        "from datetime import timedelta",
    ],
)
def test_arithmetic_is_found(source: str) -> None:
    assert list(reckoned(ast.parse(source)))


@pytest.mark.parametrize("source", ["a | b", "period(-1)", "max(a, b)", "a <= b", "from decimal import Decimal"])
def test_what_is_no_arithmetic_is_not_found(source: str) -> None:
    assert not list(reckoned(ast.parse(source)))
