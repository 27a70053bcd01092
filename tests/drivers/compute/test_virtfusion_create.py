"""Between the making of a server and its build nothing of ours stands at it: none is lost there, none taken twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.drivers.compute.virtfusion_site import CONFIG, Site, site

from larabill_core.contracts.outcome import Done, Failed, Manual, Pending, Unknown
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.ids import new_id
from larabill_drivers.compute.virtfusion import fake_answers
from larabill_drivers.compute.virtfusion.create import SETTLES, relation_of
from larabill_drivers.compute.virtfusion.fake_answers import BROKEN, FLAKY, UBUNTU
from larabill_drivers.testing.behind_http import START
from larabill_drivers.testing.provisioner import CONTACT
from larabill_drivers.world import Fault
from larabill_drivers.world.http_api import Reply

__all__ = ["site"]

CREATE, BUILD = "POST /servers", "POST /servers/{id}/build"
LOST = Fault(method=CREATE, what="timeout", when="after")
NEVER_SENT = Fault(method=CREATE, what="timeout")


def test_a_server_that_was_made_and_not_answered_is_taken_up(site: Site) -> None:
    service = new_id()
    site.arm(LOST)
    assert isinstance(site.provision(service), Unknown)
    assert site.driver.find(site.driver.ref_for(service)) is None
    assert isinstance(site.provision(service), Unknown), "it is not taken before others have named theirs"
    site.clock.advance(SETTLES)
    assert isinstance(site.settle(site.provision(service), service), Done)
    assert site.control.counts[CREATE] == 1
    assert site.control.standing() == [site.driver.ref_for(service)]


def test_a_create_that_was_never_sent_is_repeated_only_after_a_while(site: Site) -> None:
    service = new_id()
    site.arm(NEVER_SENT)
    assert isinstance(site.provision(service), Unknown)
    assert isinstance(site.provision(service), Unknown), "it may still show"
    assert site.control.counts[CREATE] == 1
    site.clock.advance(SETTLES)
    assert isinstance(site.settle(site.provision(service), service), Done)
    assert len(site.servers()) == 1


def test_one_of_several_new_servers_is_not_guessed(site: Site) -> None:
    """The second knows the first's server; the first cannot tell them apart, until the second is named."""
    services = [new_id(), new_id()]
    site.arm(LOST, LOST)
    for service in services:
        assert isinstance(site.provision(service), Unknown)
    site.clock.advance(SETTLES)
    end = site.provision(services[0])
    assert isinstance(end, Manual)
    assert "1, 2" in end.reason
    for service in reversed(services):
        assert isinstance(site.settle(site.provision(service), service), Done)
    assert site.control.standing() == [site.driver.ref_for(service) for service in services]
    assert site.control.counts[CREATE] == 2


def test_what_a_person_has_made_meanwhile_is_not_taken(site: Site) -> None:
    """Built by hand for the same customer: rebuilding it would destroy it."""
    service, other = new_id(), new_id()
    site.settle(site.provision(other), other)
    site.arm(NEVER_SENT)
    assert isinstance(site.provision(service), Unknown)
    site.settle(site.provision(by_hand := new_id()), by_hand)
    site.change(2, name="My Server 1")
    site.clock.advance(SETTLES)
    assert isinstance(site.settle(site.provision(service), service), Done)
    assert [each["name"] for each in site.servers()][1] == "My Server 1"
    assert [each["builds"] for each in site.servers()] == [1, 1, 1]


def test_a_server_that_was_refused_leaves_nothing_to_take_up(site: Site) -> None:
    service = new_id()
    refused = site.provision(service, config={**CONFIG, "package": 3})
    assert isinstance(refused, Failed)
    assert "Invalid package" in refused.reason
    assert site.progress[service] == {"user": 1}


def test_a_crash_after_each_step_goes_on_where_it_was(site: Site) -> None:
    """Every progress that was ever saved is a place to start again from."""
    service = new_id()
    saved: list[dict[str, Any]] = [{}]
    request = attrs.evolve(site.request(service), save_progress=lambda progress: saved.append(dict(progress)))
    pending = site.driver.provision(request)
    assert isinstance(pending, Pending)
    assert [sorted(each) for each in saved] == [
        [],
        ["user"],
        ["asked_at", "user"],
        ["asked_at", "server", "user", "uuid"],
    ]
    site.clock.advance(SETTLES)
    for progress in saved[2:]:
        site.progress[service] = progress
        again = site.provision(service)
        assert isinstance(again, Pending)
        assert again.handle == pending.handle
    assert isinstance(site.settle(pending, service), Done)
    assert site.control.counts[CREATE] == 1


def test_another_service_that_took_the_server_over_keeps_it(site: Site) -> None:
    service = new_id()
    site.provision(service)
    site.change(1, name=site.driver.ref_for(new_id()))
    assert isinstance(site.provision(service), Unknown)
    site.clock.advance(SETTLES)
    assert isinstance(site.settle(site.provision(service), service), Done)
    assert len(set(site.control.standing())) == 2


def test_a_server_that_somebody_built_is_not_built_over(site: Site) -> None:
    service = new_id()
    site.provision(service)
    site.change(1, name="by hand", state="complete")
    assert isinstance(site.provision(service), Manual)
    assert site.control.counts[BUILD] == 0


def test_a_server_that_is_gone_before_its_build_is_made_anew(site: Site) -> None:
    service = new_id()
    site.provision(service)
    with site.control.world.transaction() as tx:
        tx.remove(tx.things("server")[0])
    assert isinstance(site.settle(site.provision(service), service), Done)
    assert site.control.counts[CREATE] == 2
    assert len(site.servers()) == 1


def test_progress_that_cannot_be_read_makes_nothing(site: Site) -> None:
    service = new_id()
    site.progress[service] = {"user": "somebody"}
    assert isinstance(site.provision(service), Manual)
    assert site.control.asked == []


def test_a_build_that_fails_is_repeated_and_never_the_server(site: Site) -> None:
    service = new_id()
    end = site.settle(site.provision(service, spec={"os": FLAKY}, config={**CONFIG, "images": [FLAKY]}), service)
    assert isinstance(end, Done)
    assert (site.control.counts[CREATE], site.control.counts[BUILD]) == (1, 2)


def test_a_build_that_never_works_out_waits_for_a_person(site: Site) -> None:
    service = new_id()
    end = site.settle(site.provision(service, config={**CONFIG, "os": BROKEN}), service)
    assert isinstance(end, Manual)
    assert "rebuild it there" in end.reason
    assert site.control.counts[BUILD] == 2
    found = site.driver.find(site.driver.ref_for(service))
    assert found is not None
    assert found.status is RemoteStatus.BUILDING


def test_a_build_that_is_refused_leaves_no_server(site: Site) -> None:
    service = new_id()
    end = site.settle(site.provision(service, config={**CONFIG, "os": 999}), service)
    assert isinstance(end, Failed)
    assert end.code == "build_refused"
    assert "Invalid operating system" in end.reason
    assert site.servers() == []


def test_a_build_waits_for_what_locks_the_server(site: Site) -> None:
    service = new_id()
    pending = site.provision(service)
    site.change(1, job={"does": "boot", "until": (START + timedelta(minutes=30)).isoformat(), "queue": 1})
    for _ in range(3):
        assert isinstance(pending, Pending)
        pending = site.driver.poll(pending.handle, site.driver.ref_for(service))
    site.clock.advance(timedelta(minutes=30))
    assert isinstance(site.settle(pending, service), Done)


def test_what_the_customer_chose_is_asked_for(site: Site) -> None:
    service = new_id()
    config = {**CONFIG, "images": [UBUNTU], "memory": 1024, "cpu_cores": 2, "storage": 30, "traffic": 0, "ipv4": 2}
    spec = {"hostname": "web1.example.com", "os": UBUNTU, "memory": 512, "traffic": 5}
    done = site.settle(site.provision(service, config=config, spec=spec), service)
    assert isinstance(done, Done)
    made = site.servers()[0]
    assert made["sizes"] == {"memory": 1536, "cpuCores": 2, "storage": 30, "traffic": 0}
    assert (made["hostname"], made["os"]) == ("web1.example.com", UBUNTU)
    assert done.facts == {
        "login_url": "https://provider.example.com/",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8:1::/64",
        "host": "web1.example.com",
        "user": "root",
    }
    assert done.secrets["password"].reveal().startswith("Fake-passw0rd-")


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"hostname": "Web_1"}, "spec.hostname"),
        ({"hostname": "a" * 64}, "spec.hostname"),
        ({"hostname": "web1.example.com\n"}, "spec.hostname"),
        ({"os": UBUNTU}, "spec.os"),
        ({"memory": 512}, "spec.memory"),
        ({"traffic": -1}, "spec.traffic"),
        ({"root": True}, "spec.root"),
        ({"cpu_cores": 1, "storage": 5}, "spec.cpu_cores"),
        ({"cpu_cores": 1, "storage": 5}, "spec.storage"),
    ],
)
def test_a_wish_that_cannot_be_is_said_before_anything_is_asked(site: Site, spec: Any, problem: str) -> None:
    end = site.provision(new_id(), spec=spec)
    assert isinstance(end, Failed)
    assert end.code == "bad_spec"
    assert problem in end.reason
    assert site.control.asked == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"region": "mars"}, "unknown_region"),
        ({"region": ""}, "unknown_region"),
        ({"contact": None}, "no_contact"),
        ({"config": {"package": 0, "os": 8}}, "bad_plan"),
        ({"config": {**CONFIG, "rebuilds": 9}}, "bad_plan"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_asked(site: Site, changes: Any, code: str) -> None:
    end = site.provision(new_id(), **changes)
    assert isinstance(end, Failed)
    assert end.code == code
    assert site.control.asked == []


def test_a_plan_without_login_sets_no_password(site: Site) -> None:
    service = new_id()
    done = site.settle(site.provision(service, region="", config={**CONFIG, "group": 1, "login": ""}), service)
    assert isinstance(done, Done)
    assert done.secrets == {}
    assert site.control.counts["POST /servers/{id}/resetPassword"] == 0


def test_two_services_of_a_customer_have_one_user(site: Site) -> None:
    for service in (new_id(), new_id()):
        site.settle(site.provision(service), service)
    users = site.control.things("user")
    assert [each.ref for each in users] == [relation_of(CONTACT.customer_id)]


def test_an_address_that_is_taken_is_refused_without_being_shown(site: Site) -> None:
    """A user of the panel's own has it: an administrator gives that user the relation."""
    with site.control.world.transaction() as tx:
        body = {"number": 9, "name": "x", "email": CONTACT.email}
        tx.make("user", account="virtfusion", body=body, id="user:9")
    end = site.provision(new_id())
    assert isinstance(end, Failed)
    assert end.code == "user_refused"
    assert "already been taken" in end.reason
    assert CONTACT.email not in end.reason


def test_a_user_is_not_known_whatever_words_the_404_has(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_answers, "absent", lambda words="": Reply(status=404))
    assert isinstance(site.provision(new_id()), Pending)
