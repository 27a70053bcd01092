"""The driver `kasm` holds to the contract, whatever the server does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.kasm.driver import Kasm
from larabill_drivers.cloud.kasm.fake import KEY, LARGE, SECRET, SMALL, FakeKasm
from larabill_drivers.cloud.kasm.settings import KasmSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi
from larabill_drivers.world import WorldTx
from larabill_drivers.world.http_api import Reply, Request

SETTINGS: Mapping[str, Any] = {
    "base_url": "https://kasm.example.com",
    "api_key": Secret(KEY),
    "api_key_secret": Secret(SECRET),
    "plan_groups": (SMALL, LARGE),
}


class BusyKasm(FakeKasm):
    """Customers do not wait: a session is open as soon as the user is enabled, so that every suspend meets one."""

    def update_user(self, tx: WorldTx, request: Request) -> Reply:
        reply = super().update_user(tx, request)
        user = self._user(tx, request)
        if user is not None and request.json["target_user"].get("disabled") is False:
            self.start(tx, user)
        return reply


class TestKasm(BehindHttp):
    fake = BusyKasm
    config: ClassVar[dict[str, Any]] = {"groups": [SMALL]}
    other_config: ClassVar[dict[str, Any]] = {"groups": [LARGE]}
    secrets = (KEY, SECRET)

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("kasm.json")

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Kasm:
        return Kasm(KasmSettings(**SETTINGS), account="main", clock=clock, transport=transport)
