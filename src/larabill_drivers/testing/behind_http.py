"""What a driver behind HTTP must hold to besides, whatever its provider does: the whole fault matrix, against its fake.

class TestAcme(BehindHttp):
    fake = FakeAcme
    plan, other_plan = "small", "large"

    def open(self, transport, clock):
        return Acme(AcmeSettings(...), account="main", clock=clock, transport=transport)
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

import attrs
import httpx
import pytest

from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provider import DriverInfo, capabilities
from larabill_core.contracts.provisioner import ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import Faults
from larabill_core.ids import new_id
from larabill_core.module import load_target
from larabill_core.structure import structure
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.testing.caller import Caller
from larabill_drivers.testing.fault_matrix import CUTS, HOSTILE, LATER, LOST, NEVER
from larabill_drivers.testing.provisioner import CONTACT, PASSWORD, ProvisionerContract
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.http_api import FakeApi, Schema
from larabill_drivers.world.serving import InProcess

ACTIONS: Final = ("provision", "suspend", "resume", "resize", "deprovision")
START: Final = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ASKED: Final[Counter[tuple[str, str]]] = Counter()
"""How often each endpoint of each provider was asked in this process."""
MISFITS: Final[list[str]] = []
"""What of that was against its schema."""
ADDRESS: Final = "https://provider.example.com"


@attrs.frozen
class Try:
    """One operation at a provider that something may go wrong at."""

    provider: FakeApi
    driver: Any
    caller: Caller
    service: UUID
    act: Callable[[], Outcome]


class BehindHttp(ProvisionerContract):
    """Inherit it, give `fake`; and a fixture `schema`, where the provider's description is at hand."""

    fake: ClassVar[type[FakeApi]]
    shows_late: ClassVar[bool] = False
    """The provider queues creates where nobody can look: one that is not to be seen is parked, and not sent again."""

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Any:
        """The driver under test, that asks `transport`."""
        info = _info(self.fake.name)
        settings = manifest_settings(info, self.fake, ADDRESS)
        return load_target(info.target)(settings, account="main", clock=clock, transport=transport)

    def __init_subclass__(cls) -> None:
        """What is ordered is what the fake is tried out with, where the test says nothing else."""
        small, large = cls.fake.plans["small"], cls.fake.plans["large"]
        own = {name for base in cls.__mro__[: cls.__mro__.index(BehindHttp)] for name in vars(base)}
        for name, value in {
            "plan": small["provider_plan"],
            "other_plan": large["provider_plan"],
            "region": small.get("region", ""),
            "config": small.get("config", {}),
            "other_config": large.get("config", {}),
        }.items():
            if name not in own:
                setattr(cls, name, value)

    def provision_request(self, driver: Any, service: UUID, **changes: Any) -> ProvisionRequest:
        return super().provision_request(driver, service, **{"spec": self.spec_of(service), **changes})

    def resource_request(self, driver: Any, service: UUID, built: Done, action: str = "suspend") -> ResourceRequest:
        return attrs.evolve(super().resource_request(driver, service, built, action), spec=self.spec_of(service))

    def spec_of(self, service: UUID) -> dict[str, Any]:
        """What the customer of a service has chosen."""
        return self.fake.spec(service.int % 10**9)

    @pytest.fixture
    def schema(self) -> Schema | None:
        """The provider's description of its API."""
        return None

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(START)

    @pytest.fixture(autouse=True)
    def _it_does_not_wait(self) -> Iterator[None]:
        with no_waiting():
            yield

    @pytest.fixture
    def providers(self, schema: Schema | None, clock: ManualClock) -> Iterator[Callable[[], FakeApi]]:
        """Makes empty ones. In the end nothing that was asked or answered may be against the schema."""
        self._clock = clock
        self._stands: tuple[bytes, ResourceRequest] | None = None
        made: list[FakeApi] = []

        def make() -> FakeApi:
            made.append(self.fake(FakeWorld.open(":memory:"), clock=clock, schema=schema))
            return made[-1]

        yield make
        for each in made:
            ASKED.update({(self.fake.name, endpoint): count for endpoint, count in each.counts.items()})
        MISFITS.extend(f"{self.fake.name}: {fault}" for each in made for fault in (*each.misfits, *each.untrue))
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
        driver = self.open(InProcess(provider), clock)
        caller = Caller(driver, _passing(clock))
        if action == "provision":
            request = self.provision_request(driver, new_id())
            return Try(provider, driver, caller, request.service_id, lambda: caller.provision(request))
        if self._stands is None:
            change = self._build_for(driver, action)
            self._stands = provider.world.snapshot(), change
        world, change = self._stands
        provider.world.restore(world)
        return Try(provider, driver, caller, change.service_id, lambda: caller.change(action, change))

    def _build_for(self, driver: Any, action: str) -> ResourceRequest:
        """What an `action` needs; built once in each test, since that takes most of the requests."""
        service = new_id()
        built = self.build(driver, service)
        if action == "resume":
            self.change(driver, service, built, "suspend")
        return self.resource_request(driver, service, built, action)

    # The rules

    @pytest.mark.parametrize("action", ACTIONS)
    @pytest.mark.parametrize("faults", [LOST, LATER], ids=["lost", "later"])
    def test_whatever_is_lost_it_comes_to_its_end_once(
        self, providers: Callable[[], FakeApi], clock: ManualClock, action: str, faults: tuple[Fault, ...]
    ) -> None:
        """I2, I10: what was lost is never called a failure, and in the end one thing stands."""
        for place, endpoint, _ in self._clean(providers, clock, action):
            for fault in faults:
                if fault.when == "after" and endpoint.startswith("GET "):
                    continue  # a look has no effect: as before it
                tried = self.try_out(providers(), clock, action)
                tried.provider.arm(fault, after=place)
                self._ends_well(tried, action, f"{fault.what} {fault.when} {endpoint}")
                if fault.retry_after is not None:
                    times = tried.provider.asked_at[self._first :]
                    assert times[place + 1] - times[place] >= fault.retry_after, f"asked again too soon: {endpoint}"

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
                tried.provider.disarm()  # a driver may need fewer requests than its caller
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
        if action not in tried.caller.can:
            pytest.skip(f"the driver has no {action}")
        self.lose(provider, tried.driver.ref_for(tried.service))
        end = tried.act()
        assert isinstance(end, Done) if action == "deprovision" else isinstance(end, Failed | Manual), end
        assert provider.standing() == []

    @pytest.mark.parametrize("action", ("suspend", "resize", "deprovision"))
    def test_what_is_anothers_is_left_alone(self, provider: FakeApi, driver: Any, action: str) -> None:
        """Ids are used again, and somebody moves things by hand: what does not carry our ref is not ours to change."""
        if action not in capabilities(driver):
            pytest.skip(f"the driver has no {action}")
        mine, others = new_id(), new_id()
        self.build(driver, mine)
        theirs = self.build(driver, others)
        if theirs.ref == driver.ref_for(others):
            pytest.skip("the provider's id is our ref")
        outcome = getattr(driver, action)(self.resource_request(driver, mine, theirs, action))
        assert isinstance(outcome, Failed | Manual), f"it changes what is another's: {outcome}"
        assert sorted(provider.standing()) == sorted(map(driver.ref_for, (mine, others))), (
            "it destroys what is another's"
        )
        assert self.status(driver, others) is RemoteStatus.ACTIVE

    def lose(self, provider: FakeApi, ref: str) -> None:
        """Somebody removes the resource at the provider, and does not tell."""
        with provider.world.transaction() as tx:
            for thing in provider.things_of(tx, ref):
                tx.remove(thing)

    # With what they are written

    def _clean(self, providers: Callable[[], FakeApi], clock: ManualClock, action: str) -> list[tuple[int, str, int]]:
        """The requests of an `action` when all goes well: place, endpoint, length of the answer."""
        tried = self.try_out(providers(), clock, action)
        if action not in tried.caller.can:
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
        self._first = len(tried.provider.asked)
        end = tried.act()
        self._own = len(tried.provider.asked) - self._first
        self._keeps_secrets(tried)
        if isinstance(end, Manual) and self._may_park(tried, action):
            return
        assert isinstance(end, Done), f"{where}: {tried.caller.outcomes}"
        self._stands_as(tried, action, where)

    def _may_park(self, tried: Try, action: str) -> bool:
        """Whether a person may have to look: after a lost create that cannot be looked for, or is not to be seen.

        At most one thing stands then (I2); and what is to be seen must have been found.
        """
        if action != "provision" or not any(isinstance(each, Unknown) for each in tried.caller.outcomes):
            return False
        standing, ref = tried.provider.standing(), tried.driver.ref_for(tried.service)
        if "find" in tried.caller.can:
            return self.shows_late and standing == []
        return not tried.driver.dedupes and standing in ([], [ref])

    def _stands_as(self, tried: Try, action: str, where: str) -> None:
        ref = tried.driver.ref_for(tried.service)
        assert tried.provider.standing() == ([] if action == "deprovision" else [ref]), where
        if "find" in tried.caller.can:
            wanted = {"deprovision": None, "suspend": RemoteStatus.SUSPENDED}.get(action, RemoteStatus.ACTIVE)
            assert self.status(tried.driver, tried.service) is wanted, where

    def _keeps_secrets(self, tried: Try) -> None:
        """I12: in nothing that is stored or shown."""
        shown = repr(tried.caller.outcomes) + repr(tried.caller.progress) + repr(tried.driver)
        for secret in (PASSWORD, CONTACT.email, CONTACT.name, *self.fake.environment.values(), *self.fake.secrets):
            assert secret not in shown, f"{secret!r} is shown"


@cache
def _info(driver: str) -> DriverInfo:
    return load_infos()[driver]


def manifest_settings(info: DriverInfo, fake: type[FakeApi], address: str) -> Any:
    """The settings of an account at the fake, as the manifest would have them."""
    faults = Faults()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in fake.environment.items():
            patch.setenv(name, value)
        settings = structure(info.settings_class, fake.settings(address), faults)
    faults.raise_if_any()
    return settings


@contextmanager
def no_waiting() -> Iterator[None]:
    """A worker has other work: a driver answers `Pending`, and does not sleep until the provider is done."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise AssertionError("a driver must not wait")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", sleep)
        yield
    assert slept == [], "the driver waits by itself: answer Pending"


def _passing(clock: ManualClock) -> Callable[[timedelta], None]:
    def wait(for_: timedelta) -> None:
        clock.advance(for_)

    return wait
