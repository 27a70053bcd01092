from __future__ import annotations

from pathlib import Path

import pytest
from larabill_driver_example import FolderDriver, FolderSettings

from larabill_core.clock import SystemClock
from larabill_drivers.testing.provisioner import ProvisionerContract


class TestFolderDriver(ProvisionerContract):
    plan, other_plan = "small", "large"

    @pytest.fixture
    def driver(self, tmp_path: Path) -> FolderDriver:
        return FolderDriver(FolderSettings(folder=tmp_path), account="main", clock=SystemClock())
