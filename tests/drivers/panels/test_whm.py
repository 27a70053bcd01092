"""The driver `whm` holds to the contract, whatever the server does."""

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
from larabill_drivers.panels.whm.counting import make
from larabill_drivers.panels.whm.driver import Whm
from larabill_drivers.panels.whm.fake import RESELLER, TOKEN, FakeWhm
from larabill_drivers.panels.whm.settings import WhmSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi


class TestWhm(BehindHttp):
    fake = FakeWhm
    region = "fra"
    config: ClassVar[dict[str, Any]] = {"package": "small"}
    other_config: ClassVar[dict[str, Any]] = {"package": "large"}
    secrets = (TOKEN,)

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("cpanel-whm.json", "/json-api")

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Whm:
        return make(
            WhmSettings(
                base_url="https://whm.example.com:2087",
                username=RESELLER,
                token=Secret(TOKEN),
                package_prefix=f"{RESELLER}_",
                region="fra",
                counts_accounts=True,
            ),
            account="main",
            clock=clock,
            transport=transport,
        )

    # A domain stands on a server once

    def provision_request(self, driver: Any, service: UUID, **changes: Any) -> ProvisionRequest:
        return super().provision_request(driver, service, **{"spec": _spec(service), **changes})

    def resource_request(self, driver: Any, service: UUID, built: Done, action: str = "suspend") -> ResourceRequest:
        return attrs.evolve(super().resource_request(driver, service, built, action), spec=_spec(service))


def _spec(service: UUID) -> dict[str, str]:
    return {"domain": f"{service.hex}.example.com"}
