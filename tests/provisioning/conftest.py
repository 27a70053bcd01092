from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.conftest import OpenTestEngine
from tests.provisioning.lacking import LACKING
from tests.provisioning.scene import Scene
from tests.provisioning.stub import STUB, forget

from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE

PLANS = [
    {"plan": "small", "account": "acme", "provider_plan": "s1", "config": {"node": "n1"}},
    {"plan": "small", "account": "acme", "provider_plan": "s1-us", "region": "us"},
    {"plan": "large", "account": "acme", "provider_plan": "l1"},
    {"plan": "bad", "account": "acme", "provider_plan": "no such plan"},
]
ELSEWHERE = {"plan": "elsewhere", "account": "beta", "provider_plan": "b1"}

MakeScene = Callable[..., Scene]


@pytest.fixture
def make_scene(open_test_engine: OpenTestEngine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A scene whose provider has the given settings; with `beta` there is a second account."""
    monkeypatch.setenv("HOOK_SECRET", "hook-secret-canary-7")
    world = f":memory:{new_id()}"
    forget()

    def make(
        *,
        provisioning: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        beta: bool = False,
        **fake: Any,
    ) -> Scene:
        account = {
            "driver": "fake",
            "world": world,
            "webhook_secret": {"env": "HOOK_SECRET"},
            "limits": {"rate": 1000.0, "burst": 1000, "failures_to_open": 1000, **(limits or {})},
            **fake,
        }
        accounts = {"acme": account, **({"beta": {"driver": "fake", "world": world}} if beta else {})}
        plans = [*PLANS, ELSEWHERE] if beta else PLANS
        settings = {"drivers": accounts, "provisioning": {"plans": plans, **(provisioning or {})}}
        engine = open_test_engine(MODULE, STUB, drivers={**load_infos(), **LACKING}, settings=settings)
        scene = Scene(engine, clock, new_id(), new_id(), FakeWorld.open(world))
        engine.provisioning.plans.sync(scene.seller)
        return scene

    yield make
    FakeWorld.forget(world)


@pytest.fixture
def scene(make_scene: MakeScene) -> Scene:
    """A scene whose provider deduplicates, finds and lists."""
    return make_scene()
