"""The driver `enhance` holds to the contract, whatever the panel does."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import attrs
import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Done
from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.panels.enhance.driver import Enhance, make
from larabill_drivers.panels.enhance.fake import SELLER, TOKEN, FakeEnhance
from larabill_drivers.panels.enhance.fake_shapes import GROUP
from larabill_drivers.panels.enhance.settings import EnhanceSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi

SETTINGS = EnhanceSettings(
    base_url="https://panel.example.com", access_token=Secret(TOKEN), organisation=SELLER, regions={"fra": GROUP}
)


class EnhanceCase(BehindHttp):
    """A domain of its own for each service: a panel has each once."""

    fake = FakeEnhance
    region = "fra"
    config: ClassVar[dict[str, Any]] = {"plan_id": 1, "php": "php83"}
    other_config: ClassVar[dict[str, Any]] = {"plan_id": 2}
    secrets = (TOKEN,)
    settings: ClassVar[EnhanceSettings] = SETTINGS

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("enhance.json", "/api")

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Enhance:
        return make(self.settings, account="main", clock=clock, transport=transport)

    def provision_request(self, driver: Any, service: UUID, **changes: Any) -> ProvisionRequest:
        return super().provision_request(driver, service, **{"spec": domain_of(service), **changes})

    def resource_request(self, driver: Any, service: UUID, built: Done, action: str = "suspend") -> ResourceRequest:
        return attrs.evolve(super().resource_request(driver, service, built, action), spec=domain_of(service))


def domain_of(service: UUID) -> dict[str, str]:
    return {"domain": f"{service.hex}.example.com"}


class TestEnhance(EnhanceCase):
    """With `find`."""
