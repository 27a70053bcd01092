"""What operators look at over HTTP: jobs, breakers, what staff did, audits, verify, health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.http.stage import Shop, res

from larabill_core.calls.limits import LimitState
from larabill_core.ids import new_id, public_id
from larabill_core.jobs import JobStatus, NewJob
from larabill_sqlalchemy.core import STORAGE
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.unit_of_work import SqlUnitOfWork

JOBS, JOB = "GET /jobs", "GET /jobs/{job}"


def dead(shop: Shop, handler: str = "core.purge_jobs", **more: Any) -> str:
    """A job that gave up."""
    event = new_id()
    shop.market.engine.run(lambda tx: tx.enqueue(NewJob(handler=handler, event_id=event, **more)))

    def bury(tx: Any) -> str:
        (job,) = [job for job in tx.jobs.list(limit=1000) if job.event_id == event]
        now = tx.now
        held = [each for each in tx.jobs.claim(limit=1000, now=now, lease_until=now) if each.id == job.id]
        tx.jobs.bury(job.id, held[0].fence, status=JobStatus.DEAD, error="gave up", now=now)
        return public_id("job", job.id)

    return shop.market.engine.run(bury)


def test_dead_jobs_are_seen_without_their_payload_and_run_again(shop: Shop) -> None:
    id = dead(shop, seller_id=shop.market.seller, tags=("driver:acme",))
    (job,) = shop.told(JOBS, shop.staff, query="needs_you=true")["items"]
    assert (job["id"], job["last_error"], job["tags"]) == (id, "gave up", ["driver:acme"])
    assert "payload" not in job
    assert [each["id"] for each in shop.told(JOBS, shop.staff, query="tag=driver:acme&status=dead")["items"]] == [id]
    again = shop.told("POST /jobs/{job}/retry", shop.staff, job=id)
    assert (again["status"], again["approved_by"]) == ("ready", "staff:ops-1")
    assert shop.told("POST /jobs/{job}/cancel", shop.staff, job=id)["status"] == "cancelled"
    assert shop.told("POST /jobs/{job}/cancel", shop.staff, job=id)["status"] == "cancelled"
    assert shop.ask("POST /jobs/{job}/retry", shop.staff, job=id).status == 409


def test_a_sellers_staff_see_no_other_jobs(shop: Shop) -> None:
    mine, theirs, of_none = dead(shop, seller_id=shop.market.seller), dead(shop, seller_id=new_id()), dead(shop)
    assert [each["id"] for each in shop.told(JOBS, shop.staff, query="status=dead")["items"]] == [mine]
    everything = shop.told(JOBS, shop.owner, query="status=dead&sort=-created")["items"]
    assert [each["id"] for each in everything] == [of_none, theirs, mine]
    for foreign in (theirs, of_none):
        assert shop.ask(JOB, shop.staff, job=foreign).status == 404
        assert shop.ask("POST /jobs/{job}/retry", shop.staff, job=foreign).status == 404
        assert shop.ask("POST /jobs/{job}/cancel", shop.staff, job=foreign).status == 404
        assert shop.told(JOB, shop.owner, job=foreign)["status"] == "dead"


def test_jobs_are_paged(shop: Shop) -> None:
    ids = [dead(shop, seller_id=shop.market.seller) for _ in range(3)]
    first = shop.told(JOBS, shop.staff, query="status=dead&limit=2")
    rest = shop.told(JOBS, shop.staff, query=f"status=dead&limit=2&after={first['next']}")
    assert [job["id"] for job in first["items"] + rest["items"]] == ids
    assert rest["next"] is None
    assert shop.ask(JOBS, shop.staff, query="status=dead&needs_you=true").status == 422


def test_an_open_breaker_is_seen_and_reset(shop: Shop) -> None:
    now = shop.market.clock.now()
    state = LimitState(account="acme", tokens=0.5, refilled_at=now, failures=5, open_until=now.replace(year=2027))
    shop.market.engine.run(lambda tx: tx.limits.put(state))
    (breaker,) = shop.told("GET /breakers", shop.owner)["items"]
    assert (breaker["account"], breaker["state"], breaker["failures"]) == ("acme", "open", 5)
    shop.told("POST /breakers/{account}/reset", shop.owner, account="acme", status=204)
    assert shop.told("GET /breakers", shop.owner)["items"] == []
    assert shop.ask("POST /breakers/{account}/reset", shop.owner, account="acme").status == 404
    assert shop.ask("GET /breakers", shop.me).status == 403


def test_what_staff_did_is_listed_to_their_seller(shop: Shop) -> None:
    resource = shop.running()
    shop.told("POST /provision/resources/{resource}/suspend", shop.staff, resource=res(resource))
    shop.ask("POST /provision/resources/{resource}/suspend", shop.staff, resource=public_id("res", new_id()))
    (action,) = shop.told("GET /actions", shop.staff)["items"]
    assert (action["action"], action["actor"]) == ("suspend_resource", "staff:ops-1")
    assert action["subject"] in (str(resource.id), res(resource))
    stranger = attrs.evolve(shop.staff, seller_id=new_id())
    assert shop.told("GET /actions", stranger)["items"] == []
    assert len(shop.told("GET /actions", shop.owner, query="sort=-created&limit=1")["items"]) == 1


def test_the_trail_of_anything_is_paged(shop: Shop) -> None:
    resource = shop.running()
    order = public_id("ord", resource.order_id)
    trail = shop.told("GET /audit", shop.staff, query=f"subject={order}")
    assert trail["items"][0]["action"] == "place"
    whole = shop.told("GET /audit", shop.staff, query=f"subject={res(resource)}")["items"]
    first = shop.told("GET /audit", shop.staff, query=f"subject={res(resource)}&limit=2&sort=-created")
    assert first["items"] == whole[::-1][:2]
    second = shop.told(
        "GET /audit", shop.staff, query=f"subject={res(resource)}&limit=2&sort=-created&after={first['next']}"
    )
    assert second["items"] == whole[::-1][2:4]
    assert shop.told("GET /audit", shop.staff, query=f"subject={public_id('inv', new_id())}")["items"] == []
    stranger = attrs.evolve(shop.staff, seller_id=new_id())
    assert shop.told("GET /audit", stranger, query=f"subject={res(resource)}")["items"] == []


@pytest.mark.parametrize("wrong", ["", "subject=", "subject=xyz_" + "0" * 32, "subject=inv_1", "subject=1' OR 1=1"])
def test_a_trail_needs_an_id(shop: Shop, wrong: str) -> None:
    assert shop.ask("GET /audit", shop.staff, query=wrong).status == 422


def test_verify_names_what_is_broken_and_changes_nothing(shop: Shop) -> None:
    resource = shop.running()
    assert shop.told("POST /verify", shop.staff) == {"found": 0, "violations": []}

    def break_it(tx: Any) -> None:
        stored = tx.provisioning.resources.get(resource.id)
        broken = attrs.evolve(stored, status="suspended", version=stored.version + 1)
        tx.provisioning.resources.save_many([broken])

    shop.market.run(break_it)
    answer = shop.told("POST /verify", shop.staff)
    kinds = {violation["kind"] for violation in answer["violations"]}
    assert {"status-without-audit", "resource-stalled"} <= kinds
    assert answer["found"] == len(answer["violations"])
    assert shop.ask("POST /verify", shop.me).status == 403


def test_health_says_ready_to_anybody_and_no_more(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.told("GET /health", None) == {"status": "ok"}
    empty = open_database(f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setattr(shop.market.engine, "_unit_of_work", SqlUnitOfWork(empty, (STORAGE,)))
    answer = shop.told("GET /health", None, status=503)
    empty.dispose()
    assert answer["detail"] == "try again in a moment"
