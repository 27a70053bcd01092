"""A control server that tests play with, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from tests.drivers.compute import test_virtfusion
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ProvisionRequest
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.compute.virtfusion.driver import VirtFusion
from larabill_drivers.compute.virtfusion.fake import TOKEN, FakeVirtFusion
from larabill_drivers.compute.virtfusion.settings import VirtFusionSettings
from larabill_drivers.testing.behind_http import START
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.serving import InProcess

SETTINGS = VirtFusionSettings(base_url="https://cp.example.com", api_token=Secret(TOKEN), regions={"lon": 1})
CONFIG: dict[str, Any] = {"package": 1, "os": 8}


@attrs.define
class Site:
    """A control server, a driver for it, and what a create has saved."""

    control: FakeVirtFusion
    driver: VirtFusion
    clock: ManualClock
    kit: test_virtfusion.TestVirtFusion
    progress: dict[Any, Any] = attrs.Factory(dict)

    def request(self, service: Any, **changes: Any) -> ProvisionRequest:
        known = self.progress.get(service, {})
        asked = self.kit.provision_request(self.driver, service, progress=known, **changes)
        return attrs.evolve(asked, save_progress=lambda saved: self.progress.update({service: dict(saved)}))

    def provision(self, service: Any, **changes: Any) -> Outcome:
        return self.driver.provision(self.request(service, **changes))

    def settle(self, outcome: Outcome, service: Any) -> Outcome:
        self.kit._clock = self.clock
        return self.kit.settle(self.driver, outcome, self.driver.ref_for(service))

    def arm(self, *faults: Fault) -> None:
        self.control.world.script(*faults)

    def servers(self) -> list[dict[str, Any]]:
        return [dict(each.body) for each in self.control.things("server")]

    def change(self, number: int, **body: Any) -> None:
        """Somebody does it by hand."""
        with self.control.world.transaction() as tx:
            found = tx.get("virtfusion", f"server:{number}")
            assert found is not None
            tx.change(found, **body)


@pytest.fixture
def site() -> Iterator[Site]:
    clock, kit = ManualClock(START), test_virtfusion.TestVirtFusion()
    control = FakeVirtFusion(FakeWorld.open(":memory:"), clock=clock, schema=schema_of("virtfusion.json", "/api/v1"))
    driver = kit.open(InProcess(control), clock)
    assert isinstance(driver, VirtFusion)
    yield Site(control, driver, clock, kit)
    assert control.misfits == []
    assert control.untrue == []
