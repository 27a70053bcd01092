"""The fake holds to the contract, in each of its forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from larabill_core.contracts.outcome import Done
from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.fake import FakeSettings, make
from larabill_drivers.testing.provisioner import ProvisionerContract, Script, ScriptedContract, Trouble
from larabill_drivers.world import Fault

WORLD: dict[Trouble, dict[str, Any]] = {
    "lost_before": {"what": "timeout"},
    "lost_after": {"what": "cut", "when": "after"},
    "rate_limited": {"what": "rate_limited"},
    "refused": {"what": "refused"},
}


class TestFake(ScriptedContract):
    @pytest.fixture(
        params=[{}, {"async_polls": 3}, {"finds": False}, {"lists": False}, {"dedupes": False}],
        ids=["plain", "with polls", "without find", "without list", "without dedupe"],
    )
    def driver(self, request: pytest.FixtureRequest, clock: ManualClock) -> Any:
        return make(FakeSettings(**request.param), account="main", clock=clock)

    @pytest.fixture
    def script(self, driver: Any) -> Script:
        return lambda method, trouble: driver.world.script(Fault(method=method, **WORLD[trouble]))


class Careless:
    """What the kit must find out: it forgets, shows the password, changes its request, and guesses."""

    name = account = "careless"
    dedupes = True

    def __init__(self) -> None:
        self.built = 0

    def ref_for(self, subject_id: UUID) -> str:
        return subject_id.hex[:4]

    def provision(self, request: Any) -> Any:
        self.built += 1
        request.spec["touched"] = True
        return Done(ref=f"vm-{self.built}", facts={"note": request.password.reveal()})

    def find(self, ref: str) -> None:
        return None

    def deprovision(self, request: Any) -> Any:
        return Done()


RULES = (
    "a_repeated_create_makes_nothing_more",
    "find_sees_what_stands_and_how",
    "the_password_is_no_fact",
    "a_request_is_left_as_it_is",
)


@pytest.mark.parametrize("rule", RULES)
def test_the_kit_fails_a_careless_driver(rule: str) -> None:
    with pytest.raises((AssertionError, AttributeError)):
        getattr(ProvisionerContract(), f"test_{rule}")(Careless(), new_id())


def test_the_kit_fails_refs_that_collide() -> None:
    with pytest.raises(AssertionError):
        ProvisionerContract().test_a_ref_is_constant_and_no_other_services(Careless())
