"""The driver `whm` holds to the contract, whatever the server does."""

from __future__ import annotations

import pytest
from tests.drivers.specs import schema_of

from larabill_drivers.panels.whm.fake import FakeWhm
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestWhm(BehindHttp):
    fake = FakeWhm

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("cpanel-whm.json", "/json-api")
