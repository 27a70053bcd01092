"""What the documentation shows is run: Python blocks and console blocks, each page in a folder of its own.

A `python` block may be followed by a `text` block with what it prints. In a `console` block, lines after a command
(`$ …`) are what it prints. `…` in what is shown stands for anything.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "../README.md",
    "tutorials/first-order.md",
    "reference/errors.md",
    "reference/pricing-models.md",
    "reference/reports.md",
    "how-to/discounts.md",
    "how-to/embed.md",
    "how-to/invoices.md",
    "how-to/mount-in-flask.md",
    "how-to/give-and-sell-credit.md",
    "how-to/meter-usage.md",
    "how-to/mount-in-fastapi.md",
    "how-to/serve.md",
    "how-to/mount-in-django.md",
    "explanation/conventions.md",
    "explanation/ledger.md",
    "how-to/close-a-month.md",
    "explanation/tax.md",
)

APART = {"how-to/mount-in-django.md"}
"""Run in processes of their own: Django's settings are one for a process."""

_BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def matches(shown: str, printed: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert matches("a … c\n", "a b\nb c")
    assert not matches("a … c", "a b d")
    assert not matches("a.c", "abc")


@pytest.mark.parametrize("page", PAGES)
def test_page_does_what_it_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if page not in APART:
        run_page(page, {"__name__": "__main__"})
        return
    script = f"from tests.docs.test_snippets import run_page; run_page({page!r}, globals())"
    path = os.pathsep.join([str(DOCS.parent), os.environ.get("PYTHONPATH", "")])
    command, env = [sys.executable, "-W", "error", "-c", script], {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr


def run_page(page: str, names: dict[str, Any]) -> None:
    blocks = _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    assert blocks
    printed: str | None = None
    for kind, text in blocks:
        if kind == "python":
            printed = run_python(text, names, page)
        elif kind == "console":
            run_console(text)
        elif printed is not None:
            assert matches(text, printed), f"shown:\n{text}\nprinted:\n{printed}"
        if kind != "python":
            printed = None


def run_python(text: str, names: dict[str, Any], page: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, page, "exec"), names)  # noqa: S102 - our own documentation
    return out.getvalue()


def run_console(text: str) -> None:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        name, *rest = shlex.split(command)
        argv = [sys.executable, "-m", "larabill_cli", *rest] if name == "larabill" else [name, *rest]
        done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"}, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if shown.strip():
            assert matches(shown, done.stdout), f"{command}\nshown:\n{shown}\nprinted:\n{done.stdout}"
