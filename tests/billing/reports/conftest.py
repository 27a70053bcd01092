"""The fixtures of the tests of agreements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.billing.market import market, open_market, quiet_market
from tests.billing.subscriptions.stage import Stage
from tests.conftest import OpenTestEngine

from larabill_core.testing.clock import ManualClock

__all__ = ["market", "open_market", "quiet_market"]

OpenStage = Callable[..., Stage]


@pytest.fixture
def open_stage(
    open_test_engine: OpenTestEngine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenStage]:
    """Opens a stage: see `Stage.open`."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")

    def open_one(**more: Any) -> Stage:
        return Stage.open(open_test_engine, clock, **more)

    yield open_one


@pytest.fixture
def stage(open_stage: OpenStage) -> Stage:
    """A customer in Berlin, on 31 January 2026."""
    return open_stage()
