"""Nothing of one machine, no key and no forbidden call stands in the project's files."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(path for folder in ("src", "adapters") for path in (ROOT / folder).rglob("*.py"))

# Written in two pieces, so that this file does not find itself.
HOSTS = ("pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"\.debian\.org")
FOLDERS = ("wor" + "k", "far" + "m", "Us" + "ers", "home/run" + "ner")
LEAKS = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:" + "|".join(FOLDERS) + ")/"),
    "the host of a package registry": re.compile("|".join(HOSTS)),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    "a live key of a gateway": re.compile(r"\b[sr]k_live" + r"_\w{8,}"),
    "a 32-byte key as text": re.compile(r"""["'=: ][A-Za-z0-9+/_-]{43}=["'\s]"""),
}

BANNED_MODULES = {"cPickle", "dill", "marshal", "pickle", "shelve"}
BANNED_CALLS = {"eval", "exec", "compile", "__import__", "yaml.load", "os.system", "os.popen"}
# The system's time is read behind the Clock port, and in the first 48 bits of a UUIDv7; nowhere else.
CLOCK_FILES = {ROOT / "src" / "larabill_core" / name for name in ("clock.py", "ids.py")}
CLOCKS = {
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "time.time_ns",
}


def tracked_texts() -> Iterator[tuple[str, str]]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: only there is known which files belong to the project")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def forbidden(tree: ast.AST, *, is_clock: bool) -> Iterator[tuple[int, str]]:
    """Line and name of each forbidden import and call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in names if name.partition(".")[0] in BANNED_MODULES)
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            shell = any(
                k.arg == "shell" and not (isinstance(k.value, ast.Constant) and not k.value.value)
                for k in node.keywords
            )
            if name in BANNED_CALLS or (name in CLOCKS and not is_clock) or shell:
                yield node.lineno, f"{name}(shell=…)" if shell else name


@pytest.mark.parametrize("what", LEAKS)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if LEAKS[what].search(line)
    ]
    assert found == []


def test_no_file_holds_the_path_of_this_checkout() -> None:
    here = str(ROOT)
    assert [name for name, text in tracked_texts() if here in text] == []


def test_no_forbidden_call_in_the_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in CODE
        for line, name in forbidden(ast.parse(path.read_text()), is_clock=path in CLOCK_FILES)
    ]
    assert CODE
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "eval('1')",
        "yaml.load(text)",
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "time.time()",
        "subprocess.run(line, shell=True)",
    ],
)
def test_forbidden_call_is_found(source: str) -> None:
    assert list(forbidden(ast.parse(source), is_clock=False))


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "re.compile('x')", "subprocess.run(line, shell=False)"])
def test_allowed_call_is_not_found(source: str) -> None:
    assert not list(forbidden(ast.parse(source), is_clock=True))
