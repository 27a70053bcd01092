"""The driver against a server that plays a provider: requests go in, outcomes come out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import attrs
import pytest

pytest.importorskip("paramiko")
pytest.importorskip("asyncssh")

from tests.drivers.asking import SERVICE, one_account, provision_request, resource_request
from tests.drivers.cloud.generic_ssh.peer import HOST_KEY, Peer, private, public, settings

from larabill_core.contracts.outcome import Done, Failed, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.errors import Faults, RetryLater
from larabill_core.structure import structure
from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.generic_ssh.driver import make
from larabill_drivers.cloud.generic_ssh.settings import GenericSshSettings


class Host:
    """Answers each operation as `answers` says; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, process: Any) -> None:
        request = json.loads(await process.stdin.read())
        self.asked.append(request)
        code, body = self.answers.get(request["operation"], (0, {"status": "ok", "details": {"state": "active"}}))
        process.stdout.write(body if isinstance(body, bytes) else json.dumps(body).encode())
        process.exit(code)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def peer(host: Host) -> Iterator[Peer]:
    with Peer(host) as peer:
        yield peer


@pytest.fixture
def driver(peer: Peer, clock: ManualClock) -> Any:
    return one_account("generic_ssh", settings(peer.port, address="web1.example"), clock)


def test_a_create_tells_all_that_the_command_may_know(driver: Any, host: Host, peer: Peer) -> None:
    ref = driver.ref_for(SERVICE)
    request = provision_request(ref, region="eu", spec={"domain": "a.example", "disk": 10}, config={"shell": "sh"})
    outcome = driver.provision(request)
    assert outcome == Done(ref=ref, facts={"address": "web1.example", "user_name": ref})
    assert peer.commands == [f"/usr/local/sbin/account create {ref}"]
    assert host.asked == [
        {
            "operation": "provision",
            "ref": ref,
            "user": ref,
            "service_id": str(SERVICE),
            "plan": "small",
            "region": "eu",
            "key": "k1",
            "parameters": {"domain": "a.example", "disk": 10},
            "config": {"shell": "sh"},
            "password": "first-Passw0rd",
        }
    ]


def test_the_password_goes_by_stdin_and_to_create_only(driver: Any, host: Host, peer: Peer) -> None:
    ref = driver.ref_for(SERVICE)
    driver.provision(provision_request(ref))
    for operation in (driver.suspend, driver.resume, driver.resize, driver.deprovision):
        assert isinstance(operation(resource_request(ref, ref)), Done)
    assert [sorted(request).count("password") for request in host.asked] == [1, 0, 0, 0, 0]
    assert "first-Passw0rd" not in "".join(peer.commands)
    assert [request["external_id"] for request in host.asked[1:]] == [ref] * 4


@pytest.mark.parametrize("value", ["a;id", "$(id)", "-x", "a\nb", "\0"])
def test_a_value_that_may_not_stand_in_a_command_is_refused_unsent(peer: Peer, clock: ManualClock, value: str) -> None:
    plain = settings(peer.port)
    commands = attrs.evolve(plain.commands, provision=("tool", "--domain={spec.domain}", "{ref}"))
    driver = make(attrs.evolve(plain, commands=commands), account="main", clock=clock)
    outcome = driver.provision(provision_request(driver.ref_for(SERVICE), spec={"domain": value}))
    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.code) == (False, "bad_value")
    assert "spec.domain" in outcome.reason
    assert peer.commands == []


def test_a_spec_cannot_stand_in_for_another_field(peer: Peer, clock: ManualClock) -> None:
    driver = make(settings(peer.port), account="main", clock=clock)
    ref = driver.ref_for(SERVICE)
    driver.provision(provision_request(ref, spec={"ref": "root", "user": "root"}))
    assert peer.commands == [f"/usr/local/sbin/account create {ref}"]


def test_pending_work_is_asked_for_by_status(driver: Any, host: Host) -> None:
    ref = driver.ref_for(SERVICE)
    host.answers = {"provision": (5, {"status": "pending"}), "status": (5, {"status": "pending"})}
    pending = driver.provision(provision_request(ref))
    assert isinstance(pending, Pending)
    assert driver.find(ref).status is RemoteStatus.BUILDING
    assert driver.poll(pending.handle, ref) == pending
    del host.answers["status"]
    assert isinstance(driver.poll(pending.handle, ref), Done)
    host.answers["status"] = (75, b"")
    assert isinstance(driver.poll(pending.handle, ref), Unknown)


def test_find_says_none_only_when_the_host_says_so(driver: Any, host: Host) -> None:
    host.answers["status"] = (3, {"status": "failed"})
    assert driver.find("lb" + "a" * 26) is None
    host.answers["status"] = (1, {"status": "failed"})
    with pytest.raises(RetryLater):
        driver.find("lb" + "a" * 26)


def test_a_ref_that_is_none_of_ours_is_not_asked_for(driver: Any, peer: Peer) -> None:
    with pytest.raises(RetryLater):
        driver.find("root; id")
    assert peer.commands == []


def test_list_and_usage(driver: Any, host: Host) -> None:
    ref = driver.ref_for(SERVICE)
    host.answers = {
        "list": (0, {"status": "ok", "resources": [{"ref": ref, "external_id": ref, "state": "active"}]}),
        "usage": (0, {"metrics": [{"metric": "disk", "value": "7", "unit": "bytes", "kind": "gauge"}]}),
    }
    assert [found.ref for found in driver.list_resources()] == [ref]
    assert driver.usage(ref)[0].value == 7


def test_a_host_that_is_down_was_sent_nothing(clock: ManualClock, host: Host) -> None:
    with Peer(host) as peer:
        driver: Any = make(settings(peer.port), account="main", clock=clock)
    ref = driver.ref_for(SERVICE)
    outcome = driver.provision(provision_request(ref))
    assert isinstance(outcome, Failed)
    assert outcome.retryable
    with pytest.raises(RetryLater):
        driver.find(ref)
    with pytest.raises(RetryLater):
        driver.list_resources()


def test_an_answer_that_cannot_be_read_is_unknown(driver: Any, host: Host) -> None:
    host.answers["suspend"] = (0, b"Traceback")
    ref = driver.ref_for(SERVICE)
    assert isinstance(driver.suspend(resource_request(ref, ref)), Unknown)


def test_what_there_is_no_command_for_is_no_capability(peer: Peer, clock: ManualClock) -> None:
    plain = settings(peer.port)
    less = attrs.evolve(plain.commands, resize=(), list=(), usage=())
    optional = {"resize", "list", "metrics"}
    assert optional <= capabilities(make(plain, account="main", clock=clock))
    able = capabilities(make(attrs.evolve(plain, commands=less), account="main", clock=clock))
    assert not optional & able
    assert {"provision", "find", "poll", "suspend", "resume", "deprovision"} <= able


def test_refs_are_user_names_and_differ(driver: Any) -> None:
    ids = [UUID(int=number) for number in (0, 1, 2**64, 2**128 - 1)]
    refs = {driver.ref_for(id) for id in ids}
    assert len(refs) == len(ids)
    assert {len(ref) for ref in refs} == {28}
    assert all(ref.isascii() and ref.isalnum() and ref.islower() for ref in refs)


def test_the_manifest_configures_a_host(tmp_path: Any) -> None:
    key = tmp_path / "key"
    key.write_text(private(HOST_KEY).reveal())
    commands = {name: ["tool", name, "{ref}"] for name in ("provision", "status", "suspend", "resume", "deprovision")}
    data = {
        "host": "web1",
        "user": "larabill",
        "private_key": {"file": str(key)},
        "host_keys": [public(HOST_KEY)],
        "commands": commands,
        "command_timeout": "90s",
    }
    faults = Faults()
    built = structure(GenericSshSettings, data, faults, "drivers.web1")
    assert list(faults) == []
    assert built is not None
    assert "PRIVATE" not in repr(built)
    structure(GenericSshSettings, {**data, "host_keys": [], "port": 70_000}, faults, "drivers.web1")
    assert {fault.path for fault in faults} == {"drivers.web1.host_keys", "drivers.web1.port"}
