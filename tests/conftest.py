"""Fixtures that all tests share: real databases, and an engine on them with a clock that stands still."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.databases import (
    ALL_DATABASES,
    BEHAVIOUR_KINDS,
    Place,
    drop_database,
    make_database,
    tables_of_sellers,
    turn_of,
)
from tests.drivers.counting import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

from larabill_core.contracts.provider import DriverInfo
from larabill_core.engine import Engine
from larabill_core.keyring import KeyRing
from larabill_core.module import Module
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import opening
from larabill_sqlalchemy.opening import load_manifest, open_engine, storages_of

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
"""What a `clock` shows at the beginning: a day on which careless month arithmetic fails."""


class OpenTestEngine(Protocol):
    """Opens an engine on the test's database, with the schema of the given modules made and current."""

    def __call__(
        self,
        *modules: Module,
        drivers: Mapping[str, DriverInfo] | None = None,
        settings: Mapping[str, Any] | None = None,
        at: ManualClock | None = None,
    ) -> Engine: ...


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Behaviour is tried on a server by turns, unless all are asked for (docs/decisions/0007).

    What takes long comes first: else one process would work on it alone at the end.
    """
    items.sort(key=lambda item: not {"storage", "histories", "faults", "cli"} & set(item.path.parts))
    left_out = []
    for item in items:
        kind = kind_of(item)
        if kind != "sqlite" and takes_turns(item) and kind != turn_of(name_of(item)):
            left_out.append(item)
    if left_out and not ALL_DATABASES:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish() -> None:
    """What the collected tests consist of stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def name_of(item: pytest.Item) -> str:
    """The test's, without its parameters."""
    return item.nodeid.partition("[")[0]


def kind_of(item: pytest.Item) -> str:
    """The database that a test runs on; SQLite, if on any, where it names none."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return str(params.get("database_kind", "sqlite"))


def takes_turns(item: pytest.Item) -> bool:
    """Whether the test runs on each database only because all behaviour does."""
    named = [mark for mark in item.iter_markers("parametrize") if "database_kind" in str(mark.args[0])]
    return not named and "storage" not in item.path.parts


@pytest.fixture(scope="session")
def _name(request: pytest.FixtureRequest) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"larabill_test_{worker}_{os.getpid()}"


@pytest.fixture(scope="session")
def _places(_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    places: dict[str, Place] = {}

    def place(kind: str) -> Place:
        if kind not in places:
            folder = tmp_path_factory.mktemp(kind)
            places[kind] = Place(kind, make_database(kind, _name, folder), folder)
        return places[kind]

    yield place
    for each in places.values():
        for pool in (each.database, each.watched):
            if pool is not None:
                pool.dispose()
        drop_database(each.kind, _name)


@pytest.fixture(params=BEHAVIOUR_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The database that a test runs on; `tests/storage` always runs on all."""
    return str(request.param)


@pytest.fixture
def _place(database_kind: str, _places: Callable[[str], Place]) -> Iterator[Place]:
    place = _places(database_kind)
    yield place
    place.empty()


@pytest.fixture
def database_url(_place: Place) -> str:
    """A database without rows; `open_test_engine` makes its tables."""
    return _place.url


@pytest.fixture
def new_database_url(database_kind: str, _name: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own, without tables, for migrations."""
    name = f"{_name}_new"
    yield make_database(database_kind, name, tmp_path)
    drop_database(database_kind, name)


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the test's engine: it stands still until it is moved."""
    return ManualClock(START)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A key file of its own for each test."""
    path = tmp_path / "larabill.keys"
    KeyRing.generate_file(path)
    return path


@pytest.fixture
def open_test_engine(
    _place: Place, clock: ManualClock, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenTestEngine]:
    """Opens engines; the test fails when a statement on a seller's rows did not name the seller.

    `settings` are tables of the manifest besides `[larabill]`; the clock is the test's unless one is given."""
    monkeypatch.setattr(opening, "open_database", _place.open_watched)

    def open_one(
        *modules: Module,
        drivers: Mapping[str, DriverInfo] | None = None,
        settings: Mapping[str, Any] | None = None,
        at: ManualClock | None = None,
    ) -> Engine:
        basics = {
            "database": _place.url,
            "keys": str(keys),
            "documents": str(tmp_path / "documents"),
            "modules": [module.name for module in modules],
        }
        installed = {module.name: module for module in modules}
        manifest = load_manifest({"larabill": basics, **(settings or {})}, installed=installed, drivers=drivers or {})
        storages = storages_of(manifest.modules)
        _place.prepare(storages)
        _place.scoped |= tables_of_sellers(storages)
        return open_engine(manifest, clock=at or clock, installed=installed, drivers=drivers or {})

    yield open_one
    unscoped = [*_place.unscoped]
    _place.unscoped.clear()
    assert not unscoped, "\n".join(unscoped)
