"""The driver `virtfusion` holds to the contract, whatever the control server does."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.compute.virtfusion.driver import VirtFusion, make
from larabill_drivers.compute.virtfusion.fake import TOKEN, FakeVirtFusion
from larabill_drivers.compute.virtfusion.settings import VirtFusionSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi

SETTINGS = VirtFusionSettings(base_url="https://cp.example.com", api_token=Secret(TOKEN), regions={"lon": 1})
CONFIG: dict[str, Any] = {"package": 1, "os": 8}


class TestVirtFusion(BehindHttp):
    fake = FakeVirtFusion
    region = "lon"
    config = CONFIG
    other_config: ClassVar[dict[str, Any]] = {**CONFIG, "package": 2}
    secrets = (TOKEN, "Fake-0s-passw0rd", "Fake-panel-passw0rd")

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("virtfusion.json", "/api/v1")

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> VirtFusion:
        return make(SETTINGS, account="main", clock=clock, transport=transport)
