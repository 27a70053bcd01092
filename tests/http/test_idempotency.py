"""The same request twice is done once (F35)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from tests.conftest import OpenTestEngine
from tests.http.pretend import Pretended, go_on, inside, said

from larabill_core.access import Actor
from larabill_core.testing.clock import ManualClock


@pytest.fixture
def http(open_test_engine: OpenTestEngine) -> Pretended:
    return Pretended.open(open_test_engine)


def test_the_same_key_and_request_get_the_same_answer(http: Pretended) -> None:
    first, again = http.make("a", "k1"), http.make("a", "k1")
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (again.headers["Idempotent-Replayed"], again.headers["ETag"]) == ("true", '"3"')
    assert http.effects() == 1


def test_quotes_are_not_of_the_key(http: Pretended) -> None:
    assert http.make("a", '"k1"').body == http.make("a", "k1").body
    assert http.effects() == 1


def test_another_request_under_the_key_is_refused(http: Pretended) -> None:
    http.make("a", "k1")
    assert (http.make("b", "k1").status, http.effects()) == (422, 1)


@pytest.mark.parametrize("key", ["", " ", "a" * 201, "ä", "a\nb", '"', '""', '"a', 'a"', 'a"b'])
def test_without_a_key_nothing_is_done(http: Pretended, key: str) -> None:
    assert (http.make("a", key).status, http.effects()) == (400, 0)
    assert said(http.ask("POST", "/things", actor=http.customer, data={"name": "a"}))["code"] == "idempotency-key"


def test_a_refusal_is_an_answer_too(http: Pretended) -> None:
    first = http.make("refused", "k1")
    again = http.make("refused", "k1")
    assert (first.status, again.status, again.body) == (409, 409, first.body)


@pytest.mark.parametrize(("name", "status"), [("broken", 500), ("later", 503)])
def test_after_a_fault_of_ours_the_key_is_free(http: Pretended, name: str, status: int) -> None:
    assert http.make(name, "k1").status == status
    assert (http.make("a", "k1").status, http.effects()) == (201, 1)


def test_what_can_be_repeated_needs_no_key(http: Pretended) -> None:
    for _ in range(2):
        assert http.ask("DELETE", "/things/{thing}", actor=http.customer).status == 204


def test_a_key_counts_for_one_principal(http: Pretended) -> None:
    other = Actor(
        kind="customer", id="c2", roles=("customer",), seller_id=http.staff.seller_id, customer_id=http.staff.seller_id
    )
    assert [http.make(name, "k", actor=actor).status for name, actor in [("a", None), ("b", other)]] == [201, 201]
    assert http.effects() == 2


def test_a_key_is_kept_for_a_day(http: Pretended, clock: ManualClock) -> None:
    first = http.make("a", "k1")
    clock.advance(timedelta(hours=23, minutes=59))
    assert http.make("a", "k1").body == first.body
    clock.advance(timedelta(minutes=2))
    assert (http.make("b", "k1").status, http.effects()) == (201, 2)
    clock.advance(timedelta(days=2))
    http.engine.run_due()
    assert http.engine.run(lambda tx: tx.answers.purge(tx.now)) == 0


def test_while_the_first_is_in_flight_the_second_waits(http: Pretended, database_kind: str) -> None:
    if database_kind == "sqlite":  # one transaction writes at a time: the second waits for the first by itself
        return
    inside.clear(), go_on.clear()
    first = Thread(target=http.make, args=("slow", "k1"))
    first.start()
    assert inside.wait(timeout=60)
    second = http.make("slow", "k1")
    go_on.set()
    first.join()
    assert (second.status, second.headers["Retry-After"], http.effects()) == (409, "1", 1)
    assert (http.make("slow", "k1").status, http.effects()) == (201, 1)


def test_a_claim_that_was_taken_over_cannot_finish(http: Pretended, clock: ManualClock, database_kind: str) -> None:
    if database_kind == "sqlite":
        return
    inside.clear(), go_on.clear()
    answers = []
    first = Thread(target=lambda: answers.append(http.make("slow", "k1")))
    first.start()
    assert inside.wait(timeout=60)
    clock.advance(timedelta(minutes=2))
    inside.clear()
    second = Thread(target=lambda: answers.append(http.make("slow", "k1")))
    second.start()
    assert inside.wait(timeout=60)
    go_on.set()
    first.join(), second.join()
    assert (sorted(answer.status for answer in answers), http.effects()) == ([201, 409], 1)


def test_sixteen_at_once_are_one(http: Pretended) -> None:
    gate = Barrier(16)

    def click(_: int) -> tuple[int, bytes]:
        gate.wait()
        response = http.make("a", "k1")
        return response.status, response.body if response.status == 201 else b""

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(click, range(16)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert http.effects() == 1
