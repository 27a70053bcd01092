"""A pretended Kasm server with a driver of it, for what the kit does not ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Done
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.kasm.driver import Kasm
from larabill_drivers.cloud.kasm.fake import KEY, LARGE, SECRET, SMALL, FakeKasm
from larabill_drivers.cloud.kasm.settings import KasmSettings
from larabill_drivers.testing.provisioner import ProvisionerContract
from larabill_drivers.world import FakeWorld
from larabill_drivers.world.serving import InProcess

SETTINGS: Mapping[str, Any] = {
    "base_url": "https://kasm.example.com",
    "api_key": Secret(KEY),
    "api_key_secret": Secret(SECRET),
    "plan_groups": (SMALL, LARGE),
}


KIT = ProvisionerContract()


class House:
    """A server, a driver of it, and one service."""

    def __init__(self, fake: type[FakeKasm], clock: ManualClock, **settings: Any) -> None:
        self.clock = clock
        self.server = fake(FakeWorld.open(":memory:"), clock=clock, schema=schema_of("kasm.json"))
        wanted = KasmSettings(**{**SETTINGS, **settings})
        self.driver = Kasm(wanted, account="main", clock=clock, transport=InProcess(self.server))
        self.service = new_id()
        self.ref = self.driver.ref_for(self.service)
        self.progress: dict[str, Any] = {}

    def provision(self, **changes: Any) -> Any:
        values = {"progress": self.progress, "save_progress": self.save, "config": {"groups": [SMALL]}, **changes}
        return self.driver.provision(KIT.provision_request(self.driver, self.service, **values))

    def save(self, progress: Mapping[str, Any]) -> None:
        self.progress = dict(progress)

    def request(self, **changes: Any) -> ResourceRequest:
        """For the user that stands."""
        found = self.driver.find(self.ref)
        built = Done(ref=found.driver_ref if found else "")
        return attrs.evolve(KIT.resource_request(self.driver, self.service, built), **changes)

    @property
    def user(self) -> Mapping[str, Any]:
        [user] = self.server.things("user")
        body: Mapping[str, Any] = user.body
        return body
