"""The driver `rigid`: the fake, at a provider where nothing can be resized."""

from __future__ import annotations

from larabill_core.clock import Clock
from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_drivers.fake import FakeSettings, FindingAndListingFake

CAN = ("ref_for", "provision", "poll", "find", "list_resources", "suspend", "resume", "deprovision")


class Rigid:
    name = "rigid"
    dedupes = True

    def __init__(self, settings: FakeSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        fake = FindingAndListingFake(settings, account=account, clock=clock)
        for method in CAN:
            setattr(self, method, getattr(fake, method))


RIGID = DriverInfo(
    name="rigid", type=DriverType.CLOUD, settings_class=FakeSettings, target="tests.provisioning.rigid:Rigid"
)
