"""What every driver that provisions must hold to (`larabill_core.contracts.provisioner`), as tests to inherit."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, TypeAlias
from uuid import UUID

import pytest

from larabill_core.calls.guard import checked, checked_found, checked_listing
from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending, Unknown
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provider import Provider, capabilities
from larabill_core.contracts.provisioner import ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret

Trouble: TypeAlias = Literal["lost_before", "lost_after", "rate_limited", "refused"]
"""lost: no answer, before or after the effect; rate_limited and refused: the provider says that nothing happened."""

Script: TypeAlias = Callable[[str, Trouble], None]
"""`script(method, trouble)`: the next call of that method ends so, once."""

PASSWORD = "conformance-Passw0rd"  # noqa: S105 - of the tests
CONTACT = Contact(customer_id=UUID(int=0xC0FFEE), name="Canary Person", email="canary.person@example.com")
MOST_POLLS = 100


class ProvisionerContract:
    """Inherit it, give the fixture `driver` (a fresh one, at an empty provider) and what can be ordered there.

    What the driver cannot do is skipped, with words.
    """

    plan: ClassVar[str] = "small"
    other_plan: ClassVar[str] = "large"
    region: ClassVar[str] = ""
    spec: ClassVar[Mapping[str, Any]] = {}
    config: ClassVar[Mapping[str, Any]] = {}
    other_config: ClassVar[Mapping[str, Any] | None] = None
    """What a resize comes with, where that is another `config`."""

    @pytest.fixture
    def driver(self) -> Any:
        """The driver under test."""
        pytest.fail("give a fixture named driver")

    @pytest.fixture
    def service(self) -> UUID:
        return new_id()

    def provision_request(self, driver: Any, service: UUID, **changes: Any) -> ProvisionRequest:
        values: dict[str, Any] = {
            "ref": driver.ref_for(service),
            "key": f"{service}:create:1:attempt_1",
            "service_id": service,
            "plan_code": self.plan,
            "region": self.region,
            "spec": dict(self.spec),
            "config": dict(self.config),
            "contact": CONTACT,
            "password": Secret(PASSWORD),
            "progress": {},
            "save_progress": lambda progress: None,
        }
        return ProvisionRequest(**{**values, **changes})

    def resource_request(self, driver: Any, service: UUID, built: Done, action: str = "suspend") -> ResourceRequest:
        return ResourceRequest(
            ref=driver.ref_for(service),
            key=f"{service}:{action}:2:attempt_1",
            service_id=service,
            driver_ref=built.ref or "",
            plan_code=self.other_plan if action == "resize" else self.plan,
            spec=dict(self.spec),
            config=dict((self.other_config or self.config) if action == "resize" else self.config),
        )

    def wait(self, outcome: Pending) -> None:
        """Time goes by between two polls, where the provider's clock is a manual one."""

    def settle(self, driver: Any, outcome: Outcome, ref: str) -> Outcome:
        """The end of an outcome that may be pending. Every answer on the way must be fit to be stored."""
        for _ in range(MOST_POLLS):
            assert checked(outcome) == outcome
            if not isinstance(outcome, Pending):
                return outcome
            self.wait(outcome)
            outcome = driver.poll(outcome.handle, ref)
        pytest.fail(f"still pending after {MOST_POLLS} polls")

    def build(self, driver: Any, service: UUID) -> Done:
        ref = driver.ref_for(service)
        done = self.settle(driver, driver.provision(self.provision_request(driver, service)), ref)
        assert isinstance(done, Done), done
        assert done.ref, "done must carry the provider's id"
        return done

    def change(self, driver: Any, service: UUID, built: Done, action: str) -> None:
        request = self.resource_request(driver, service, built, action)
        outcome = self.settle(driver, getattr(driver, action)(request), request.ref)
        assert isinstance(outcome, Done), outcome

    def status(self, driver: Any, service: UUID) -> RemoteStatus | None:
        ref = driver.ref_for(service)
        found = checked_found(driver.find(ref), ref)
        return found.status if found else None

    # The rules

    def test_it_is_a_provider(self, driver: Any) -> None:
        assert isinstance(driver, Provider)
        assert {"provision", "deprovision"} <= capabilities(driver)

    def test_a_ref_is_constant_and_no_other_services(self, driver: Any) -> None:
        ids = [new_id() for _ in range(50)] + [UUID(int=0), UUID(int=1), UUID(int=1 << 127)]
        refs = [driver.ref_for(id) for id in ids]
        assert refs == [driver.ref_for(id) for id in ids]
        assert len(set(refs)) == len(ids)

    def test_a_resource_is_built_and_ended(self, driver: Any, service: UUID) -> None:
        built = self.build(driver, service)
        self.change(driver, service, built, "deprovision")

    @pytest.mark.parametrize("action", ["suspend", "resume", "resize", "deprovision"])
    def test_a_repeat_is_as_good_as_once(self, driver: Any, service: UUID, action: str) -> None:
        _need(driver, action)
        built = self.build(driver, service)
        self.change(driver, service, built, action)
        self.change(driver, service, built, action)

    def test_a_repeated_create_makes_nothing_more(self, driver: Any, service: UUID) -> None:
        if not driver.dedupes:
            pytest.skip("the provider does not deduplicate")
        first = self.build(driver, service)
        assert self.build(driver, service).ref == first.ref
        if "list" in capabilities(driver):
            ref = driver.ref_for(service)
            assert [found.ref for found in checked_listing(driver.list_resources())].count(ref) == 1

    def test_find_sees_what_stands_and_how(self, driver: Any, service: UUID) -> None:
        _need(driver, "find")
        assert self.status(driver, service) is None
        built = self.build(driver, service)
        found = driver.find(driver.ref_for(service))
        assert found is not None, "it does not see what stands"
        assert found.driver_ref == built.ref
        assert self.status(driver, service) is RemoteStatus.ACTIVE
        assert self.status(driver, new_id()) is None
        if {"suspend", "resume"} <= capabilities(driver):
            self.change(driver, service, built, "suspend")
            assert self.status(driver, service) is RemoteStatus.SUSPENDED
            self.change(driver, service, built, "resume")
            assert self.status(driver, service) is RemoteStatus.ACTIVE
        self.change(driver, service, built, "deprovision")
        assert self.status(driver, service) is None

    def test_the_list_holds_what_stands(self, driver: Any) -> None:
        _need(driver, "list")
        services = [new_id(), new_id()]
        built = [self.build(driver, service) for service in services]
        self.change(driver, services[0], built[0], "deprovision")
        refs = {found.ref for found in checked_listing(driver.list_resources())}
        assert driver.ref_for(services[1]) in refs
        assert driver.ref_for(services[0]) not in refs

    def power(self, driver: Any, service: UUID, built: Done) -> str:
        outcome = driver.power_state(self.resource_request(driver, service, built))
        assert isinstance(outcome, Done), outcome
        assert checked(outcome) == outcome
        return outcome.facts[POWER]

    def test_it_is_switched_off_and_on_and_says_so(self, driver: Any, service: UUID) -> None:
        _need(driver, "power")
        built = self.build(driver, service)
        assert self.power(driver, service, built) == "on"
        for action, power in (("stop", "off"), ("stop", "off"), ("start", "on"), ("start", "on"), ("restart", "on")):
            self.change(driver, service, built, action)
            assert self.power(driver, service, built) == power

    def test_the_password_is_no_fact(self, driver: Any, service: UUID) -> None:
        built = self.build(driver, service)
        assert PASSWORD not in "".join(built.facts.values())
        assert PASSWORD not in repr(built)

    def test_a_request_is_left_as_it_is(self, driver: Any, service: UUID) -> None:
        request = self.provision_request(driver, service)
        before = copy.deepcopy((request.spec, request.config))
        driver.provision(request)
        assert (request.spec, request.config) == before


class ScriptedContract(ProvisionerContract):
    """For a provider that is made to fail by a fixture `script` (see `Script`); one behind HTTP has `BehindHttp`."""

    @pytest.fixture
    def script(self) -> Script:
        """How to make the provider fail."""
        pytest.fail("give a fixture named script")

    @pytest.mark.parametrize("trouble", ["lost_before", "lost_after"])
    def test_a_lost_answer_is_unknown(self, driver: Any, service: UUID, script: Script, trouble: Trouble) -> None:
        script("provision", trouble)
        outcome = driver.provision(self.provision_request(driver, service))
        assert isinstance(outcome, Unknown), outcome
        if "find" in capabilities(driver):
            assert (self.status(driver, service) is not None) == (trouble == "lost_after")
        if driver.dedupes or "find" in capabilities(driver):
            self.build(driver, service)

    def test_rate_limited_may_be_tried_again(self, driver: Any, service: UUID, script: Script) -> None:
        script("provision", "rate_limited")
        outcome = driver.provision(self.provision_request(driver, service))
        assert isinstance(outcome, Failed), outcome
        assert outcome.retryable
        self.build(driver, service)

    def test_refused_is_for_good(self, driver: Any, service: UUID, script: Script) -> None:
        script("provision", "refused")
        outcome = driver.provision(self.provision_request(driver, service))
        assert isinstance(outcome, Failed), outcome
        assert not outcome.retryable

    @pytest.mark.parametrize("trouble", ["lost_before", "rate_limited", "refused"])
    def test_what_cannot_be_looked_up_is_no_nothing(
        self, driver: Any, service: UUID, script: Script, trouble: Trouble
    ) -> None:
        _need(driver, "find")
        script("find", trouble)
        with pytest.raises(RetryLater):
            driver.find(driver.ref_for(service))


def _need(driver: Any, capability: str) -> None:
    if capability not in capabilities(driver):
        pytest.skip(f"the driver has no {capability}")
