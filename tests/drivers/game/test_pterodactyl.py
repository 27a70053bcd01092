"""The driver `pterodactyl` holds to the contract, whatever the panel does."""

from __future__ import annotations

import pytest
from tests.drivers.specs import schema_of

from larabill_drivers.game.pterodactyl.fake import FakePterodactyl
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestPterodactyl(BehindHttp):
    fake = FakePterodactyl

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("pterodactyl.json", "/api/application")
