"""The fake provider keeps its word, and breaks it only where it is told to."""

from __future__ import annotations

import json
import multiprocessing
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.drivers.asking import NOW, SECRET, SERVICE, provision_request, resource_request

from larabill_core.contracts.outcome import Done, Failed, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.errors import InvalidInput, NotFound, RetryLater, Unverified
from larabill_core.testing.clock import ManualClock
from larabill_drivers.fake import FakeProvider, FakeSettings, make
from larabill_drivers.world import FakeWorld, Fault


def fake(clock: ManualClock, **settings: Any) -> Any:
    return make(FakeSettings(**settings), account="main", clock=clock)


@pytest.fixture
def driver(clock: ManualClock) -> Any:
    return fake(clock)


def build(driver: Any, **changes: Any) -> Done:
    outcome = driver.provision(provision_request(driver.ref_for(SERVICE), **changes))
    assert isinstance(outcome, Done)
    return outcome


def test_a_repeated_key_makes_one_resource(driver: Any) -> None:
    assert build(driver) == build(driver)
    assert len(driver.world.resources()) == 1


def test_another_key_makes_another_resource_as_at_a_real_provider(driver: Any) -> None:
    build(driver, key="k1")
    build(driver, key="k2")
    assert driver.world.duplicates() == {driver.ref_for(SERVICE): 2}


def test_without_dedupe_a_repeat_makes_a_duplicate(clock: ManualClock) -> None:
    driver = fake(clock, dedupes=False)
    build(driver)
    build(driver)
    assert driver.world.duplicates() == {driver.ref_for(SERVICE): 2}


@pytest.mark.parametrize(("finds", "lists"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_the_settings_forbid_is_no_capability(clock: ManualClock, finds: bool, lists: bool) -> None:
    able = capabilities(fake(clock, finds=finds, lists=lists))
    assert ("find" in able, "list" in able) == (finds, lists)
    assert {
        "provision",
        "poll",
        "suspend",
        "resume",
        "resize",
        "deprovision",
        "metrics",
        "inventory",
        "webhooks",
    } <= able


def test_the_whole_life_of_a_resource(driver: Any) -> None:
    ref = driver.ref_for(SERVICE)
    assert driver.find(ref) is None
    request = resource_request(ref, build(driver).ref or "")
    for operation, status in (
        (driver.suspend, RemoteStatus.SUSPENDED),
        (driver.resume, RemoteStatus.ACTIVE),
        (driver.resize, RemoteStatus.ACTIVE),
    ):
        assert isinstance(operation(request), Done)
        assert isinstance(operation(request), Done), "a repeat is as good as once"
        assert driver.find(ref).status is status
    assert [found.ref for found in driver.list_resources()] == [ref]
    assert isinstance(driver.deprovision(request), Done)
    assert isinstance(driver.deprovision(request), Done)
    assert driver.find(ref) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"plan": "huge"}, "unknown_plan"), ({"region": "moon"}, "unknown_region"), ({"plan": "a b"}, "unknown_plan")],
)
def test_what_the_provider_does_not_offer_is_refused_for_good(
    clock: ManualClock, changes: dict[str, str], code: str
) -> None:
    driver = fake(clock, plans=("small",), regions=("earth",))
    outcome = driver.provision(provision_request(driver.ref_for(SERVICE), **changes))
    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.code) == (False, code)
    assert driver.world.resources() == []


def test_a_ref_outside_the_alphabet_is_refused(driver: Any) -> None:
    outcome = driver.provision(provision_request("Robert'); DROP TABLE"))
    assert isinstance(outcome, Failed)
    assert outcome.code == "bad_ref"


@pytest.mark.parametrize("what", ["timeout", "server_error", "cut"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_unknown_and_find_tells_what_happened(driver: Any, what: Any, when: Any) -> None:
    driver.world.script(Fault(method="provision", what=what, when=when))
    ref = driver.ref_for(SERVICE)
    assert isinstance(driver.provision(provision_request(ref)), Unknown)
    assert (driver.find(ref) is not None) == (when == "after")
    build(driver)
    assert len(driver.world.resources()) == 1


def test_rate_limited_may_be_tried_again_after_the_stated_time(driver: Any) -> None:
    driver.world.script(Fault(method="*", what="rate_limited", retry_after=timedelta(seconds=7), times=2))
    outcome = driver.provision(provision_request(driver.ref_for(SERVICE)))
    assert outcome == Failed(
        reason="429: too many requests", retryable=True, retry_after=timedelta(seconds=7), code="rate_limited"
    )
    with pytest.raises(RetryLater) as problem:
        driver.find(driver.ref_for(SERVICE))
    assert problem.value.after == timedelta(seconds=7)
    build(driver)


def test_refused_is_for_good(driver: Any) -> None:
    driver.world.script(Fault(method="provision", what="refused"))
    outcome = driver.provision(provision_request(driver.ref_for(SERVICE)))
    assert isinstance(outcome, Failed)
    assert not outcome.retryable


@pytest.mark.parametrize(("what", "problem"), [("crash", RuntimeError), ("exit", SystemExit)])
def test_a_driver_can_be_made_to_raise_after_the_effect(driver: Any, what: Any, problem: type[BaseException]) -> None:
    driver.world.script(Fault(method="provision", what=what, when="after"))
    with pytest.raises(problem):
        driver.provision(provision_request(driver.ref_for(SERVICE)))
    assert len(driver.world.resources()) == 1


@pytest.mark.parametrize("what", ["rate_limited", "refused"])
def test_nothing_happened_is_not_said_after_the_effect(what: Any) -> None:
    with pytest.raises(InvalidInput, match="must be before"):
        Fault(method="provision", what=what, when="after")


def test_a_fault_is_used_up_and_meant_for_one_ref(driver: Any) -> None:
    driver.world.script(Fault(method="provision", what="timeout", ref="lb-other"))
    build(driver)


def test_faults_of_the_settings_are_scripted_once_for_a_world(clock: ManualClock, tmp_path: Path) -> None:
    settings = {"world": str(tmp_path / "world.db"), "faults": (Fault(method="provision", what="timeout"),)}
    ref = fake(clock, **settings).ref_for(SERVICE)
    assert isinstance(fake(clock, **settings).provision(provision_request(ref)), Unknown)
    assert isinstance(fake(clock, **settings).provision(provision_request(ref)), Done)


def test_work_is_pending_for_the_stated_number_of_polls(clock: ManualClock) -> None:
    driver = fake(clock, async_polls=2)
    ref = driver.ref_for(SERVICE)
    first = driver.provision(provision_request(ref))
    assert first == driver.provision(provision_request(ref)), "a repeat gives the same handle"
    assert isinstance(first, Pending)
    assert driver.find(ref).status is RemoteStatus.BUILDING, "and looking counts as a poll"
    done = driver.poll(first.handle, ref)
    assert isinstance(done, Done)
    assert driver.find(ref).status is RemoteStatus.ACTIVE
    suspended = driver.suspend(resource_request(ref, done.ref or ""))
    assert isinstance(suspended, Pending)
    driver.poll(suspended.handle, ref)
    assert isinstance(driver.poll(suspended.handle, ref), Done)
    assert driver.find(ref).status is RemoteStatus.SUSPENDED
    gone = driver.deprovision(resource_request(ref, done.ref or ""))
    assert isinstance(gone, Pending)
    driver.poll(gone.handle, ref)
    assert driver.poll(gone.handle, ref) == Done()


def test_a_webhook_may_come_before_the_poll(clock: ManualClock) -> None:
    driver = fake(clock, async_polls=5, webhook_secret=SECRET)
    ref = driver.ref_for(SERVICE)
    pending = driver.provision(provision_request(ref))
    driver.world.finish(ref)
    hints = []
    driver.world.deliver_webhooks(
        lambda headers, body: hints.append(driver.handle_webhook(driver.verify_signature(headers, body, NOW))),
        secret=SECRET,
        at=NOW,
    )
    assert [(hint.kind, hint.ref, hint.state) for hint in hints] == [("resource", ref, "active")]
    assert isinstance(driver.poll(pending.handle, ref), Done)


def test_webhooks_come_once_twice_or_again(clock: ManualClock) -> None:
    driver = fake(clock, webhook_secret=SECRET)
    build(driver)
    bodies: list[bytes] = []

    def send(headers: Any, body: bytes) -> None:
        bodies.append(body)

    assert driver.world.deliver_webhooks(send, secret=SECRET, at=NOW, times=2) == 1
    assert driver.world.deliver_webhooks(send, secret=SECRET, at=NOW) == 0
    assert driver.world.deliver_webhooks(send, secret=SECRET, at=NOW, again=True) == 1
    assert len(bodies) == 3
    assert len({json.loads(body)["id"] for body in bodies}) == 1


def test_a_webhook_for_another_account_is_not_believed(clock: ManualClock) -> None:
    driver = fake(clock, webhook_secret=SECRET, world=":memory:two accounts")
    other = make(FakeSettings(webhook_secret=SECRET, world=":memory:two accounts"), account="other", clock=clock)
    build(driver)
    problems = []

    def send(headers: Any, body: bytes) -> None:
        with pytest.raises(Unverified, match="another account") as problem:
            other.verify_signature(headers, body, NOW)
        problems.append(problem)

    driver.world.deliver_webhooks(send, secret=SECRET, at=NOW)
    assert len(problems) == 1
    FakeWorld.forget(":memory:two accounts")


def test_accounts_do_not_see_each_others_resources(clock: ManualClock, tmp_path: Path) -> None:
    settings = FakeSettings(world=str(tmp_path / "world.db"))
    mine, other = (make(settings, account=name, clock=clock) for name in ("mine", "other"))
    build(mine)
    assert list(other.list_resources()) == []  # type: ignore[attr-defined]
    assert other.find(other.ref_for(SERVICE)) is None  # type: ignore[attr-defined]


def test_drift_happens_behind_our_back(driver: Any) -> None:
    build(driver)
    ref = driver.ref_for(SERVICE)
    driver.world.drift_suspend(ref)
    assert driver.find(ref).status is RemoteStatus.SUSPENDED
    driver.world.drift_delete(ref)
    assert driver.find(ref) is None
    with pytest.raises(NotFound):
        driver.world.drift_delete(ref)
    assert isinstance(driver.suspend(resource_request(ref, "res_gone")), Failed)


def test_the_log_tells_every_step(driver: Any) -> None:
    driver.world.script(Fault(method="provision", what="timeout", when="after"))
    ref = driver.ref_for(SERVICE)
    driver.provision(provision_request(ref))
    build(driver)
    steps = [(call.method, call.phase, call.key) for call in driver.world.calls(ref=ref)]
    assert steps == [
        ("provision", "asked", "k1"),
        ("provision", "effect", "k1"),
        ("provision", "asked", "k1"),
        ("provision", "answered", "k1"),
    ]


def test_the_world_never_holds_the_password(clock: ManualClock, tmp_path: Path) -> None:
    build(fake(clock, world=str(tmp_path / "world.db")))
    assert b"first-Passw0rd" not in (tmp_path / "world.db").read_bytes()


def _killed_while_building(path: str, when: Any) -> None:
    driver = make(FakeSettings(world=path), account="main", clock=ManualClock(NOW))
    driver.world.script(Fault(method="provision", what="kill", when=when))
    driver.provision(provision_request(driver.ref_for(SERVICE)))


@pytest.mark.parametrize(("when", "stands"), [("before", 0), ("after", 1)])
def test_a_killed_worker_leaves_all_or_nothing(tmp_path: Path, when: Any, stands: int) -> None:
    path = str(tmp_path / "world.db")
    worker = multiprocessing.get_context("spawn").Process(target=_killed_while_building, args=(path, when))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    assert len(FakeWorld.open(path).resources()) == stands


def test_an_unnamed_world_in_memory_is_nobody_elses(clock: ManualClock) -> None:
    build(fake(clock))
    assert fake(clock).world.resources() == []


def test_usage_and_offers(clock: ManualClock) -> None:
    driver = fake(clock, plans=("small",), regions=("earth",))
    assert [offer.code for offer in (*driver.plans(), *driver.regions())] == ["small", "earth"]
    assert driver.usage(build(driver, region="earth").ref)[0].value > 0


def test_an_unknown_task_is_said_to_be_unknown(driver: FakeProvider) -> None:
    assert isinstance(driver.poll("tas_none", "lb-1"), Failed)


@pytest.mark.parametrize("field", ["latency_ms", "async_polls"])
def test_negative_settings_are_refused(field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        FakeSettings(**{field: -1})  # type: ignore[arg-type]
