"""The driver `synergycp` holds to the contract, whatever the panel does."""

from __future__ import annotations

import pytest
from tests.drivers.specs import spec_path

from larabill_drivers.dedicated.synergycp.fake import FakeSynergyCp
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestSynergyCp(BehindHttp):
    fake = FakeSynergyCp

    @pytest.fixture
    def schema(self) -> OpenApi:
        return OpenApi(spec_path("synergycp.json"), booleans=("1", "0"))
