from __future__ import annotations

import pytest

from larabill_core.testing.clock import ManualClock
from larabill_drivers.dedicated.synergycp.fake import FakeSynergyCp
from larabill_drivers.world import FakeWorld


@pytest.fixture
def panel(clock: ManualClock) -> FakeSynergyCp:
    return FakeSynergyCp(FakeWorld.open(":memory:"), clock=clock)
