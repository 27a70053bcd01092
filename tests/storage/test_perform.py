"""Calls to the outside world: one effect for one operation, whatever dies between intent and record (I1, I2, I10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.storage.conftest import SELLER
from tests.storage.sample.handlers import calls
from tests.storage.test_operations import an_operation

from larabill_core.calls.model import Operation, OperationStatus, Retried, Withdrawn
from larabill_core.calls.perform import LEASE, hurry, perform, wake
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.engine import Engine
from larabill_core.testing.clock import ManualClock


class Crash(KeyboardInterrupt):
    """The worker dies here: nothing of ours catches it."""


@attrs.define
class ScriptedCall:
    """A provider and our side of it. `crash_at` dies once; `answers` are given before the provider does its work."""

    can_find: bool = True
    dedupes: bool = True
    creates: bool = True
    crash_at: str = ""
    answers: list[Any] = attrs.Factory(list)
    refusal: Withdrawn | None = None
    things: list[str] = attrs.Factory(list)
    asked: list[str] = attrs.Factory(list)
    told: list[Any] = attrs.Factory(list)
    keys: set[str] = attrs.Factory(set)
    poll_handler: str = "core.perform"
    tags: tuple[str, ...] = ("driver:fake",)
    max_attempts: int = 3
    longest_poll: timedelta = timedelta(minutes=5)
    deadline: timedelta = timedelta(hours=1)

    def _at(self, point: str) -> None:
        if self.crash_at == point:
            self.crash_at = ""
            raise Crash(point)

    def admit(self, tx: Any, operation: Operation) -> Withdrawn | None:
        return self.refusal

    def find(self, operation: Operation) -> Outcome | None:
        self.asked.append("find")
        self._at("before find")
        there = Done(ref=operation.ref) if operation.ref in self.things else None
        self._at("after find")
        return there

    def send(self, operation: Operation, save_progress: Callable[[Any], None]) -> Outcome:
        self.asked.append(operation.key)
        self._at("before the effect")
        if self.answers and not callable(self.answers[0]):
            answer: Outcome = self.answers.pop(0)
            return answer
        if not (self.dedupes and operation.key in self.keys):
            self.things.append(operation.ref)
        self.keys.add(operation.key)
        self._at("after the effect")
        if self.answers:
            raise self.answers.pop(0)()
        return Done(ref=operation.ref)

    def poll(self, operation: Operation) -> Outcome:
        self.asked.append(f"poll {operation.handle}")
        answer: Outcome = self.answers.pop(0)
        return answer

    def record(self, tx: Any, operation: Operation, outcome: Any) -> None:
        self._at("record")
        self.told.append(outcome)


@pytest.fixture
def database_kind() -> str:
    """The rules are the kernel's: one database will do, but for what a crash leaves behind."""
    return "sqlite"


@pytest.fixture
def call() -> ScriptedCall:
    return ScriptedCall()


@pytest.fixture
def operation(engine: Engine, call: ScriptedCall) -> Operation:
    calls["note"] = call
    operation = an_operation()

    def intend(tx: Any) -> None:
        tx.operations.add_many([operation])
        tx.enqueue(wake("core.perform", operation, call.tags))

    engine.run(intend, seller=SELLER)
    return operation


def get(engine: Engine, operation: Operation) -> Operation:
    found: Operation = engine.run(lambda tx: tx.operations.get(operation.id))
    return found


def let_time_pass(engine: Engine, clock: ManualClock, operation: Operation, *, hours: int = 3) -> Operation:
    """Workers and cron go on until the operation is closed."""
    end = clock.now() + timedelta(hours=hours)
    while clock.now() < end and get(engine, operation).is_open:
        engine.run_due()
        clock.advance(timedelta(minutes=6))
    return get(engine, operation)


POINTS = ["before find", "after find", "before the effect", "after the effect", "record"]


@pytest.mark.parametrize("database_kind", ["sqlite", "mariadb", "postgresql"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("can_find", "dedupes"), [(True, True), (True, False), (False, True)])
def test_a_crash_anywhere_leaves_one_effect_and_a_record_of_it(
    engine: Engine,
    clock: ManualClock,
    call: ScriptedCall,
    operation: Operation,
    point: str,
    can_find: bool,
    dedupes: bool,
) -> None:
    if not can_find and "find" in point:
        pytest.skip("it never looks")
    call.can_find, call.dedupes, call.crash_at = can_find, dedupes, point
    with pytest.raises(Crash):
        engine.run_due()
    assert get(engine, operation).status is OperationStatus.SENT
    assert let_time_pass(engine, clock, operation).status is OperationStatus.DONE
    assert call.things == [operation.ref]
    assert [each for each in call.told if not isinstance(each, Unknown)] == [Done(ref=operation.ref)]


@pytest.mark.parametrize("point", ["before the effect", "after the effect", "record"])
def test_what_can_neither_be_found_nor_deduplicated_is_left_to_a_person(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation, point: str
) -> None:
    call.can_find, call.dedupes, call.crash_at = False, False, point
    with pytest.raises(Crash):
        engine.run_due()
    assert let_time_pass(engine, clock, operation).status is OperationStatus.MANUAL
    assert call.things == ([] if point == "before the effect" else [operation.ref])
    assert [type(each) for each in call.told] == [Manual]


def test_nobody_else_takes_it_while_the_lease_lasts(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.crash_at = "before the effect"
    with pytest.raises(Crash):
        perform(engine, operation.id)
    asked = list(call.asked)
    clock.advance(LEASE - timedelta(seconds=1))
    perform(engine, operation.id)
    assert call.asked == asked
    clock.advance(timedelta(seconds=1))
    perform(engine, operation.id)
    assert get(engine, operation).status is OperationStatus.DONE


def test_it_is_looked_for_before_it_is_sent(engine: Engine, call: ScriptedCall, operation: Operation) -> None:
    call.things.append(operation.ref)
    engine.run_due()
    assert call.asked == ["find"]
    assert get(engine, operation).status is OperationStatus.DONE


def test_an_unknown_outcome_is_looked_up_and_never_a_failure(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [TimeoutError]
    engine.run_due()
    unknown = get(engine, operation)
    assert (unknown.status, unknown.attempt) == (OperationStatus.UNKNOWN, 1)
    assert let_time_pass(engine, clock, operation).status is OperationStatus.DONE
    assert [type(each) for each in call.told] == [Unknown, Done]
    assert call.things == [operation.ref]


def test_the_key_stays_through_repeats_and_changes_with_a_new_attempt(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [Unknown(reason="?"), Failed(reason="full", retryable=True)]
    assert let_time_pass(engine, clock, operation).attempt == 2
    first = operation.key
    assert [key for key in call.asked if key != "find"] == [first, first, first.replace("attempt_1", "attempt_2")]
    assert [type(each) for each in call.told] == [Unknown, Retried, Done]


def test_a_definite_failure_is_tried_anew_as_often_as_said_and_then_told(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [Failed(reason="full", retryable=True)] * 3
    closed = let_time_pass(engine, clock, operation, hours=9)
    assert (closed.status, closed.attempt, closed.last_error) == (OperationStatus.FAILED, 3, "full")
    assert [type(each) for each in call.told] == [Retried, Retried, Failed]
    assert call.things == []


def test_pending_work_is_polled_until_its_end(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [Pending(handle="h1"), Pending(handle="h2"), Unknown(reason="?"), Done(ref="x")]
    assert let_time_pass(engine, clock, operation).status is OperationStatus.DONE
    assert call.asked[2:] == ["poll h1", "poll h2", "poll h2"]


def test_work_without_an_end_is_given_to_a_person(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [Pending(handle="h")] * 500
    closed = let_time_pass(engine, clock, operation)
    assert closed.status is OperationStatus.MANUAL
    assert "no end after" in closed.last_error


def test_a_new_attempt_has_its_whole_deadline(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    """A provider without stock may say no for longer than a create takes."""
    call.answers = [Failed(reason="no stock", retryable=True, retry_after=2 * call.deadline), Pending(handle="h")]
    perform(engine, operation.id)
    clock.set(get(engine, operation).next_at)
    perform(engine, operation.id)
    assert get(engine, operation).status is OperationStatus.PENDING


def test_what_is_not_admitted_does_not_go_out(engine: Engine, call: ScriptedCall, operation: Operation) -> None:
    call.refusal = Withdrawn(reason="paid meanwhile")
    engine.run_due()
    assert get(engine, operation).status is OperationStatus.WITHDRAWN
    assert (call.asked, call.told) == ([], [call.refusal])


def test_a_lost_wake_up_is_found_by_the_resolver(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    (job,) = engine.run(lambda tx: tx.jobs.list(tag="driver:fake"))
    engine.run(lambda tx: tx.jobs.cancel(job.id, now=tx.now))
    assert let_time_pass(engine, clock, operation).status is OperationStatus.DONE


def test_a_hint_makes_it_look_now_and_does_not_undo_what_is_recorded(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.answers = [Pending(handle="h", poll_after=timedelta(minutes=30)), Done(ref="x")]
    engine.run_due()
    waiting = get(engine, operation)
    engine.run(lambda tx: hurry(tx, "core.perform", waiting), seller=SELLER)
    engine.run_due()
    assert get(engine, operation).status is OperationStatus.DONE
    engine.run(lambda tx: hurry(tx, "core.perform", waiting), seller=SELLER)
    assert get(engine, operation).status is OperationStatus.DONE


def test_a_breaker_opens_after_silence_and_closes_after_an_answer(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    call.can_find = False
    call.answers = [Unknown(reason="504")] * 5
    for turn in range(5):
        if turn:  # not after the last one: the breaker would let a trial through
            clock.set(max(clock.now(), get(engine, operation).next_at))
        perform(engine, operation.id)
    state = engine.run(lambda tx: tx.limits.get("fake"))
    assert state.failures == 5 and state.open_until > clock.now()
    asked = len(call.asked)
    perform(engine, operation.id)
    assert len(call.asked) == asked, "refused while it is open"
    clock.set(max(state.open_until, get(engine, operation).next_at))  # a random wait may last longer than the breaker
    perform(engine, operation.id)
    assert engine.run(lambda tx: tx.limits.get("fake")).open_until is None


def test_progress_of_a_create_in_steps_survives_a_crash(
    engine: Engine, clock: ManualClock, call: ScriptedCall, operation: Operation
) -> None:
    seen: list[Any] = []

    def send(sent: Operation, save_progress: Callable[[Any], None]) -> Outcome:
        seen.append(dict(sent.progress))
        if not sent.progress:
            save_progress({"disk": "d1"})
            raise Crash
        return Done(ref="x")

    calls["note"] = Stepped(call, send)
    with pytest.raises(Crash):
        engine.run_due()
    assert let_time_pass(engine, clock, operation).status is OperationStatus.DONE
    assert seen == [{}, {"disk": "d1"}]


class Stepped:
    """A call whose `send` is another one."""

    def __init__(self, call: ScriptedCall, send: Any) -> None:
        self._call = call
        self.send = send

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


@pytest.mark.parametrize(("account", "status"), [("fake", OperationStatus.DONE), ("gone", OperationStatus.INTENDED)])
def test_a_lost_wake_up_is_made_up_for_unless_the_account_is_gone(
    engine: Engine, clock: ManualClock, call: ScriptedCall, account: str, status: OperationStatus
) -> None:
    calls["note"] = call
    operation = attrs.evolve(an_operation(), account=account)
    engine.run(lambda tx: tx.operations.add_many([operation]), seller=SELLER)
    for _ in range(3):
        clock.advance(timedelta(minutes=2))
        engine.run_due()
    assert get(engine, operation).status is status
    jobs = engine.run(lambda tx: tx.jobs.list(limit=1000))
    assert sum(job.handler == "core.perform" for job in jobs) == (status is OperationStatus.DONE)
