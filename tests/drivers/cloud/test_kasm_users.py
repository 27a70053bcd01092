"""How the driver `kasm` looks for users, what it gives them besides, and how it shows its key."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import attrs
import httpx
import pytest
from tests.drivers.cloud.kasm_house import SETTINGS, House

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Manual
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.kasm.driver import Kasm
from larabill_drivers.cloud.kasm.fake import IMAGE, KEY, SECRET, SMALL, FakeKasm
from larabill_drivers.cloud.kasm.settings import KasmConfig, KasmSettings
from larabill_drivers.testing.provisioner import CONTACT
from larabill_drivers.world import Fault, WorldTx
from larabill_drivers.world.http_api import Reply, Request

NO_USER = "The request cannot be carried out."


@pytest.fixture
def house(clock: ManualClock) -> House:
    house = House(FakeKasm, clock)
    assert isinstance(house.provision(), Done)
    return house


# Who is not there


def test_only_the_list_says_that_a_user_is_not_there(house: House) -> None:
    assert house.driver.find("lb-" + "0" * 32) is None
    assert house.server.asked[-2:] == ["POST /get_user", "POST /get_users"]
    house.server.arm(Fault(method="*", what="inside"), after=1)
    with pytest.raises(RetryLater, match="cannot look"):
        house.driver.find("lb-" + "0" * 32)


def test_words_that_the_settings_give_are_believed(clock: ManualClock) -> None:
    house = House(FakeKasm, clock, no_such_user=NO_USER)
    assert house.driver.find(house.ref) is None
    assert house.server.asked == ["POST /get_user"]


class CountingFromOne(FakeKasm):
    """Its first page is 1, and 0 is the same."""

    def get_users(self, tx: WorldTx, request: Request) -> Reply:
        page, size = max(request.json["page"], 1) - 1, request.json["page_size"]
        users = [self._shown(tx, user) for user in tx.things("user", account=self.name)]
        return Reply(body={"users": users[page * size : (page + 1) * size]})


class WithoutPages(FakeKasm):
    def get_users(self, tx: WorldTx, request: Request) -> Reply:
        return Reply(body={"users": [self._shown(tx, user) for user in tx.things("user", account=self.name)]})


@pytest.mark.parametrize("fake", [FakeKasm, CountingFromOne, WithoutPages])
def test_all_users_are_read_whatever_a_page_is(clock: ManualClock, fake: type[FakeKasm]) -> None:
    house = House(fake, clock, page_size=2)
    for _ in range(5):
        house.service = new_id()
        house.ref = house.driver.ref_for(house.service)
        assert isinstance(house.provision(), Done)
    assert sorted(each.ref for each in house.driver.list_resources()) == sorted(house.server.standing())


def test_a_server_without_any_user_is_not_believed(clock: ManualClock) -> None:
    house = House(WithoutPages, clock)
    with pytest.raises(RetryLater, match="no user at all"):
        house.driver.find(house.ref)


# What a user may be given besides


def test_the_link_is_a_secret(house: House) -> None:
    end = house.driver.sign_on(house.request())
    assert isinstance(end, Done)
    assert end.secrets["url"].reveal().startswith("https://kasm.example.com/#/connect/login/")
    assert "connect" not in repr(end)


def test_a_link_to_another_host_is_not_given(clock: ManualClock) -> None:
    house = House(FakeKasm, clock, portal_url="https://desk.example.com")
    house.provision()
    assert isinstance(house.driver.sign_on(house.request()), Manual)


def test_who_is_suspended_gets_no_link(house: House) -> None:
    assert isinstance(house.driver.suspend(house.request()), Done)
    assert isinstance(house.driver.sign_on(house.request()), Failed)


def test_password_and_names_are_changed(house: House) -> None:
    assert isinstance(house.driver.reset_password(house.request(), Secret("another-Passw0rd")), Done)
    contact = attrs.evolve(CONTACT, name="Zoë O’Hara-Łęcka", company="Ångström & Co.")
    assert isinstance(house.driver.change_contact(house.request(), contact), Done)
    assert house.user["password"] == "another-Passw0rd"
    assert (house.user["last_name"], house.user["organization"]) == ("O’Hara-Łęcka", "Ångström & Co.")


def test_open_sessions_are_counted(house: House) -> None:
    house.server.open_session(house.ref)
    [reading] = house.driver.usage(house.request().driver_ref)
    assert reading == Reading(metric="sessions", value=reading.value, unit="session", kind="gauge")
    assert reading.value == 1


def test_images_that_are_off_are_not_offered(house: House) -> None:
    assert house.driver.images() == [Offer(code=IMAGE, name="Chrome")]


# The key


def test_the_key_goes_in_the_header_when_the_settings_say_so(clock: ManualClock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        assert given == f"{KEY}:{SECRET}"
        assert SECRET not in request.content.decode() + str(request.url)
        problem = {"title": "Bad", "detail": f"{given} {request.headers['authorization']}"}
        return httpx.Response(400, stream=httpx.ByteStream(json.dumps(problem).encode()))

    settings = KasmSettings(**{**SETTINGS, "auth": "basic"})
    driver = Kasm(settings, account="main", clock=clock, transport=httpx.MockTransport(answer))
    with pytest.raises(RetryLater) as problem:
        driver.images()
    assert SECRET not in str(problem.value)
    assert base64.b64encode(SECRET.encode()).decode()[4:-8] not in str(problem.value)


@pytest.mark.parametrize(
    "wrong",
    [{"plan_groups": ()}, {"plan_groups": (SMALL, str(UUID(SMALL)))}, {"portal_url": "http://x"}, {"page_size": -1}],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        KasmSettings(**{**SETTINGS, **wrong})


def test_ids_are_the_same_with_dashes_and_without() -> None:
    assert KasmConfig(groups=(str(UUID(SMALL)).upper(),)) == KasmConfig(groups=(SMALL,))
