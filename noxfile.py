"""The checks of a release: several Pythons, the oldest dependencies, the wheel itself.

nox -l lists the sessions; nox -s wheel runs one. For the daily work there are make test and make check.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "imports", "tests"]

# uv brings its own list of authorities; take the machine's, as pip does.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")

PYTHONS = ["3.11", "3.12", "3.13"]
CONSTRAINED = ("--constraint", "constraints.txt")


def install_dev(session: nox.Session) -> None:
    """Install LaraBill editable, with all that its tests need, in the pinned versions."""
    session.install(*CONSTRAINED, "--editable", ".[dev]")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: rules and format."""
    install_dev(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict."""
    install_dev(session)
    session.run("mypy", "--strict")


@nox.session
def imports(session: nox.Session) -> None:
    """The import rules of the architecture."""
    install_dev(session)
    session.run("lint-imports")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests on each Python."""
    install_dev(session)
    session.run("pytest", "-q", "-n", "auto", *session.posargs)


@nox.session(python=PYTHONS[0], venv_backend="uv")
def oldest(session: nox.Session) -> None:
    """All tests with the oldest versions that pyproject.toml allows; their warnings are not ours."""
    session.install("--resolution", "lowest-direct", "--editable", ".[dev]")
    session.run("pytest", "-q", "-n", "auto", "-W", "default", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it in a clean environment, and run the tests against it."""
    built = Path(session.create_tmp())
    for old in built.glob("larabill-*.whl"):
        old.unlink()
    session.install("hatchling")
    session.run("hatchling", "build", "--target", "wheel", "--directory", str(built))
    (path,) = built.glob("larabill-*.whl")
    session.install(*CONSTRAINED, f"{path}[dev]")
    session.run("pytest", "-q", "-n", "auto", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation and run what it shows."""
    session.install(*CONSTRAINED, "--editable", ".[dev,docs]")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "docs", "build/docs")
    session.run("pytest", "-q", "tests/docs", *session.posargs)


@nox.session
def databases(session: nox.Session) -> None:
    """All tests on all three databases; CI tries each behaviour on SQLite and one of the servers."""
    install_dev(session)
    session.run("pytest", "-q", "-n", "auto", *session.posargs, env={"CI": "true", "LARABILL_DATABASES": "all"})


@nox.session(python="3.12")
@nox.parametrize("version", ["5.2", "6"])
def django(session: nox.Session, version: str) -> None:
    """Django projects on each version that we support, through mysqlclient: Debian's libmariadb-dev and pkg-config."""
    install_dev(session)
    session.install("mysqlclient", f"django=={version}.*")
    env = {"CI": "true", "LARABILL_DATABASES": "all"}
    session.run("pytest", "-q", "-n", "auto", "tests/http/django", "tests/http/joining", *session.posargs, env=env)


@nox.session
def kills(session: nox.Session) -> None:
    """Ten thousand random kills of the worker; nox -s kills -- --database URL names another database."""
    install_dev(session)
    session.run("python", "-m", "tests.faults.kill_worker", "--kills", "10000", *session.posargs)


@nox.session
def numbering(session: nox.Session) -> None:
    """Eight processes issue 5,000 invoices, and some are killed; nox -s numbering -- --database URL names a server."""
    install_dev(session)
    session.run("python", "-m", "benchmarks.numbering", "--kills", "10", *session.posargs)


@nox.session
def histories(session: nox.Session) -> None:
    """Two thousand histories of fifty steps on each database; LARABILL_HISTORY_SEED names others than those of CI."""
    install_dev(session)
    env = {"LARABILL_HISTORIES": "2000", "LARABILL_HISTORY_DATABASES": "sqlite mariadb postgresql"}
    session.run("pytest", "-q", "-n", "auto", "tests/histories", *session.posargs, env=env)


@nox.session
def periods(session: nox.Session) -> None:
    """A hundred thousand anchors, cycles and zones: their periods tile ten years."""
    install_dev(session)
    env = {"LARABILL_PERIOD_EXAMPLES": "100000"}
    session.run("pytest", "-q", "-n", "auto", "tests/billing/periods", *session.posargs, env=env)


@nox.session
def http(session: nox.Session) -> None:
    """Ten thousand requests made up from the OpenAPI document on each host."""
    install_dev(session)
    env = {"LARABILL_HTTP_EXAMPLES": "10000"}
    session.run("pytest", "-q", "-n", "auto", "tests/http/test_schemathesis.py", *session.posargs, env=env)


@nox.session
def drivers(session: nox.Session) -> None:
    """The conformance kit with each answer of each provider cut after every byte."""
    install_dev(session)
    session.run("pytest", "-q", "-n", "auto", "tests/drivers", *session.posargs, env={"LARABILL_CUTS": "every"})


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks."""
    install_dev(session)
    session.run("python", "-m", "benchmarks", *session.posargs)
