"""What a driver behind HTTP must hold to besides, whatever its provider does: the whole fault matrix, against its fake.

class TestAcme(BehindHttp):
    fake = FakeAcme
    plan, other_plan = "small", "large"

    def open(self, transport, clock):
        return Acme(AcmeSettings(...), account="main", clock=clock, transport=transport)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

import attrs
import httpx
import pytest

from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.testing.caller import Caller
from larabill_drivers.testing.provisioner import CONTACT, PASSWORD, ProvisionerContract
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.faults import What, When
from larabill_drivers.world.http_api import FakeApi, Schema
from larabill_drivers.world.serving import InProcess

ACTIONS: Final = ("provision", "suspend", "resume", "resize", "deprovision")
START: Final = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
CUTS: Final = None if os.environ.get("LARABILL_CUTS") == "every" else 12
"""At how many places an answer is cut; None: after each byte."""

_WHEN: Final[tuple[When, ...]] = ("before", "after")
_WHAT: Final[tuple[What, ...]] = ("timeout", "html", "oversized", "drip")
LOST: Final = (
    *(Fault(method="*", what=what, when=when) for when in _WHEN for what in _WHAT),
    *(
        Fault(method="*", what="server_error", when=when, status=status)
        for when in _WHEN
        for status in (500, 502, 503, 504)
    ),
)
"""What leaves open whether it was done."""
LATER: Final = tuple(
    Fault(method="*", what="rate_limited", retry_after=after) for after in (None, timedelta(seconds=37))
)
NEVER: Final = (Fault(method="*", what="refused"), Fault(method="*", what="inside"))
HOSTILE: Final[tuple[Any, ...]] = (
    None,
    -1,
    "",
    "x" * 100_000,
    "a\nb",
    "../../etc",
    [],
    {},
    True,
    10**30,
    "Z\u0335\u0300\u200b",
)


@attrs.frozen
class Try:
    """One operation at a provider that something may go wrong at."""

    provider: FakeApi
    driver: Any
    caller: Caller
    service: UUID
    act: Callable[[], Outcome]


class BehindHttp(ProvisionerContract):
    """Inherit it, give `fake` and `open`; a fixture `schema`, where the provider's description is at hand."""

    fake: ClassVar[type[FakeApi]]
    secrets: ClassVar[tuple[str, ...]] = ()
    """What of the settings must not be seen anywhere."""

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Any:
        """The driver under test, that asks `transport`."""
        pytest.fail("give a method named open")

    @pytest.fixture
    def schema(self) -> Schema | None:
        """The provider's description of its API."""
        return None

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(START)

    @pytest.fixture
    def providers(self, schema: Schema | None, clock: ManualClock) -> Iterator[Callable[[], FakeApi]]:
        """Makes empty ones. In the end nothing that was asked or answered may be against the schema."""
        self._clock = clock
        made: list[FakeApi] = []

        def make() -> FakeApi:
            made.append(self.fake(FakeWorld.open(":memory:"), clock=clock, schema=schema))
            return made[-1]

        yield make
        assert [fault for each in made for fault in each.misfits] == []
        assert [fault for each in made for fault in each.untrue] == []

    @pytest.fixture
    def provider(self, providers: Callable[[], FakeApi]) -> FakeApi:
        return providers()

    @pytest.fixture
    def driver(self, provider: FakeApi, clock: ManualClock) -> Any:
        return self.open(InProcess(provider), clock)

    def wait(self, outcome: Pending) -> None:
        self._clock.advance(outcome.poll_after or timedelta(minutes=1))

    def try_out(self, provider: FakeApi, clock: ManualClock, action: str) -> Try:
        """An `action` that is ready to go: what it needs stands there."""
        driver, service = self.open(InProcess(provider), clock), new_id()
        caller = Caller(driver, _passing(clock))
        if action == "provision":
            request = self.provision_request(driver, service)
            return Try(provider, driver, caller, service, lambda: caller.provision(request))
        built = self.build(driver, service)
        if action == "resume":
            self.change(driver, service, built, "suspend")
        change = self.resource_request(driver, service, built, action)
        return Try(provider, driver, caller, service, lambda: caller.change(action, change))

    # The rules

    @pytest.mark.parametrize("action", ACTIONS)
    @pytest.mark.parametrize("faults", [LOST, LATER], ids=["lost", "later"])
    def test_whatever_is_lost_it_comes_to_its_end_once(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str, faults: tuple[Fault, ...]
    ) -> None:
        """I2, I10: what was lost is never called a failure, and in the end one thing stands."""
        for place, endpoint, _ in self._clean(providers, clock, action):
            for fault in faults:
                tried = self.try_out(providers(), clock, action)
                tried.provider.arm(fault, after=place)
                self._ends_well(tried, action, f"{fault.what} {fault.when} {endpoint}")
                if fault in LATER:
                    assert _failures(tried.caller) in ([], [fault.retry_after]), tried.caller.outcomes

    @pytest.mark.parametrize("action", ACTIONS)
    def test_wherever_an_answer_is_cut_it_comes_to_its_end_once(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str
    ) -> None:
        for place, endpoint, length in self._clean(providers, clock, action):
            for at in range(0, length, 1 if CUTS is None else max(1, length // CUTS)):
                tried = self.try_out(providers(), clock, action)
                tried.provider.arm(Fault(method="*", what="cut", when="after", at=at), after=place)
                self._ends_well(tried, action, f"cut at {at} of {length}: {endpoint}")

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_no_is_no_success(self, providers: Callable[[], FakeApi], clock: ManualClock, action: str) -> None:
        """Refused by its status, or under 200: nothing is done then, and nothing half-done stays unseen."""
        for place, endpoint, _ in self._clean(providers, clock, action):
            for fault in NEVER:
                tried = self.try_out(providers(), clock, action)
                before = tried.provider.standing()
                tried.provider.arm(fault, after=place)
                end = tried.act()
                where = f"{fault.what} {endpoint}: {tried.caller.outcomes}"
                if isinstance(end, Done):
                    self._stands_as(tried, action, where)
                else:
                    assert isinstance(end, Failed | Manual), where
                    assert tried.provider.standing() == before, where
                self._keeps_secrets(tried)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_what_cannot_be_believed_is_not_believed(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str
    ) -> None:
        """B51: whatever stands in an answer, the driver answers in five words, and never with somebody else's id."""
        for place, endpoint, _ in self._clean(providers, clock, action):
            for body in HOSTILE:
                tried = self.try_out(providers(), clock, action)
                tried.provider.arm(Fault(method="*", what="hostile", when="after", body=body), after=place)
                outcome = self._once(tried, action)
                tried.provider.disarm()
                assert isinstance(outcome, Done | Pending | Failed | Unknown | Manual), (endpoint, body, outcome)
                if isinstance(outcome, Done) and action == "provision":
                    self._stands_as(tried, action, f"{endpoint}: {str(body)[:20]!r}")

    def test_two_at_once_are_two(self, provider: FakeApi, driver: Any) -> None:
        services = [new_id() for _ in range(2)]
        barrier = threading.Barrier(len(services))
        ends: dict[UUID, Outcome] = {}

        def create(service: UUID) -> None:
            request = self.provision_request(driver, service)
            barrier.wait()
            ends[service] = Caller(driver, _passing(self._clock)).provision(request)

        threads = [threading.Thread(target=create, args=(service,)) for service in services]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(isinstance(end, Done) for end in ends.values()), ends
        assert len({end.ref for end in ends.values() if isinstance(end, Done)}) == len(services)
        assert sorted(provider.standing()) == sorted(driver.ref_for(service) for service in services)

    @pytest.mark.parametrize("action", ACTIONS[1:])
    def test_what_is_gone_is_not_made_again(self, provider: FakeApi, clock: ManualClock, action: str) -> None:
        """F32: somebody has removed it at the provider."""
        tried = self.try_out(provider, clock, action)
        if action not in capabilities(tried.driver):
            pytest.skip(f"the driver has no {action}")
        self.lose(provider, tried.driver.ref_for(tried.service))
        end = tried.act()
        assert isinstance(end, Done) if action == "deprovision" else isinstance(end, Failed | Manual), end
        assert provider.standing() == []

    def lose(self, provider: FakeApi, ref: str) -> None:
        """Somebody removes the resource at the provider, and does not tell."""
        with provider.world.transaction() as tx:
            for thing in provider.things_of(tx, ref):
                tx.remove(thing)

    # With what they are written

    def _clean(self, providers: Callable[[], FakeApi], clock: ManualClock, action: str) -> list[tuple[int, str, int]]:
        """The requests of an `action` when all goes well: place, endpoint, length of the answer."""
        tried = self.try_out(providers(), clock, action)
        if action not in capabilities(tried.driver):
            pytest.skip(f"the driver has no {action}")
        first = len(tried.provider.asked)
        self._ends_well(tried, action, "nothing")
        asked, lengths = tried.provider.asked[first:], tried.provider.lengths[first:]
        return [(place, endpoint, lengths[place]) for place, endpoint in enumerate(asked[: self._own])]

    def _once(self, tried: Try, action: str) -> Any:
        """The driver's own answer to one call of it."""
        if action == "provision":
            request = self.provision_request(tried.driver, tried.service)
            return tried.driver.provision(request)
        return tried.act()

    def _ends_well(self, tried: Try, action: str, where: str) -> None:
        asked = len(tried.provider.asked)
        end = tried.act()
        self._own = len(tried.provider.asked) - asked
        assert isinstance(end, Done), f"{where}: {tried.caller.outcomes}"
        self._stands_as(tried, action, where)
        self._keeps_secrets(tried)

    def _stands_as(self, tried: Try, action: str, where: str) -> None:
        ref = tried.driver.ref_for(tried.service)
        assert tried.provider.standing() == ([] if action == "deprovision" else [ref]), where
        if "find" in capabilities(tried.driver):
            wanted = {"deprovision": None, "suspend": RemoteStatus.SUSPENDED}.get(action, RemoteStatus.ACTIVE)
            assert self.status(tried.driver, tried.service) is wanted, where

    def _keeps_secrets(self, tried: Try) -> None:
        """I12: in nothing that is stored or shown."""
        shown = repr(tried.caller.outcomes) + repr(tried.caller.progress) + repr(tried.driver)
        for secret in (PASSWORD, CONTACT.email, CONTACT.name, *self.secrets):
            assert secret not in shown, f"{secret!r} is shown"


def _passing(clock: ManualClock) -> Callable[[timedelta], None]:
    def wait(for_: timedelta) -> None:
        clock.advance(for_)

    return wait


def _failures(caller: Caller) -> list[timedelta | None]:
    return [each.retry_after for each in caller.outcomes if isinstance(each, Failed)]
