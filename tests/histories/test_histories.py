"""Whatever happens in whatever order, the books are right after each step (I1 to I6, I9, I11, I13)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test
from tests.conftest import START, OpenTestEngine
from tests.databases import IS_CI, Place
from tests.histories.company import MODULES, SECRET, SECRET_VARIABLE, Company
from tests.histories.company import settings as manifest
from tests.histories.machine import History

from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld

SEED = int(os.environ.get("LARABILL_HISTORY_SEED", "4"))
HISTORIES = int(os.environ.get("LARABILL_HISTORIES", "40" if IS_CI else "8"))
"""`nox -s histories` plays 2,000 on each database."""
SHRINK = "LARABILL_HISTORY_SHRINK" in os.environ
"""A failure is then made as small as it gets, which takes minutes."""
STEPS = 50
PARTS = 8
DATABASES = os.environ.get("LARABILL_HISTORY_DATABASES", "sqlite").split()
WORLD = ":memory:history"


@pytest.fixture
def new_history(
    open_test_engine: OpenTestEngine, _place: Place, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], History]]:
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    infos = load_infos()

    def forget() -> None:
        _place.empty()
        for world in ("gateway", "provider"):
            FakeWorld.forget(f"{WORLD}-{world}")

    def begin() -> History:
        forget()
        clock = ManualClock(START)
        engine = open_test_engine(*MODULES, drivers=infos, settings=manifest(WORLD), at=clock)
        return History(Company.found(engine, clock))

    yield begin
    forget()


@pytest.mark.parametrize("database_kind", DATABASES, indirect=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_histories(new_history: Callable[[], History], part: int) -> None:
    run(new_history, histories=HISTORIES // PARTS, steps=STEPS, at=SEED + part)


def run(begin: Callable[[], History], *, histories: int, steps: int, at: int) -> None:
    """So many histories of so many steps; the same seed gives the same ones again."""
    test = get_state_machine_test(
        begin,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if SHRINK else [Phase.generate],
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    seed(at)(test)()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_seed_reproduces_a_run(new_history: Callable[[], History]) -> None:
    def ends(at: int) -> list[tuple[datetime, list[Decimal]]]:
        found: list[tuple[datetime, list[Decimal]]] = []
        teardown = History.teardown

        def end(history: History) -> None:
            teardown(history)
            totals = sorted(invoice.total for invoice, _ in history.company.invoices())
            found.append((history.company.clock.now(), totals))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(History, "teardown", end)
            run(new_history, histories=3, steps=6, at=at)
        return found

    first = ends(SEED)
    assert len(first) == 3
    assert ends(SEED) == first
    assert ends(SEED + 1) != first
