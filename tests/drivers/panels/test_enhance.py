"""The driver `enhance` holds to the contract, whatever the panel does."""

from __future__ import annotations

import pytest
from tests.drivers.specs import schema_of

from larabill_drivers.panels.enhance.fake import FakeEnhance
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestEnhance(BehindHttp):
    fake = FakeEnhance

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("enhance.json", "/api")
