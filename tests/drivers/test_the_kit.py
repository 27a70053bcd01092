"""The kit is red for drivers that are wrong in one classic way, each for its own reason."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from tests.drivers import broken

from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.game.pterodactyl.driver import Pterodactyl
from larabill_drivers.game.pterodactyl.fake import FakePterodactyl
from larabill_drivers.registry import load_infos
from larabill_drivers.testing.behind_http import ADDRESS, BehindHttp, manifest_settings, no_waiting
from larabill_drivers.testing.fault_matrix import LATER, LOST
from larabill_drivers.world import FakeWorld
from larabill_drivers.world.serving import InProcess


class Kit(BehindHttp):
    """The kit for one driver, without pytest's fixtures."""

    fake = FakePterodactyl
    __test__ = False

    def __init__(self, driver: type[Pterodactyl], clock: ManualClock) -> None:
        self._driver, self._clock, self._stands = driver, clock, None

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Pterodactyl:
        settings = manifest_settings(load_infos()["pterodactyl"], self.fake, ADDRESS)
        return self._driver(settings, account="main", clock=clock, transport=transport)

    def empty(self) -> FakePterodactyl:
        return FakePterodactyl(FakeWorld.open(":memory:"), clock=self._clock)


def lost(kit: Kit, action: str) -> None:
    kit.test_whatever_is_lost_it_comes_to_its_end_once(kit.empty, kit._clock, action, LOST)


def later(kit: Kit, action: str) -> None:
    kit.test_whatever_is_lost_it_comes_to_its_end_once(kit.empty, kit._clock, action, LATER)


def looks(kit: Kit, action: str) -> None:
    kit.test_find_sees_what_stands_and_how(kit.open(InProcess(kit.empty()), kit._clock), new_id())


def anothers(kit: Kit, action: str) -> None:
    provider = kit.empty()
    kit.test_what_is_anothers_is_left_alone(provider, kit.open(InProcess(provider), kit._clock), action)


WRONG = [
    (broken.CreatesTwice, lost, "provision", "POST /servers\nassert .* == "),
    (broken.Trusts200, lost, "suspend", "html before POST"),
    (broken.RetriesBlindly, later, "provision", "asked again too soon"),
    (broken.ForgetsFind, looks, "provision", "does not see"),
    (broken.LeaksTheKey, lost, "provision", "is shown"),
    (broken.BlocksForEver, lost, "provision", "waits by itself"),
    (broken.TreatsUnknownAsFailed, lost, "provision", "Failed"),
    (broken.DestroysOnDrift, anothers, "deprovision", "changes what is another's"),
]


@pytest.mark.parametrize(("driver", "rule", "action", "reason"), WRONG, ids=[each[0].__name__ for each in WRONG])
def test_the_kit_is_red_for_a_driver_that(
    driver: type[Pterodactyl], rule: Callable[[Kit, str], None], action: str, reason: str, clock: ManualClock
) -> None:
    rule(Kit(Pterodactyl, clock), action)
    with pytest.raises(AssertionError, match=reason), no_waiting():
        rule(Kit(driver, clock), action)
