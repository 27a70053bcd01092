"""The driver `kasm` holds to the contract, whatever the server does."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.cloud.kasm_house import House
from tests.drivers.specs import schema_of

from larabill_core.contracts.outcome import Done, Failed, Manual, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.kasm.driver import ENDING
from larabill_drivers.cloud.kasm.fake import BY_HAND, EVERYBODY, KEY, LARGE, SAVES, SECRET, SMALL, FakeKasm
from larabill_drivers.testing.behind_http import BehindHttp
from larabill_drivers.testing.openapi import OpenApi
from larabill_drivers.testing.provisioner import CONTACT, PASSWORD
from larabill_drivers.world import Fault, WorldTx
from larabill_drivers.world.http_api import Reply, Request


class BusyKasm(FakeKasm):
    """Customers do not wait: a session is open as soon as the user is enabled, so that every suspend meets one."""

    def update_user(self, tx: WorldTx, request: Request) -> Reply:
        reply = super().update_user(tx, request)
        user = self._user(tx, request)
        if user is not None and request.json["target_user"].get("disabled") is False:
            self.start(tx, user)
        return reply


class TestKasm(BehindHttp):
    fake = BusyKasm

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("kasm.json")


@pytest.fixture
def house(clock: ManualClock) -> House:
    house = House(FakeKasm, clock)
    assert isinstance(house.provision(), Done)
    return house


def test_it_can_what_the_server_can(house: House) -> None:
    assert capabilities(house.driver) == {
        *("provision", "find", "poll", "suspend", "resume", "resize", "deprovision", "list"),
        *("sign_on", "reset_password", "change_contact", "metrics", "images"),
    }


# A create


def test_a_user_is_enabled_when_all_its_groups_are_there(house: House) -> None:
    calls = [call for call in house.server.asked if not call.startswith("POST /get")]
    assert calls == ["POST /create_user", "POST /add_user_group", "POST /update_user"]
    assert house.user["groups"] == [EVERYBODY, SMALL]
    assert (house.user["disabled"], house.user["password"]) == (False, PASSWORD)
    assert (house.user["first_name"], house.user["last_name"], house.user["organization"]) == ("Canary", "Person", "-")
    assert UUID(house.request().driver_ref).hex == house.request().driver_ref


@pytest.mark.parametrize("place", [1, 2, 3], ids=["created", "joined", "enabled"])
def test_a_create_goes_on_where_it_stopped(clock: ManualClock, place: int) -> None:
    house = House(FakeKasm, clock)
    house.server.arm(Fault(method="*", what="timeout", when="after" if place < 3 else "before"), after=place)
    assert isinstance(house.provision(), Unknown)
    assert house.driver.find(house.ref) is None
    assert [each.status for each in house.driver.list_resources()] == [RemoteStatus.BUILDING]
    assert isinstance(house.provision(), Done)
    assert SMALL in house.user["groups"]


def test_a_user_that_cannot_be_finished_is_taken_back(clock: ManualClock) -> None:
    unknown = "99999999eeee4000800000000000000e"
    house = House(FakeKasm, clock, plan_groups=(unknown,))
    end = house.provision(config={"groups": [unknown]})
    assert isinstance(end, Failed)
    assert not end.retryable
    assert (house.server.standing(), house.progress) == ([], {})


def test_a_user_that_was_disabled_by_hand_is_left_so(house: House) -> None:
    with house.server.world.transaction() as tx:
        tx.change(house.server.things_of(tx, house.ref)[0], disabled=True)
    assert isinstance(house.provision(), Manual)
    assert house.user["disabled"]


class RepeatingKasm(FakeKasm):
    """Says in a refusal what it was sent."""

    def create_user(self, tx: WorldTx, request: Request) -> Reply:
        return Reply(body={"error_message": f"Not acceptable: {json.dumps(request.json)}"})


def test_what_the_server_repeats_is_not_shown(clock: ManualClock) -> None:
    end = House(RepeatingKasm, clock).provision()
    assert isinstance(end, Failed)
    for secret in (PASSWORD, KEY, SECRET, "Canary"):
        assert secret not in end.reason


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"region": "fra"}, "unknown_region"),
        ({"config": {"groups": [BY_HAND]}}, "bad_plan"),
        ({"config": {"groups": ["small"]}}, "bad_plan"),
        ({"config": {"groups": []}}, "bad_plan"),
        ({"spec": {"cores": 4}}, "bad_plan"),
        ({"contact": attrs.evolve(CONTACT, name="<b>Canary</b>", company="x" * 101)}, "bad_spec"),
        ({"contact": attrs.evolve(CONTACT, company="lb-unfinished")}, "bad_spec"),
    ],
)
def test_what_does_not_fit_is_not_sent(clock: ManualClock, changes: dict[str, Any], code: str) -> None:
    house = House(FakeKasm, clock)
    end = house.provision(**changes)
    assert isinstance(end, Failed)
    assert (end.code, house.server.asked) == (code, [])
    assert "Canary" not in end.reason


# Suspended


def test_who_is_suspended_is_out(house: House) -> None:
    """A session is only asked to end, and a customer who is quick may open another."""
    house.server.open_session(house.ref)
    end = house.driver.suspend(house.request())
    assert isinstance(end, Pending)
    with house.server.world.transaction() as tx:
        house.server.start(tx, house.server.things_of(tx, house.ref)[0])
    for _ in range(2):
        house.clock.advance(ENDING)
        assert isinstance(house.driver.poll(end.handle, house.ref), Pending)
    house.clock.advance(SAVES)
    assert isinstance(house.driver.poll(end.handle, house.ref), Done)
    assert house.server.counts["POST /destroy_kasm"] == 5
    assert house.server.counts["POST /get_kasm_status"] == 0


class DeafKasm(FakeKasm):
    """Takes `disabled` for a field that it does not know, and says nothing."""

    def update_user(self, tx: WorldTx, request: Request) -> Reply:
        user = self._user(tx, request)
        if user is None or not request.json["target_user"].get("disabled"):
            return super().update_user(tx, request)
        return Reply(body={"user": self._shown(tx, user)})


def test_a_field_that_is_ignored_is_no_success(clock: ManualClock) -> None:
    house = House(DeafKasm, clock)
    house.provision()
    assert isinstance(house.driver.suspend(house.request()), Unknown)
    assert not house.user["disabled"]


def test_who_is_told_to_wait_after_disabling_waits(house: House) -> None:
    request = house.request()
    house.server.arm(Fault(method="*", what="rate_limited", retry_after=SAVES), after=2)
    end = house.driver.suspend(request)
    assert end == Pending(handle=f"suspend:{request.driver_ref}", poll_after=SAVES)


# Another plan, and the end


def test_the_new_groups_come_before_the_old_ones_go(house: House) -> None:
    with house.server.world.transaction() as tx:
        user = house.server.things_of(tx, house.ref)[0]
        tx.change(user, groups=[*user.body["groups"], BY_HAND])
    assert isinstance(house.driver.resize(house.request(config={"groups": [str(UUID(LARGE))]})), Done)
    assert house.user["groups"] == [EVERYBODY, BY_HAND, LARGE]
    changes = [call for call in house.server.asked if call.endswith("_user_group")]
    assert changes == ["POST /add_user_group", "POST /add_user_group", "POST /remove_user_group"]


def test_a_resize_that_stops_half_way_is_no_failure(house: House) -> None:
    request = house.request(config={"groups": [LARGE]})
    house.server.arm(Fault(method="*", what="refused"), after=2)
    assert isinstance(house.driver.resize(request), Manual)
    assert isinstance(house.driver.resize(request), Done)


class SlowKasm(FakeKasm):
    """Deletes later."""

    def delete_user(self, tx: WorldTx, request: Request) -> Reply:
        return Reply(body={})


def test_who_is_still_to_be_seen_is_not_deleted(clock: ManualClock) -> None:
    house = House(SlowKasm, clock)
    house.provision()
    request = house.request()
    end = house.driver.deprovision(request)
    assert isinstance(end, Pending)
    assert isinstance(house.driver.poll(end.handle, house.ref), Pending)
    with house.server.world.transaction() as tx:
        tx.remove(house.server.things_of(tx, house.ref)[0])
    assert isinstance(house.driver.poll(end.handle, house.ref), Done)
