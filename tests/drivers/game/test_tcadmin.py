"""The driver `tcadmin` holds to the contract, whatever the panel does, with and without a key of its REST API."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Done, Failed, Manual, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.game.tcadmin.answers import read_games, read_line
from larabill_drivers.game.tcadmin.driver import make
from larabill_drivers.game.tcadmin.fake import PASSWORD, REST_KEY, USERNAME, FakeTcadmin
from larabill_drivers.game.tcadmin.rest import LONGEST_QUEUE
from larabill_drivers.game.tcadmin.settings import TcadminConfig, TcadminSettings, TcadminSpec
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi
from larabill_drivers.testing.provisioner import CONTACT
from larabill_drivers.world import Fault
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
    region = "fra"
    spec: ClassVar[dict[str, Any]] = {"name": "Canary", "slots": 2, "variables": {"MAP": "dust"}}
    config: ClassVar[dict[str, Any]] = {
        "game": 5,
        "slots": 8,
        "variables": {"MAP": "start", "RAM": "2048"},
        "choices": ["MAP"],
    }
    other_config: ClassVar[dict[str, Any]] = {**config, "slots": 16}
    secrets = (PASSWORD, REST_KEY, USERNAME)
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

    def test_two_services_of_one_billing_id_are_a_persons_matter(self, driver: Any, provider: FakeTcadmin) -> None:
        """Everything is done to all services of an id."""
        service = new_id()
        built = self.build(driver, service)
        outcome = driver.provision(self.provision_request(driver, service))
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
        self.wait(Pending(handle="-"))
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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0\tname",
        b"ok\tname\t0\t",
        b"0\tname\tnone\t",
        b"<results><errorcode>0</errorcode></results>",
        b"\xff\xfe",
    ],
)
def test_what_is_no_line_of_the_panel_is_none(body: bytes) -> None:
    assert read_line(body) is None


def test_a_line_may_end_after_its_code() -> None:
    """So does the vendor's own module read it."""
    line = read_line("\ufeff0\ttest_user\t0\r\n".encode())
    assert line is not None
    assert (line.return_code, line.login, line.error_code) == (0, "test_user", 0)


def test_a_login_name_that_is_none_is_not_shown() -> None:
    line = read_line(b"0\tJohn Smith <john@example.com>\t0\t")
    assert line is not None
    assert line.login == ""


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE r [<!ENTITY a 'b'>]><results><errorcode>0</errorcode></results>",
        b"<results><errorcode>-1</errorcode></results>",
        b"<results></results>",
        b"<results><errorcode>0</errorcode>",
        b"0\t\t0\t",
    ],
)
def test_what_is_no_list_of_games_is_none(body: bytes) -> None:
    assert read_games(body) is None


@pytest.mark.parametrize(
    "changes", [{"rest_key": Secret("secret")}, {"rest_url": "https://panel.example.com"}, {"regions": {"fra": "a b"}}]
)
def test_bad_settings_are_refused(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {"base_url": "https://panel.example.com", "username": "a", "password": Secret("b")}
    with pytest.raises(InvalidInput):
        TcadminSettings(**{**values, **changes})


def test_bad_plans_and_wishes_are_refused_with_every_fault() -> None:
    with pytest.raises(InvalidInput) as plan:
        TcadminConfig(game=0, slots=0, cpu=-1, variables={"a": "b\n"}, choices=("c",))
    assert len(plan.value.faults) == 5
    with pytest.raises(InvalidInput) as wish:
        TcadminSpec(slots=-1, name="<b>", variables={"a b": "'"})
    assert len(wish.value.faults) == 3


def _line(return_code: int, return_text: str, error_code: int, error_text: str) -> Reply:
    return Reply(body=f"{return_code}\t{return_text}\t{error_code}\t{error_text}".encode())
