"""The driver `rigid`: the fake, at a provider where nothing can be resized."""

from __future__ import annotations

from typing import Any

from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_drivers.fake import FakeSettings, FindingAndListingFake


class Rigid(FindingAndListingFake):
    name = "rigid"
    # A Protocol whose method is None is not implemented.
    resize: Any = None


RIGID = DriverInfo(
    name="rigid", type=DriverType.COMPUTE, settings_class=FakeSettings, target="tests.provisioning.rigid:Rigid"
)
