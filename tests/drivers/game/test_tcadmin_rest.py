"""The driver `tcadmin` with a key of the panel's REST API: it looks whether what was accepted came true."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.drivers.game.test_tcadmin import BILLING, Panel

from larabill_core.contracts.outcome import Done, Failed, Manual, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.errors import RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.game.tcadmin.fake import REST_KEY, WAITS, FakeTcadmin
from larabill_drivers.game.tcadmin.rest import LONGEST_QUEUE
from larabill_drivers.world import Fault
from larabill_drivers.world.http_api import Reply


class TestTcadminWithRest(Panel):
    """With one: it is done when the panel shows it."""

    rest_key = REST_KEY
    shows_late = True

    def test_it_can_look(self, driver: Any) -> None:
        more = {"find", "list", "poll", "power", "metrics", "health", "reset_password"}
        assert more <= capabilities(driver)

    def test_it_is_not_done_before_it_is_shown(self, driver: Any, clock: ManualClock) -> None:
        request = self.provision_request(driver, new_id())
        outcome = driver.provision(request)
        assert isinstance(outcome, Pending)
        assert driver.find(request.ref) is None
        done = self.settle(driver, outcome, request.ref)
        assert isinstance(done, Done)
        assert done.facts["address"].startswith("192.0.2.1:")
        assert done.facts["login_name"].startswith("lb")

    def test_what_is_sent_and_never_shown_is_parked_and_not_sent_again(
        self, driver: Any, provider: FakeTcadmin, clock: ManualClock
    ) -> None:
        """A task that has failed waits in the panel, until somebody starts it: a second create would make two."""
        saved: dict[str, Any] = {}
        request = self.provision_request(driver, new_id(), save_progress=saved.update)
        provider.arm(Fault(method="*", what="timeout"), after=1)
        assert isinstance(driver.provision(request), Unknown)
        again = driver.provision(attrs.evolve(request, progress=saved))
        assert isinstance(again, Pending)
        assert isinstance(driver.poll(again.handle, request.ref), Pending)
        clock.advance(LONGEST_QUEUE)
        outcome = driver.poll(again.handle, request.ref)
        assert isinstance(outcome, Manual)
        assert "Scheduled Tasks" in outcome.reason
        assert provider.counts[BILLING] == 2

    def test_a_definite_no_may_be_sent_again(self, driver: Any, provider: FakeTcadmin) -> None:
        saved: list[Any] = []
        request = self.provision_request(driver, new_id(), save_progress=saved.append)
        provider.arm(Fault(method="*", what="rate_limited"), after=1)
        assert isinstance(driver.provision(request), Failed)
        assert saved[-1] == {}

    @pytest.mark.parametrize(("billing", "service"), [(1, 99), (3, 4), (0, 1)])
    def test_an_unknown_status_is_not_guessed(
        self, driver: Any, provider: FakeTcadmin, billing: int, service: int
    ) -> None:
        id = new_id()
        built = self.build(driver, id)
        self._show(provider, BillingStatus=billing, ServiceStatus=service)
        with pytest.raises(RetryLater, match="look what they mean"):
            driver.find(driver.ref_for(id))
        with pytest.raises(RetryLater):
            driver.list_resources()
        assert isinstance(driver.poll("active", driver.ref_for(id)), Manual)
        assert isinstance(driver.suspend(self.resource_request(driver, id, built)), Manual)

    @pytest.mark.parametrize(
        ("status", "kind"), [(-3, Pending), (-2, Manual), (-1, Pending), (0, Manual), (1, Done), (2, Done), (4, Done)]
    )
    def test_a_create_ends_as_the_service_says(
        self, driver: Any, provider: FakeTcadmin, clock: ManualClock, status: int, kind: type[Any]
    ) -> None:
        id = new_id()
        self.build(driver, id)
        self._show(provider, ServiceStatus=status)
        at = int(clock.now().timestamp())
        assert isinstance(driver.poll(f"setup:{at}:", driver.ref_for(id)), kind)

    def test_two_services_of_one_billing_id_are_a_persons_matter(
        self, driver: Any, provider: FakeTcadmin, clock: ManualClock
    ) -> None:
        """Everything is done to all services of an id."""
        service = new_id()
        built = self.build(driver, service)
        outcome = driver.provision(self.provision_request(driver, service))
        clock.advance(WAITS)
        assert isinstance(self.settle(driver, outcome, driver.ref_for(service)), Manual)
        with pytest.raises(RetryLater, match="2 services"):
            driver.find(driver.ref_for(service))
        for action in ("suspend", "resume", "resize", "deprovision", "stop"):
            outcome = getattr(driver, action)(self.resource_request(driver, service, built, action))
            assert isinstance(outcome, Manual), action
        assert len(provider.standing()) == 2

    def test_another_game_is_not_switched_to(self, driver: Any, provider: FakeTcadmin) -> None:
        service = new_id()
        built = self.build(driver, service)
        request = self.resource_request(driver, service, built, "resize")
        outcome = driver.resize(attrs.evolve(request, config={**self.other_config, "game": 7}))
        assert isinstance(outcome, Failed)
        assert outcome.code == "other_game"
        assert provider.things("service")[0].body["slots"] == 10

    def test_an_api_that_says_no_shows_nothing(self, driver: Any, provider: FakeTcadmin) -> None:
        """HTTP 200 and an empty list are not "there is none"."""
        provider.game_services = lambda tx, request: Reply(  # type: ignore[method-assign]
            body={"Success": False, "Message": "no", "Result": []}
        )
        with pytest.raises(RetryLater):
            driver.find(driver.ref_for(new_id()))
        assert isinstance(driver.poll("gone", driver.ref_for(new_id())), Unknown)

    def test_it_is_being_built_and_cannot_be_suspended_yet(self, driver: Any, clock: ManualClock) -> None:
        service = new_id()
        driver.provision(self.provision_request(driver, service))
        clock.advance(WAITS)
        request = self.resource_request(driver, service, Done(ref=driver.ref_for(service)))
        outcome = driver.suspend(request)
        assert isinstance(outcome, Failed)
        assert outcome.retryable

    def test_usage_and_health_are_told(self, driver: Any) -> None:
        service = new_id()
        built = self.build(driver, service)
        ref = driver.ref_for(service)
        assert [(each.metric, str(each.value), each.unit) for each in driver.usage(ref)] == [
            ("cpu", "12.5", "percent"),
            ("players", "3", "player"),
        ]
        assert driver.health(ref).state == "ok"
        self.change(driver, service, built, "stop")
        assert driver.health(ref).state == "down"
        self.change(driver, service, built, "suspend")
        assert driver.health(ref).detail == "suspended"
        with pytest.raises(RetryLater):
            driver.usage(driver.ref_for(new_id()))

    def test_the_password_of_the_customers_user_is_set(self, driver: Any, provider: FakeTcadmin) -> None:
        service = new_id()
        built = self.build(driver, service)
        request = self.resource_request(driver, service, built)
        assert isinstance(driver.reset_password(request, Secret("another-Passw0rd")), Done)
        assert provider.things("user")[0].body["password"] == "another-Passw0rd"
        assert isinstance(driver.reset_password(request, Secret("it's & too long for the panel")), Failed)
        with provider.world.transaction() as tx:
            (user,) = tx.things("user")
            tx.remove(user)
            tx.make("user", account="tcadmin", ref="22", body=user.body, id=user.id)
        assert isinstance(driver.reset_password(request, Secret("another-Passw0rd")), Manual)

    def _show(self, provider: FakeTcadmin, **fields: Any) -> None:
        shown = provider._shown
        provider._shown = lambda service: {**shown(service), **fields}  # type: ignore[method-assign]
