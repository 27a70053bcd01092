"""The driver `pterodactyl` holds to the contract, whatever the panel does."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.game.pterodactyl.driver import Pterodactyl
from larabill_drivers.game.pterodactyl.fake import KEY, FakePterodactyl
from larabill_drivers.game.pterodactyl.settings import PterodactylSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi

SETTINGS = PterodactylSettings(base_url="https://panel.example.com", application_key=Secret(KEY), regions={"fra": (1,)})
CONFIG: dict[str, Any] = {"nest": 1, "egg": 5, "memory": 2048, "disk": 10_240}


class TestPterodactyl(BehindHttp):
    fake = FakePterodactyl
    region = "fra"
    config = CONFIG
    other_config: ClassVar[dict[str, Any]] = {**CONFIG, "memory": 4096}
    secrets = (KEY,)

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("pterodactyl.json", "/api/application")

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Pterodactyl:
        return Pterodactyl(SETTINGS, account="main", clock=clock, transport=transport)
