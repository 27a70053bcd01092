"""The job table: leases, fences, the operator's list."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from tests.conftest import START
from tests.storage.conftest import SELLER

from larabill_core.engine import Engine
from larabill_core.errors import Conflict, LeaseLost, NotFound
from larabill_core.ids import new_id
from larabill_core.jobs import Job, JobStatus
from larabill_sqlalchemy.opening import database_of

MINUTE = timedelta(minutes=1)


def a_job(**changes: Any) -> Job:
    job = Job(
        id=new_id(),
        event_id=new_id(),
        handler="sample.scripted",
        queue="default",
        seller_id=SELLER,
        payload="{}",
        payload_version=1,
        status=JobStatus.READY,
        run_at=START,
        attempts=0,
        fence=0,
        lease_until=None,
        last_error="",
        approved_by="",
        created_at=START,
        finished_at=None,
        tags=(),
    )
    return attrs.evolve(job, **changes)


def add(engine: Engine, *jobs: Job) -> None:
    engine.run(lambda tx: tx.jobs.add_many(jobs))


def claim(engine: Engine, *, limit: int = 10, at: Any = START, queues: tuple[str, ...] = ()) -> list[Job]:
    claimed: list[Job] = engine.run(
        lambda tx: tx.jobs.claim(queues=queues, limit=limit, now=at, lease_until=at + MINUTE)
    )
    return claimed


def get(engine: Engine, job: Job) -> Job:
    found: Job = engine.run(lambda tx: tx.jobs.get(job.id))
    return found


def test_a_job_comes_back_as_it_was(engine: Engine) -> None:
    job = a_job(payload='{"name":"Grüße 🎉"}', tags=("driver:fake", "resource:1"), seller_id=None)
    add(engine, job)
    assert get(engine, job) == job
    with pytest.raises(NotFound):
        engine.run(lambda tx: tx.jobs.get(new_id()))


def test_one_job_for_an_event_and_a_handler(engine: Engine) -> None:
    first = a_job(tags=("a",))
    same = a_job(event_id=first.event_id, tags=("b",))
    other = a_job(event_id=first.event_id, handler="sample.count")
    add(engine, first, same, other)
    add(engine, a_job(event_id=first.event_id, tags=("c",)))
    assert engine.run(lambda tx: tx.jobs.list()) == [first, other]


def test_a_bad_row_is_an_error_not_a_duplicate(engine: Engine) -> None:
    """INSERT IGNORE would cut the name and go on."""
    if database_of(engine).dialect.name == "sqlite":
        pytest.skip("SQLite knows no lengths")
    with pytest.raises(Conflict):
        add(engine, a_job(handler="x" * 300))


def test_due_jobs_are_claimed_oldest_first_once(engine: Engine) -> None:
    late, later = a_job(run_at=START - MINUTE), a_job(run_at=START - 2 * MINUTE, tags=("t",))
    add(engine, late, later, a_job(run_at=START + MINUTE), a_job(status=JobStatus.PARKED))
    (first,) = claim(engine, limit=1)
    assert first == attrs.evolve(later, status=JobStatus.RUNNING, lease_until=START + MINUTE, fence=1, attempts=1)
    assert get(engine, later) == first
    assert [job.id for job in claim(engine)] == [late.id]
    assert claim(engine) == []


def test_only_the_named_queues_are_claimed(engine: Engine) -> None:
    mine, other = a_job(queue="mail"), a_job(queue="provisioning")
    add(engine, mine, other, a_job(queue="default"))
    assert {job.id for job in claim(engine, queues=("mail", "provisioning"))} == {mine.id, other.id}


def test_a_lease_that_is_over_is_taken_over_and_the_fence_moves_on(engine: Engine) -> None:
    add(engine, a_job())
    (first,) = claim(engine)
    assert claim(engine, at=START + MINUTE - timedelta(microseconds=1)) == []
    (second,) = claim(engine, at=START + MINUTE)
    assert (second.fence, second.attempts) == (2, 2)
    for write in (
        lambda tx: tx.jobs.complete(first.id, first.fence, START),
        lambda tx: tx.jobs.extend(first.id, first.fence, lease_until=START),
        lambda tx: tx.jobs.reschedule(first.id, first.fence, run_at=START, error="late"),
        lambda tx: tx.jobs.bury(first.id, first.fence, status=JobStatus.DEAD, error="late", now=START),
    ):
        with pytest.raises(LeaseLost):
            engine.run(write)
    assert get(engine, second) == second


def test_an_extended_lease_is_not_taken_over(engine: Engine) -> None:
    add(engine, a_job())
    (job,) = claim(engine)
    engine.run(lambda tx: tx.jobs.extend(job.id, job.fence, lease_until=START + 5 * MINUTE))
    assert claim(engine, at=START + 4 * MINUTE) == []


def test_a_done_job_is_done_once(engine: Engine) -> None:
    add(engine, a_job())
    (job,) = claim(engine)
    engine.run(lambda tx: tx.jobs.complete(job.id, job.fence, START))
    assert get(engine, job) == attrs.evolve(job, status=JobStatus.DONE, lease_until=None, finished_at=START)
    with pytest.raises(LeaseLost):
        engine.run(lambda tx: tx.jobs.complete(job.id, job.fence, START))
    assert claim(engine, at=START + 99 * MINUTE) == []


def test_a_rescheduled_job_waits_until_its_time(engine: Engine) -> None:
    add(engine, a_job())
    (job,) = claim(engine)
    engine.run(lambda tx: tx.jobs.reschedule(job.id, job.fence, run_at=START + MINUTE, error="again"))
    assert claim(engine) == []
    (again,) = claim(engine, at=START + MINUTE)
    assert (again.attempts, again.last_error) == (2, "again")


def test_a_buried_job_waits_for_a_person_who_is_named(engine: Engine) -> None:
    add(engine, a_job())
    (job,) = claim(engine)
    engine.run(lambda tx: tx.jobs.bury(job.id, job.fence, status=JobStatus.PARKED, error="why", now=START))
    assert claim(engine, at=START + 99 * MINUTE) == []
    assert get(engine, job).last_error == "why"
    ready = engine.run(lambda tx: tx.jobs.retry(job.id, approved_by="staff:7", now=START + MINUTE))
    assert ready == get(engine, job)
    assert (ready.status, ready.attempts, ready.approved_by) == (JobStatus.READY, 0, "staff:7")
    assert [each.id for each in claim(engine, at=START + MINUTE)] == [job.id]
    with pytest.raises(Conflict):
        engine.run(lambda tx: tx.jobs.retry(job.id, approved_by="staff:7", now=START))


def test_a_cancelled_job_never_runs_and_a_running_one_is_not_cancelled(engine: Engine) -> None:
    job = a_job()
    add(engine, job)
    engine.run(lambda tx: tx.jobs.cancel(job.id, now=START))
    assert claim(engine) == []
    with pytest.raises(Conflict):
        engine.run(lambda tx: tx.jobs.retry(job.id, approved_by="staff:7", now=START))
    running = a_job()
    add(engine, running)
    claim(engine)
    with pytest.raises(Conflict):
        engine.run(lambda tx: tx.jobs.cancel(running.id, now=START))
    for missing in (
        lambda tx: tx.jobs.cancel(new_id(), now=START),
        lambda tx: tx.jobs.retry(new_id(), approved_by="x", now=START),
    ):
        with pytest.raises(NotFound):
            engine.run(missing)


def test_the_list_is_filtered_and_paged_by_age(engine: Engine) -> None:
    jobs = [
        a_job(tags=("driver:fake", "resource:1")),
        a_job(status=JobStatus.DEAD, queue="mail", tags=("resource:1",)),
        a_job(status=JobStatus.PARKED, created_at=START - MINUTE),
    ]
    add(engine, *jobs)

    def found(**by: Any) -> list[Job]:
        listed: list[Job] = engine.run(lambda tx: tx.jobs.list(**by))
        return listed

    assert found() == jobs
    assert found(statuses=(JobStatus.DEAD, JobStatus.PARKED)) == jobs[1:]
    assert found(queue="mail") == [jobs[1]]
    assert found(tag="resource:1") == jobs[:2]
    assert found(tag="resource:1", statuses=(JobStatus.DEAD,)) == [jobs[1]]
    assert found(older_than=START) == [jobs[2]]
    assert found(limit=2) == jobs[:2]
    assert found(after=jobs[1].id, limit=2) == [jobs[2]]


def test_counts_and_the_next_instant(engine: Engine) -> None:
    assert engine.run(lambda tx: tx.jobs.next_run_at()) is None
    add(engine, a_job(run_at=START + MINUTE), a_job(), a_job(queue="mail", status=JobStatus.DEAD))
    assert engine.run(lambda tx: tx.jobs.counts()) == {
        ("default", JobStatus.READY): 2,
        ("mail", JobStatus.DEAD): 1,
    }
    assert engine.run(lambda tx: tx.jobs.next_run_at()) == START
    claim(engine)
    assert engine.run(lambda tx: tx.jobs.next_run_at()) == START + MINUTE


def test_what_is_done_is_purged_and_what_waits_for_a_person_is_not(engine: Engine) -> None:
    old = START - MINUTE
    kept = [
        a_job(status=JobStatus.DEAD, finished_at=old),
        a_job(status=JobStatus.DONE, finished_at=START),
        a_job(),
    ]
    add(engine, *kept, a_job(status=JobStatus.DONE, finished_at=old, tags=("t",)))
    add(engine, a_job(status=JobStatus.CANCELLED, finished_at=old), a_job(status=JobStatus.DONE, finished_at=old))
    assert engine.run(lambda tx: tx.jobs.purge_done(before=START, limit=2)) == 2
    assert engine.run(lambda tx: tx.jobs.purge_done(before=START, limit=2)) == 1
    assert engine.run(lambda tx: tx.jobs.list()) == kept
    with database_of(engine).connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM larabill_job_tags").scalar() == 0


def test_workers_that_claim_at_once_get_different_jobs(engine: Engine) -> None:
    add(engine, *[a_job() for _ in range(60)])
    got: list[list[Job]] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        while jobs := claim(engine, limit=5):
            got.append(jobs)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [job.id for jobs in got for job in jobs]
    assert len(ids) == len(set(ids)) == 60


def test_a_claim_passes_by_jobs_that_another_transaction_holds(engine: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("writers queue up on SQLite")
    held, free = a_job(run_at=START - MINUTE), a_job()
    add(engine, held, free)
    with database_of(engine).begin() as other:
        other.execute(sa.text("SELECT id FROM larabill_jobs ORDER BY due_at LIMIT 1 FOR UPDATE"))
        assert [job.id for job in claim(engine)] == [free.id]


@pytest.mark.parametrize("number", [1, 40])
def test_a_claim_is_three_statements_whatever_its_size(engine: Engine, number: int) -> None:
    add(engine, *[a_job(tags=("t",)) for _ in range(number)])
    seen: list[str] = []
    sa.event.listen(database_of(engine), "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))
    assert len(claim(engine, limit=50)) == number
    assert len([text for text in seen if not text.startswith("BEGIN")]) == 3
