"""The driver `virtfusion` holds to the contract, whatever the control server does."""

from __future__ import annotations

import pytest
from tests.drivers.specs import schema_of

from larabill_drivers.compute.virtfusion.fake import FakeVirtFusion
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestVirtFusion(BehindHttp):
    fake = FakeVirtFusion

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("virtfusion.json", "/api/v1")
