"""A shop on a real database: one seller, one customer, one gateway with a memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.billing.shop import BOOK, SECRET, Shop
from tests.conftest import OpenTestEngine

from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld


@pytest.fixture
def shop(
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Shop]:
    """Its gateway's account is `pay`; `blind` cannot look up its transactions."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", SECRET)
    world = f":memory:{request.node.nodeid}"
    common = {"driver": "fake_gateway", "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}}
    worlds = (world, f"{world}:blind")
    drivers = {"pay": {**common, "world": worlds[0]}, "blind": {**common, "world": worlds[1], "finds": False}}
    engine = open_test_engine(BOOK, drivers=load_infos(), settings={"drivers": drivers})
    yield Shop.open(engine, clock)
    for name in worlds:
        FakeWorld.forget(name)
