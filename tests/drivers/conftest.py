from __future__ import annotations

import pytest
from tests.drivers.asking import NOW

from larabill_core.testing.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)
