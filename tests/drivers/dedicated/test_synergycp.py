"""The driver `synergycp` holds to the contract, whatever the panel does."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

import httpx
import pytest
from tests.drivers.specs import spec_path

from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.dedicated.synergycp.driver import SynergyCp
from larabill_drivers.dedicated.synergycp.fake import KEY, FakeSynergyCp
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings
from larabill_drivers.dedicated.synergycp.sign_on import make
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestSynergyCp(BehindHttp):
    fake = FakeSynergyCp
    region = "fra"
    config: ClassVar[dict[str, Any]] = {
        "cpu": "CPU-E3",
        "memory": "MEM-32",
        "disks": ["SSD-1", "SSD-1"],
        "ips": "IP-29",
        "image": "OS-DEB12",
    }
    secrets = (KEY, quote(KEY, safe=""))

    @pytest.fixture
    def schema(self) -> OpenApi:
        return OpenApi(spec_path("synergycp.json"), booleans=("1", "0"))

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> SynergyCp:
        settings = SynergyCpSettings(
            base_url="https://api.example.com", api_key=Secret(KEY), regions={"fra": ("FRA1",)}, wipe=True
        )
        return make(settings, account="main", clock=clock, transport=transport)
