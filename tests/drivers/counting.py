"""How often each endpoint of each provider was asked in a run, and that nothing was sent against its schema."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

_ASKED: Counter[tuple[str, str]] = Counter()
_MISFITS: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each process gives what it counted: a worker to the first process, that one to itself."""
    from larabill_drivers.testing.behind_http import ASKED, MISFITS

    found = [[*key, count] for key, count in ASKED.items()], MISFITS
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["providers"] = found
    else:
        _take(found)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker counted."""
    if "providers" in getattr(node, "workeroutput", {}):
        _take(node.workeroutput["providers"])


def _take(found: Any) -> None:
    asked, misfits = found
    _ASKED.update({(provider, endpoint): count for provider, endpoint, count in asked})
    _MISFITS.extend(misfits)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each provider; with -v or in CI one for each endpoint."""
    if not _ASKED:
        return
    terminalreporter.section("requests to providers, checked by their schemas")
    for provider in sorted({provider for provider, _ in _ASKED}):
        endpoints = {endpoint: count for (name, endpoint), count in _ASKED.items() if name == provider}
        refused = sum(misfit.startswith(f"{provider}: ") for misfit in _MISFITS)
        line = f"{provider}: {sum(endpoints.values())} requests to {len(endpoints)} endpoints, {refused} refused"
        terminalreporter.write_line(line)
        if config.getoption("verbose") > 0 or os.environ.get("CI") == "true":
            for endpoint, count in sorted(endpoints.items()):
                terminalreporter.write_line(f"  {count:6} {endpoint}")
