"""The fixtures of the tests of usage."""

from __future__ import annotations

import pytest
from tests.billing.usage.scene import LISTENER, Scene
from tests.conftest import OpenTestEngine

from larabill_billing.module import MODULE
from larabill_core.testing.clock import ManualClock


@pytest.fixture
def scene(open_test_engine: OpenTestEngine, clock: ManualClock) -> Scene:
    """One running agreement whose plan is metered."""
    return Scene.open(open_test_engine(MODULE, LISTENER), clock)
