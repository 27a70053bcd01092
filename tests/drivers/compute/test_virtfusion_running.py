"""What stands at a control server: locked, renamed, switched, entered, measured; and what it offers."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from tests.drivers.compute.virtfusion_site import CONFIG, SETTINGS, Site, site

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus, ResourceRequest
from larabill_core.errors import InvalidInput, RetryLater, Unverified
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_drivers.compute.virtfusion.answers import explain
from larabill_drivers.compute.virtfusion.driver import HearingVirtFusion, make
from larabill_drivers.testing.behind_http import START
from larabill_drivers.testing.provisioner import CONTACT
from larabill_drivers.world import Fault
from larabill_drivers.world.http_api import Reply

__all__ = ["site"]

ACTIONS = ("suspend", "resume", "resize", "deprovision")
HOOK_TOKEN = Secret("hook-0123456789abcdef")


@attrs.define
class Standing:
    """One server that stands, and the requests for it."""

    site: Site
    service: Any
    request: ResourceRequest

    def act(self, action: str, request: ResourceRequest | None = None) -> Outcome:
        outcome: Outcome = getattr(self.site.driver, action)(request or self.request)
        return outcome

    def settled(self, action: str, request: ResourceRequest | None = None) -> Outcome:
        return self.site.settle(self.act(action, request), self.service)

    def power(self) -> str:
        outcome = self.act("power_state")
        assert isinstance(outcome, Done), outcome
        return outcome.facts["power"]


@pytest.fixture
def standing(site: Site) -> Standing:
    service = new_id()
    built = site.settle(site.provision(service), service)
    assert isinstance(built, Done)
    return Standing(site, service, site.kit.resource_request(site.driver, service, built))


def test_it_can_do_what_its_page_says(site: Site) -> None:
    basic = {"provision", "find", "poll", "suspend", "resume", "resize", "deprovision", "list", "power", "sign_on"}
    more = {"reset_password", "change_contact", "addresses", "metrics", "inventory", "images", "capacity"}
    assert capabilities(site.driver) == basic | more
    assert capabilities(hearing(site)) == basic | more | {"webhooks"}


# What is locked, renamed, another's or not to be seen


@pytest.mark.parametrize("action", ACTIONS)
def test_a_locked_server_is_asked_again_later(standing: Standing, action: str) -> None:
    until = (START + timedelta(hours=1)).isoformat()
    standing.site.change(1, suspended=action == "resume", job={"does": "boot", "until": until, "queue": 1})
    outcome = standing.act(action)
    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.code) == (True, "locked")
    assert outcome.retry_after


def test_a_server_that_its_customer_renamed_is_still_suspended(standing: Standing) -> None:
    """The name is all that VirtFusion keeps of ours, and customers may change it: the uuid tells."""
    standing.site.change(1, name="My Server 1")
    assert isinstance(standing.settled("suspend"), Done)
    assert standing.site.servers()[0]["suspended"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "changed", [{"name": "lb-" + "0" * 32}, {"name": "x", "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}]
)
def test_a_number_that_another_server_has_now_is_left_alone(standing: Standing, action: str, changed: Any) -> None:
    standing.site.change(1, **changed)
    before = standing.site.servers()
    assert isinstance(standing.act(action), Manual)
    assert standing.site.servers() == before


@pytest.mark.parametrize("driver_ref", ["", "0", "1/../2", "1?x=1", "²:x", "99999999999", "1:" + "g" * 36])
def test_an_id_that_is_none_is_not_asked_for(standing: Standing, driver_ref: str) -> None:
    asked = len(standing.site.control.asked)
    outcome = standing.act("suspend", attrs.evolve(standing.request, driver_ref=driver_ref))
    assert isinstance(outcome, Failed)
    assert len(standing.site.control.asked) == asked


def test_a_404_without_its_words_says_nothing(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing.site.control, "server", lambda tx, request, id: Reply(status=404))
    assert isinstance(standing.act("deprovision"), Unknown)
    with pytest.raises(RetryLater):
        standing.site.driver.find(standing.request.ref)
    assert len(standing.site.servers()) == 1


def test_two_servers_of_one_name_are_not_told_apart(standing: Standing) -> None:
    other = new_id()
    standing.site.settle(standing.site.provision(other), other)
    standing.site.change(2, name=standing.request.ref)
    with pytest.raises(RetryLater, match="both carry this name"):
        standing.site.driver.find(standing.request.ref)


def test_a_list_of_many_pages_is_read_to_its_end(standing: Standing) -> None:
    with standing.site.control.world.transaction() as tx:
        one = tx.things("server")[0].body
        for number in range(2, 452):
            body = {**one, "number": number, "name": f"other {number}"}
            tx.make("server", account="virtfusion", body=body, id=f"server:{number}")
        tx.change(tx.things("server")[-1], name="lb-" + "f" * 32)
    assert standing.site.driver.find("lb-" + "f" * 32) is not None
    assert len(standing.site.driver.list_resources()) == 2
    assert standing.site.control.counts["GET /servers"] == 6


def test_a_list_that_changes_meanwhile_is_not_believed(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is deleted meanwhile moves another one to a page that was read before."""
    monkeypatch.setattr(
        standing.site.control,
        "list_servers",
        lambda tx, request: Reply(body={"current_page": 1, "data": [], "last_page": 1, "total": 1}),
    )
    with pytest.raises(RetryLater, match="0 lines"):
        standing.site.driver.find(standing.request.ref)


@pytest.mark.parametrize("handle", ["", "look", "{}", '{"kind":"build","server":1,"uuid":"x"}', '{"kind":"format"}'])
def test_a_handle_of_somebody_elses_is_for_a_person(standing: Standing, handle: str) -> None:
    assert isinstance(standing.site.driver.poll(handle, standing.request.ref), Manual)


def test_a_suspended_server_is_suspended_also_while_it_is_looked_at(standing: Standing) -> None:
    standing.settled("suspend")
    found = standing.site.driver.find(standing.request.ref)
    assert found is not None
    assert found.status is RemoteStatus.SUSPENDED
    assert [each.status for each in standing.site.driver.list_resources()] == [RemoteStatus.SUSPENDED]


# Sizes


def resized(standing: Standing, **config: Any) -> ResourceRequest:
    return attrs.evolve(standing.request, config={**CONFIG, **config})


def test_a_resize_takes_the_package_and_what_stands_instead_of_it(standing: Standing) -> None:
    request = resized(standing, package=2, memory=6144, cpu_cores=3, traffic=50)
    assert isinstance(standing.settled("resize", request), Done)
    assert standing.site.servers()[0]["sizes"] == {"memory": 6144, "cpuCores": 3, "storage": 80, "traffic": 50}


def test_a_disk_is_not_shrunk_and_nothing_else_is_said_of_it(standing: Standing) -> None:
    standing.settled("resize", resized(standing, package=2))
    assert isinstance(standing.settled("resize", resized(standing, package=1)), Done)
    assert standing.site.servers()[0]["sizes"]["storage"] == 80
    outcome = standing.act("resize", resized(standing, storage=100))
    assert isinstance(outcome, Failed)
    assert outcome.code == "disk_size"


def test_a_resize_that_is_half_done_is_for_a_person(standing: Standing) -> None:
    standing.site.arm(Fault(method="PUT /servers/{id}/modify/{what}", what="refused"))
    outcome = standing.act("resize", resized(standing, package=2, memory=6144))
    assert isinstance(outcome, Manual)
    assert "package 2" in outcome.reason


def test_a_resize_that_does_not_show_is_not_done(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing.site.control, "change_package", lambda *args, **names: Reply(body={"info": []}))
    pending = standing.act("resize", resized(standing, package=2))
    assert isinstance(pending, Pending)
    outcome = standing.site.driver.poll(pending.handle, standing.request.ref)
    assert isinstance(outcome, Unknown)
    assert "2048 MB" in outcome.reason


def test_a_package_that_is_not_there_is_said(standing: Standing) -> None:
    outcome = standing.act("resize", resized(standing, package=77))
    assert isinstance(outcome, Failed)
    assert outcome.code == "unknown_plan"


# Power


def test_a_guest_that_does_not_listen_is_switched_off(standing: Standing) -> None:
    standing.site.change(1, is_deaf=True)
    assert isinstance(standing.settled("stop"), Done)
    assert standing.power() == "off"
    assert standing.site.control.counts["POST /servers/{id}/power/{action}"] == 2


def test_a_suspended_server_is_not_switched(standing: Standing) -> None:
    standing.settled("suspend")
    for action in ("start", "stop", "restart"):
        outcome = standing.act(action)
        assert isinstance(outcome, Failed)
        assert outcome.code == "not_active"


def test_a_state_that_nobody_knows_is_unknown(standing: Standing) -> None:
    standing.site.change(1, power="pmsuspended")
    assert isinstance(standing.act("power_state"), Unknown)


def test_a_restart_that_failed_is_told(standing: Standing) -> None:
    pending = standing.act("restart")
    assert isinstance(pending, Pending)
    with standing.site.control.world.transaction() as tx:
        tx.change(tx.things("job")[-1], failed=True)
    outcome = standing.site.driver.poll(pending.handle, standing.request.ref)
    assert isinstance(outcome, Failed)
    assert outcome.code == "job_failed"


# The panel


def test_a_link_leads_into_the_control_server(standing: Standing) -> None:
    outcome = standing.act("sign_on")
    assert isinstance(outcome, Done)
    assert outcome.secrets["url"].reveal().startswith("https://provider.example.com/token_authenticate/?1=first")
    assert "first" not in repr(outcome)
    assert outcome.secrets != getattr(standing.act("sign_on"), "secrets", None)


@pytest.mark.parametrize(
    "path", ["//evil.example/?1=xxxxxxxxxxxx", "@evil.example", "/a\n?1=xxxxxxxxxxxx", "https://x/?12345678901"]
)
def test_a_link_to_somewhere_else_is_not_followed(
    standing: Standing, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Reply(body={"data": {"authentication": {"endpoint_complete": path}}})
    monkeypatch.setattr(standing.site.control, "tokens", lambda *args, **names: answer)
    assert isinstance(standing.act("sign_on"), Unknown)


def test_nobody_enters_anothers_server(standing: Standing) -> None:
    assert isinstance(standing.act("sign_on", attrs.evolve(standing.request, customer_id=new_id())), Failed)
    assert isinstance(standing.act("sign_on", attrs.evolve(standing.request, customer_id=None)), Failed)


def test_a_new_password_is_virtfusions_own(standing: Standing) -> None:
    outcome = standing.site.driver.reset_password(standing.request, Secret("ours-0123456789"))
    assert isinstance(outcome, Done)
    assert outcome.secrets["password"].reveal().startswith("Fake-passw0rd-")
    assert outcome.facts == {"user": "root"}


def test_a_customers_new_name_is_told(standing: Standing) -> None:
    changed = Contact(customer_id=CONTACT.customer_id, name="New\x00 Name", email="new@example.com")
    assert isinstance(standing.site.driver.change_contact(standing.request, changed), Done)
    user = standing.site.control.things("user")[0].body
    assert (user["name"], user["email"]) == ("New Name", "new@example.com")
    unknown = attrs.evolve(changed, customer_id=new_id())
    assert isinstance(standing.site.driver.change_contact(standing.request, unknown), Failed)


def test_addresses_are_addresses(standing: Standing) -> None:
    found = [(each.address, each.version) for each in standing.site.driver.addresses(standing.request)]
    assert found == [("192.0.2.1", 4), ("2001:db8:1::/64", 6)]


# What it offers, and what was used


def test_the_traffic_of_the_running_period_is_told_in_bytes(standing: Standing) -> None:
    readings = {each.metric: each for each in standing.site.driver.usage(standing.request.driver_ref)}
    assert readings["traffic_in"].value == Decimal(1_847_110_337)
    assert readings["traffic"].value == readings["traffic_in"].value + readings["traffic_out"].value
    assert {(each.unit, each.kind) for each in readings.values()} == {("byte", "counter")}


def test_it_tells_what_can_be_ordered(site: Site) -> None:
    assert [each.code for each in site.driver.regions()] == ["lon"]
    assert [(each.code, each.name) for each in site.driver.plans()] == [("1", "small"), ("2", "large")]
    assert [(each.code, each.name) for each in site.driver.images()] == [
        ("8", "Debian 12 (Bookworm) Minimal"),
        ("46", "Ubuntu 24.04"),
    ]


@pytest.mark.parametrize(
    ("config", "room"),
    [
        (CONFIG, 32),  # 24 of one hypervisor's memory, 8 of the other's
        ({**CONFIG, "memory": 32_768}, 1),
        ({**CONFIG, "storage": 1000}, 2),
        ({**CONFIG, "memory": 64, "ipv4": 8}, 12),
        ({**CONFIG, "memory": 1024, "ipv4": 0}, 64),
        ({**CONFIG, "package": 3}, 0),
        ({**CONFIG, "package": 77}, None),
        ({"os": 8}, None),
    ],
)
def test_room_is_what_the_scarcest_allows(site: Site, config: Any, room: int | None) -> None:
    assert site.driver.capacity("small", "lon", config) == room
    assert site.driver.capacity("small", "mars", config) is None


def test_a_group_without_hypervisors_has_no_room(site: Site) -> None:
    assert site.driver.capacity("small", "", {**CONFIG, "group": 2, "ipv4": 0}) == 0


# Webhooks


def hearing(site: Site) -> HearingVirtFusion:
    driver = make(attrs.evolve(SETTINGS, webhook_token=HOOK_TOKEN), account="main", clock=site.clock)
    assert isinstance(driver, HearingVirtFusion)
    return driver


def told(**changes: Any) -> bytes:
    event = {"event": "server.build", "hookEventId": 17, "data": {"server": {"name": "lb-" + "0" * 32}}}
    return json.dumps({**event, **changes}).encode()


BEARER = {"Authorization": "Bearer " + base64.b64encode(HOOK_TOKEN.reveal().encode()).decode()}


def test_a_webhook_with_the_token_is_a_hint_and_no_more(site: Site) -> None:
    driver = hearing(site)
    webhook = driver.verify_signature(BEARER, told(eventStatus="success"), START)
    hint = driver.handle_webhook(webhook)
    assert (webhook.event_id, webhook.event_type) == ("17", "server.build")
    assert (hint.kind, hint.ref, hint.state) == ("resource", "lb-" + "0" * 32, "")


@pytest.mark.parametrize("data", [None, [], {"server": False}, {"server": {"name": "web1"}}, {"server": {"name": 5}}])
def test_a_webhook_of_something_else_says_nothing(site: Site, data: Any) -> None:
    driver = hearing(site)
    assert driver.handle_webhook(driver.verify_signature(BEARER, told(data=data), START)).kind == "other"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, told()),
        ({"Authorization": "Bearer " + HOOK_TOKEN.reveal()}, told()),
        ({"Authorization": "Bearer ü"}, told()),
        ({**BEARER, "authorization": "Bearer x"}, told()),
        (BEARER, b"no JSON"),
        (BEARER, told(hookEventId=None)),
        (BEARER, told(event="")),
    ],
)
def test_a_webhook_that_is_not_theirs_is_not_believed(site: Site, headers: Any, body: bytes) -> None:
    with pytest.raises(Unverified):
        hearing(site).verify_signature(headers, body, START)


def test_a_token_that_anybody_guesses_is_refused() -> None:
    with pytest.raises(InvalidInput):
        attrs.evolve(SETTINGS, webhook_token=Secret("short"))


def test_every_form_of_no_is_understood() -> None:
    assert explain({"errors": ["a", "b"]}) == "a; b"
    assert explain({"errors": {"name": ["a"], "email": "b"}}) == "a; b"
    assert explain({"msg": "a"}) == explain({"message": "a"}) == "a"
