"""The driver `tcadmin` holds to the contract, whatever the panel does, with and without a key of its REST API."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Done, Failed, Manual, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.errors import RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.game.tcadmin.driver import make
from larabill_drivers.game.tcadmin.fake import PASSWORD, USERNAME, FakeTcadmin
from larabill_drivers.game.tcadmin.settings import TcadminSettings
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi
from larabill_drivers.testing.provisioner import CONTACT
from larabill_drivers.world import Fault
from larabill_drivers.world.faults import What
from larabill_drivers.world.http_api import Reply, Request, Schema

BILLING = "POST /billingapi.aspx"
LOGIN = "lbaaaaaaaayd764"
"""What we would have the contact of the kit called."""


class BillingOnly:
    """The billing API's description; the REST API has none."""

    def __init__(self, billing: OpenApi) -> None:
        self._billing = billing

    def request_faults(self, request: Request) -> list[str]:
        return [] if request.path.startswith("/api/") else self._billing.request_faults(request)

    def reply_faults(self, request: Request, reply: Reply) -> list[str]:
        return [] if request.path.startswith("/api/") else self._billing.reply_faults(request, reply)


class Panel(BehindHttp):
    """What holds for both."""

    fake = FakeTcadmin
    rest_key: ClassVar[str] = ""

    @pytest.fixture
    def schema(self) -> Schema:
        return BillingOnly(schema_of("tcadmin-v2-billing.json"))

    def open(self, transport: httpx.BaseTransport, clock: ManualClock) -> Any:
        settings = TcadminSettings(
            base_url="https://panel.example.com:8880",
            username=USERNAME,
            password=Secret(PASSWORD),
            regions={"fra": "1"},
            rest_key=Secret(self.rest_key) if self.rest_key else None,
        )
        return make(settings, account="main", clock=clock, transport=transport)

    def test_all_that_a_game_needs_is_sent(self, driver: Any, provider: FakeTcadmin) -> None:
        self.build(driver, new_id())
        (service,) = provider.things("service")
        assert service.body["slots"] == 10
        assert service.body["variables"] == {"gamevar_MAP": "dust", "gamevar_RAM": "2048"}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"config": {"game": 5}}, "bad_plan"),
            ({"config": {"game": 5, "slots": 0}}, "bad_plan"),
            ({"region": ""}, "bad_plan"),
            ({"config": {"game": 5, "slots": 8, "datacenter": "1", "server": 11}}, "bad_plan"),
            ({"config": {"game": 5, "slots": 8, "variables": {"a b": "c"}}}, "bad_plan"),
            ({"region": "mars"}, "unknown_region"),
            ({"spec": {"name": "x'; drop"}}, "bad_spec"),
            ({"spec": {"name": "x -exec evil"}}, "bad_spec"),
            ({"spec": {"variables": {"MAP": "dust -exec evil"}}}, "bad_spec"),
            ({"spec": {"variables": {"MAP": "-exec"}}}, "bad_spec"),
            ({"spec": {"variables": {"RAM": "99999"}}}, "bad_spec"),
            ({"contact": None}, "no_contact"),
            ({"contact": attrs.evolve(CONTACT, email="nobody")}, "bad_contact"),
            ({"password": Secret("with&ampersand")}, "bad_password"),
            ({"password": Secret("x" * 26)}, "bad_password"),
        ],
    )
    def test_what_is_not_whole_is_not_sent(
        self, driver: Any, provider: FakeTcadmin, changes: dict[str, Any], code: str
    ) -> None:
        """The panel would make a user and no server, and call that complete."""
        outcome = driver.provision(self.provision_request(driver, new_id(), **changes))
        assert isinstance(outcome, Failed)
        assert outcome.code == code
        assert not outcome.retryable
        assert provider.asked == []

    @pytest.mark.parametrize("place", [{"datacenter": "2"}, {"server": 11}])
    def test_a_plan_may_name_its_place(self, driver: Any, provider: FakeTcadmin, place: dict[str, Any]) -> None:
        service = new_id()
        request = self.provision_request(driver, service, region="", config={**self.config, **place})
        assert isinstance(self.settle(driver, driver.provision(request), request.ref), Done)
        assert provider.standing() == [driver.ref_for(service)]

    def test_two_services_of_a_customer_have_one_user(self, driver: Any, provider: FakeTcadmin) -> None:
        names = {self.build(driver, new_id()).facts.get("login_name") for _ in range(2)}
        (user,) = provider.things("user")
        assert names == {user.body["name"]}
        assert user.ref == f"lb-{CONTACT.customer_id.hex}"
        assert len(user.body["name"]) == 15

    def test_the_name_that_the_panel_gives_is_told(self, driver: Any, provider: FakeTcadmin) -> None:
        with provider.world.transaction() as tx:
            tx.make("user", account="tcadmin", ref="22", body={"name": LOGIN, "number": 900, "status": ""})
        facts = self.build(driver, new_id()).facts
        assert facts["login_name"] == provider.things("user")[-1].body["name"] != LOGIN
        assert facts["login_url"].endswith(f"?GoToServiceBillingID={provider.standing()[0]}")

    def test_an_address_that_is_not_allowed_is_known_before_a_create(self, driver: Any, provider: FakeTcadmin) -> None:
        provider.allowed = False
        outcome = driver.provision(self.provision_request(driver, new_id()))
        assert isinstance(outcome, Failed)
        assert outcome.retryable
        assert "API Settings" in outcome.reason
        assert provider.counts[BILLING] == 1

    def test_a_blank_answer_to_a_create_says_nothing(self, driver: Any, provider: FakeTcadmin) -> None:
        """It may have been made: only a question before it proves that we are let in."""
        provider.add_pending_setup = lambda tx, asked: Reply(body=b"")  # type: ignore[method-assign]
        outcome = driver.provision(self.provision_request(driver, new_id()))
        assert isinstance(outcome, Unknown)
        assert "API Settings" in outcome.reason

    @pytest.mark.parametrize("words", ["Access denied", "System.Exception: The billing API is disabled"])
    def test_a_closed_door_may_open_again(self, driver: Any, provider: FakeTcadmin, words: str) -> None:
        provider.get_supported_games = lambda tx, asked: _line(-1, "", -1, words)  # type: ignore[method-assign]
        outcome = driver.provision(self.provision_request(driver, new_id()))
        assert isinstance(outcome, Failed)
        assert (outcome.retryable, outcome.code) == (True, "login")

    def test_what_else_it_answers_before_says_nothing_about_a_create(self, driver: Any, provider: FakeTcadmin) -> None:
        provider.get_supported_games = lambda tx, asked: _line(-1, "", -1, "not for you")  # type: ignore[method-assign]
        self.build(driver, new_id())

    @pytest.mark.parametrize("what", ["html", "server_error", "timeout"])
    def test_a_panel_that_is_not_there_is_known_before_a_create(
        self, driver: Any, provider: FakeTcadmin, what: What
    ) -> None:
        provider.arm(Fault(method="*", what=what))
        outcome = driver.provision(self.provision_request(driver, new_id()))
        assert isinstance(outcome, Failed)
        assert (outcome.retryable, outcome.code) == (True, "not_reachable")
        assert provider.counts[BILLING] == 1

    @pytest.mark.parametrize("field", ["user_email", "user_password", "tcadmin_password", "tcadmin_username"])
    def test_what_was_sent_is_not_said_again(self, driver: Any, provider: FakeTcadmin, field: str) -> None:
        """I12: the panel's words are those of an exception, and may hold the whole form."""
        provider.add_pending_setup = lambda tx, asked: _line(-1, "", -1, f"bad: {asked[field]}!")  # type: ignore[method-assign]
        request = self.provision_request(driver, new_id())
        outcome = driver.provision(request)
        assert isinstance(outcome, Failed)
        for sent in (CONTACT.email, request.password.reveal(), PASSWORD, USERNAME):
            assert sent not in repr(outcome)

    def test_codes_that_contradict_each_other_are_no_answer(self, driver: Any, provider: FakeTcadmin) -> None:
        provider.add_pending_setup = lambda tx, asked: _line(-1, "", 0, "")  # type: ignore[method-assign]
        assert isinstance(driver.provision(self.provision_request(driver, new_id())), Unknown)

    def test_another_id_is_not_touched(self, driver: Any, provider: FakeTcadmin) -> None:
        service = new_id()
        built = self.build(driver, service)
        request = attrs.evolve(self.resource_request(driver, service, built), driver_ref="22")
        before = len(provider.asked)
        for action in ("suspend", "resume", "resize", "deprovision"):
            assert isinstance(getattr(driver, action)(request), Failed)
        assert len(provider.asked) == before

    def test_cpu_and_memory_are_left_to_a_person(self, driver: Any, provider: FakeTcadmin) -> None:
        service = new_id()
        built = self.build(driver, service)
        request = self.resource_request(driver, service, built, "resize")
        request = attrs.evolve(request, config={**self.other_config, "memory": 4096})
        outcome = self.settle(driver, driver.resize(request), request.ref)
        assert isinstance(outcome, Manual)
        assert "4096 MB" in outcome.reason
        assert provider.things("service")[0].body["slots"] == 18

    def test_its_games_and_regions_are_listed(self, driver: Any, provider: FakeTcadmin) -> None:
        assert [(each.code, each.name) for each in driver.plans()] == [("5", "Paper & Co"), ("7", "Quake")]
        assert [each.code for each in driver.regions()] == ["fra"]
        provider.arm(Fault(method="*", what="refused"))
        with pytest.raises(RetryLater):
            driver.plans()


class TestTcadmin(Panel):
    """Without a key: what the panel has accepted is done, and a lost create waits for a person."""

    def test_it_cannot_look(self, driver: Any) -> None:
        assert capabilities(driver) == {"provision", "suspend", "resume", "resize", "deprovision", "inventory"}

    def test_a_create_is_done_as_far_as_the_panel_has_accepted_it(self, driver: Any) -> None:
        assert self.build(driver, new_id()).facts["setup"] == "queued by the panel"


def _line(return_code: int, return_text: str, error_code: int, error_text: str) -> Reply:
    return Reply(body=f"{return_code}\t{return_text}\t{error_code}\t{error_text}".encode())
