"""Delivery: at least once, and in effect exactly once; what cannot be carried out waits for a person (I7, I8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.storage.conftest import SELLER, a_note
from tests.storage.sample import NoteWritten
from tests.storage.sample.handlers import script, seen

from larabill_core import dispatch
from larabill_core.engine import Engine
from larabill_core.errors import ConcurrencyError, ConfigurationError, Parked, RetryLater
from larabill_core.ids import new_id
from larabill_core.jobs import Job, JobStatus, NewJob
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.opening import database_of


def write_note(engine: Engine) -> NoteWritten:
    note = a_note()
    event = NoteWritten(seller_id=SELLER, occurred_at=note.written_at, note_id=note.id)

    def write(tx: Any) -> None:
        tx.sample.notes.add(note)
        tx.publish(event)

    engine.run(write, seller=SELLER)
    return event


def labels(engine: Engine) -> list[str]:
    found: list[str] = engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER)
    return found


def ask(engine: Engine, *todo: Any, handler: str = "sample.scripted") -> None:
    script.extend(todo)
    engine.run(lambda tx: tx.enqueue(NewJob(handler=handler, seller_id=SELLER)))


def the_job(engine: Engine) -> Job:
    (job,) = engine.run(lambda tx: tx.jobs.list())
    found: Job = job
    return found


def fail(problem: Exception) -> Any:
    def todo(tx: Any) -> None:
        raise problem

    return todo


def test_an_event_reaches_each_subscriber_once(engine: Engine) -> None:
    event = write_note(engine)
    engine.run(lambda tx: tx.publish(event))
    assert engine.work_once() == 2
    assert engine.work_once() == 0
    assert labels(engine) == ["echo", "original"]
    assert seen == [f"counted {event.note_id}"]


def test_an_effect_and_the_end_of_its_job_are_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies before the commit has done nothing; the next one does it once."""
    write_note(engine)
    jobs = engine.run(lambda tx: tx.jobs.claim(limit=9, now=tx.now, lease_until=tx.now + timedelta(minutes=1)))
    echo = next(job for job in jobs if job.handler == "sample.echo")

    def die(connection: sa.Connection) -> None:
        raise KeyboardInterrupt

    sa.event.listen(database_of(engine), "commit", die)
    with pytest.raises(KeyboardInterrupt):
        dispatch.carry_out(engine, echo)
    sa.event.remove(database_of(engine), "commit", die)
    assert labels(engine) == ["original"]
    dispatch.carry_out(engine, echo)
    dispatch.carry_out(engine, echo)
    assert labels(engine) == ["echo", "original"]


def test_a_worker_that_lost_its_lease_changes_nothing(engine: Engine, clock: ManualClock) -> None:
    write_note(engine)
    lease = timedelta(minutes=1)
    slow = engine.run(lambda tx: tx.jobs.claim(limit=9, now=tx.now, lease_until=tx.now + lease))
    clock.advance(lease)
    engine.run(lambda tx: tx.jobs.claim(limit=9, now=tx.now, lease_until=tx.now + lease))
    for job in slow:
        dispatch.carry_out(engine, job)
    assert labels(engine) == ["original"]
    assert {job.status for job in engine.run(lambda tx: tx.jobs.list())} == {JobStatus.RUNNING}


def test_a_failure_is_tried_again_later_and_then_given_up(engine: Engine, clock: ManualClock) -> None:
    ask(engine, *[fail(ValueError("card 4111 1111 1111 1111 is bad"))] * 3)
    for tries in (1, 2):
        assert engine.work_once() == 1
        job = the_job(engine)
        assert (job.status, job.attempts) == (JobStatus.READY, tries)
        assert job.run_at > clock.now()
        clock.set(job.run_at)
    engine.work_once()
    job = the_job(engine)
    assert (job.status, job.attempts) == (JobStatus.DEAD, 3)
    assert "gave up after 3 tries: ValueError" in job.last_error
    assert "4111 1111 1111 1111" not in job.last_error
    clock.advance(timedelta(days=9))
    assert engine.work_once() == 0


def test_retry_later_is_not_sooner_than_asked(engine: Engine, clock: ManualClock) -> None:
    ask(engine, fail(RetryLater("busy", timedelta(minutes=7))), lambda tx: None)
    engine.work_once()
    assert the_job(engine).run_at == clock.now() + timedelta(minutes=7)
    clock.advance(timedelta(minutes=7))
    engine.work_once()
    assert the_job(engine).status is JobStatus.DONE


def test_a_parked_job_goes_on_when_a_person_has_approved_it(engine: Engine) -> None:
    def guarded(tx: Any) -> None:
        if not tx.job.approved_by:
            raise Parked("more than five services would end")
        seen.append(f"approved by {tx.job.approved_by}")

    ask(engine, guarded, guarded)
    engine.work_once()
    job = the_job(engine)
    assert (job.status, job.last_error) == (JobStatus.PARKED, "more than five services would end")
    assert engine.work_once() == 0
    engine.run(lambda tx: tx.jobs.retry(job.id, approved_by="staff:7", now=tx.now))
    engine.work_once()
    assert (the_job(engine).status, seen[-1]) == (JobStatus.DONE, "approved by staff:7")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("payload", '{"note_id": 7', "not a valid"),
        ("payload_version", 9, "payload version 9"),
        ("handler", "billing.gone", "no module that is on"),
    ],
)
def test_a_payload_that_nobody_understands_is_kept_for_a_person(
    engine: Engine, column: str, value: Any, reason: str
) -> None:
    ask(engine, lambda tx: None)
    with database_of(engine).begin() as connection:
        connection.execute(sa.text(f"UPDATE larabill_jobs SET {column} = :value"), {"value": value})
    engine.work_once()
    job = the_job(engine)
    assert job.status is JobStatus.PARKED
    assert reason in job.last_error
    assert seen == []


def test_an_exhausted_transaction_is_tried_again_as_a_job(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("larabill_core.engine.TRIES", 2)
    ask(engine, fail(ConcurrencyError("again")), fail(ConcurrencyError("again")))
    engine.work_once()
    assert the_job(engine).status is JobStatus.READY


def test_an_external_handler_is_repeated_when_its_worker_died(engine: Engine, clock: ManualClock) -> None:
    def die(engine: Engine) -> None:
        raise KeyboardInterrupt

    ask(engine, die, lambda engine: None, handler="sample.external")
    with pytest.raises(KeyboardInterrupt):
        engine.work_once()
    assert engine.work_once() == 0
    clock.advance(timedelta(minutes=5))
    engine.work_once(queues=("outside",))
    assert (the_job(engine).status, seen) == (JobStatus.DONE, ["external", "external"])


def test_a_schedule_runs_once_in_its_slot_however_often_it_is_asked(engine: Engine, clock: ManualClock) -> None:
    for _ in range(3):
        engine.tick()
    assert len(engine.run(lambda tx: tx.jobs.list())) == 3
    clock.advance(timedelta(minutes=1))
    engine.tick()
    assert len(engine.run(lambda tx: tx.jobs.list())) == 4


def test_run_due_carries_out_what_the_work_itself_makes_due(engine: Engine) -> None:
    ask(engine, lambda tx: tx.enqueue(NewJob(handler="sample.scripted")), lambda tx: None)
    assert engine.run_due() >= 3
    assert seen == ["scripted", "scripted"]


def test_a_handler_that_nobody_registered_is_refused_at_once(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="not registered"):
        engine.run(lambda tx: tx.enqueue(NewJob(handler="billing.none", event_id=new_id())))
