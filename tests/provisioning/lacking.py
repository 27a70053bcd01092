"""Two drivers, each the fake at a provider that lacks something: `rigid` cannot resize, `mute` cannot be polled."""

from __future__ import annotations

from typing import ClassVar

from larabill_core.clock import Clock
from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_drivers.fake import FakeSettings, FindingAndListingFake

METHODS = ("ref_for", "provision", "poll", "find", "list_resources", "suspend", "resume", "resize", "deprovision")


class Lacking:
    name: ClassVar[str]
    lacks: ClassVar[str]
    dedupes = True

    def __init__(self, settings: FakeSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        fake = FindingAndListingFake(settings, account=account, clock=clock)
        for method in METHODS:
            if method != self.lacks:
                setattr(self, method, getattr(fake, method))


class Rigid(Lacking):
    name = "rigid"
    lacks = "resize"


class Mute(Lacking):
    name = "mute"
    lacks = "poll"


LACKING = {
    kind.name: DriverInfo(
        name=kind.name, type=DriverType.CLOUD, settings_class=FakeSettings, target=f"{__name__}:{kind.__name__}"
    )
    for kind in (Rigid, Mute)
}
