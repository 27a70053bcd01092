"""In what order a request is looked at, and what each refusal says."""

from __future__ import annotations

import logging
from typing import Any
from uuid import uuid4

import attrs
import pytest
from tests.conftest import OpenTestEngine
from tests.http.pretend import ENDPOINTS, PRETEND, Pretended, said

from larabill_billing.customers.model import NewSeller
from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError
from larabill_core.http.api import Api
from larabill_core.http.endpoint import Endpoint, NoQuery
from larabill_core.http.limits import RateLimits
from larabill_core.http.request import LARGEST_BODY
from larabill_core.http.table import Table
from larabill_core.ids import public_id


@pytest.fixture
def http(open_test_engine: OpenTestEngine) -> Pretended:
    return Pretended.open(open_test_engine)


def test_nobody_is_told_nothing_but_to_log_in(http: Pretended) -> None:
    answer = http.ask("POST", "/things", actor=None, body=b"{", query="x=1")
    assert (answer.status, answer.headers["WWW-Authenticate"], said(answer)["code"]) == (
        401,
        "Bearer",
        "unauthenticated",
    )


@pytest.mark.parametrize(
    ("roles", "status"), [((), 403), (("nobody",), 403), (("system",), 403), (("customer",), 200), (("operator",), 200)]
)
def test_who_has_no_ability_may_not(http: Pretended, roles: tuple[str, ...], status: int) -> None:
    actor = attrs.evolve(http.staff, roles=roles)
    assert http.ask("GET", "/things/{thing}", actor=actor).status == status


def test_a_customer_never_does_what_is_for_staff(http: Pretended) -> None:
    actor = attrs.evolve(http.customer, roles=("customer", "operator"))
    headers = {"idempotency-key": "k"}
    assert http.ask("POST", "/things/{thing}/send", actor=actor, headers=headers).status == 403
    assert http.ask("POST", "/things/{thing}/send", actor=http.staff, headers=headers).status == 200


def test_the_hosts_own_rules_take_the_place_of_roles(http: Pretended) -> None:
    asked: list[tuple[Actor, str]] = []

    def authorize(actor: Actor, ability: str) -> Any:
        asked.append((actor, ability))
        return "yes" if ability == "things.write" else True

    mine = attrs.evolve(http, api=Api(http.engine, authorize=authorize))
    assert mine.ask("GET", "/things/{thing}", actor=http.customer).status == 200
    assert mine.make("a", "k").status == 403, "only True is a yes"
    assert asked[0] == (http.customer, "things.read")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
)
def test_a_body_must_say_that_it_is_json(http: Pretended, kind: str) -> None:
    headers = {"content-type": kind, "idempotency-key": "k"}
    answer = http.ask("POST", "/things", actor=http.customer, data={"name": "a"}, headers=headers)
    assert (answer.status, http.effects()) == (415, 0)


def test_a_body_that_is_too_large_or_not_asked_for(http: Pretended) -> None:
    headers = {"idempotency-key": "k", "content-type": "application/json"}
    big = http.ask("POST", "/things", actor=http.customer, body=b" " * (LARGEST_BODY + 1), headers=headers)
    assert big.status == 413
    assert http.ask("DELETE", "/things/{thing}", actor=http.customer, body=b"{}").status == 400


def test_other_methods_are_named(http: Pretended) -> None:
    answer = http.ask("TRACE", "/things/{thing}", actor=None)
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PUT")
    asked = http.ask("OPTIONS", "/things", actor=None)
    assert (asked.status, asked.headers["Allow"], asked.body) == (204, "OPTIONS, POST", b"")


def test_head_is_get_without_the_body(http: Pretended) -> None:
    head, get = (http.ask(method, "/things/{thing}", actor=http.customer) for method in ("HEAD", "GET"))
    assert (head.status, head.body, get.body != b"") == (200, b"", True)
    assert (head.headers["ETag"], head.headers["Content-Type"]) == (get.headers["ETag"], get.headers["Content-Type"])


@pytest.mark.parametrize(
    ("match", "status"), [(None, 428), ('"3"', 200), ('"2"', 412), ("3", 412), ("*", 412), ('W/"3"', 412), ('"٣"', 412)]
)
def test_what_has_a_version_is_changed_in_the_version_that_was_read(
    http: Pretended, match: str | None, status: int
) -> None:
    headers = {} if match is None else {"if-match": match}
    in_one_transaction = http.ask("PUT", "/things/{thing}", actor=http.customer, data={"name": "b"}, headers=headers)
    in_several = http.ask("PUT", "/things/{thing}/place", actor=http.customer, headers=headers)
    for answer in (in_one_transaction, in_several):
        assert answer.status == status
        assert status != 200 or answer.headers["ETag"] == '"4"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"cookie": "s=1"}, 403),
        ({"cookie": "s=1", "origin": "https://shop.test"}, 204),
        ({"cookie": "s=1", "origin": "https://SHOP.test"}, 204),
        ({"cookie": "s=1", "origin": "https://evil.test"}, 403),
        ({"cookie": "s=1", "origin": "https://shop.test.evil.test"}, 403),
        ({"cookie": "s=1", "origin": "https://evil.test@shop.test:1"}, 403),
        ({"cookie": "s=1", "origin": "null"}, 403),
        ({"cookie": "s=1", "origin": "https://shop.test", "sec-fetch-site": "cross-site"}, 403),
        ({"cookie": "s=1", "sec-fetch-site": "same-site"}, 403),
        ({"cookie": "s=1", "sec-fetch-site": "same-origin"}, 204),
        ({"cookie": "s=1", "authorization": "Bearer t"}, 204),
    ],
)
def test_a_foreign_page_changes_nothing_with_a_cookie(http: Pretended, headers: dict[str, str], status: int) -> None:
    assert http.ask("DELETE", "/things/{thing}", actor=http.customer, headers=headers).status == status
    assert http.ask("GET", "/things/{thing}", actor=http.customer, headers=headers).status == 200, "it may look"


def test_a_file_is_saved_under_a_plain_name(http: Pretended) -> None:
    answer = http.ask("GET", "/things/{thing}/file", actor=http.customer)
    said = answer.headers["Content-Disposition"]
    assert said.startswith('attachment; filename="a_b__Set-Cookie__x__.txt"; filename*=UTF-8')
    assert said.isascii() and said.isprintable()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_fault_of_ours_says_where_to_look_and_no_more(http: Pretended, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = http.make("broken", "k")
    assert (answer.status, said(answer)["code"]) == (500, "internal")
    assert b"secret" not in answer.body
    assert answer.headers["X-Request-Id"] in caplog.text
    assert said(answer)["request_id"] == answer.headers["X-Request-Id"]


def test_what_passes_says_when_to_come_back(http: Pretended) -> None:
    answer = http.make("later", "k")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_too_many_requests_are_told_so(open_test_engine: OpenTestEngine) -> None:
    http = Pretended.open(open_test_engine, rate_limits=RateLimits(customer=3, staff=5, anonymous=2))
    answers = [http.ask("GET", "/things/{thing}", actor=http.customer) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[-1].headers["RateLimit-Policy"] == '"customer";q=3;w=60'
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    other = attrs.evolve(http.customer, id="c2")
    assert http.ask("GET", "/things/{thing}", actor=other).status == 200, "each for themselves"
    assert [http.ask("GET", "/things/{thing}", actor=http.staff).status for _ in range(6)] == [200] * 5 + [429]


def test_of_webhooks_only_the_refused_are_counted_and_the_genuine_pass_all_the_same(
    open_test_engine: OpenTestEngine,
) -> None:
    http = Pretended.open(open_test_engine, rate_limits=RateLimits(anonymous=2))

    def hear(body: bytes, remote: str = "203.0.113.7") -> Any:
        return http.ask("POST", "/hear/{gateway}", actor=None, body=body, remote=remote)

    assert {hear(b"genuine").status for _ in range(5)} == {200}
    forged = [hear(b"forged") for _ in range(4)]
    assert [answer.status for answer in forged] == [400, 400, 429, 429]
    assert int(forged[-1].headers["Retry-After"]) >= 1
    assert hear(b"genuine").status == 200, "whoever forges does not shut the gateway out"
    assert hear(b"forged", "203.0.113.8").status == 400, "each address for itself"


def test_requests_are_counted_here_when_redis_is_gone(open_test_engine: OpenTestEngine) -> None:
    limits = RateLimits(customer=1, storage="redis://127.0.0.1:1/0")
    http = Pretended.open(open_test_engine, rate_limits=limits)
    assert [http.ask("GET", "/things/{thing}", actor=http.customer).status for _ in range(2)] == [200, 429]


def test_what_staff_do_is_written_down_and_what_they_read_is_not(http: Pretended) -> None:
    http.ask("GET", "/things/{thing}", actor=http.staff)
    http.ask("DELETE", "/things/{thing}", actor=http.customer)
    http.make("refused", "k", actor=http.staff)
    done = http.ask("DELETE", "/things/{thing}", actor=http.staff)
    sent = http.ask("POST", "/things/{thing}/send", actor=http.staff, headers={"idempotency-key": "k2"})
    actions = http.engine.run(lambda tx: tx.actions.page(seller_id=http.staff.seller_id))
    assert [(each.actor, each.action, each.subject) for each in actions] == [
        ("staff:s1", "drop_thing", "one"),
        ("staff:s1", "send_thing", "one"),
    ]
    assert [each.request_id for each in actions] == [done.headers["X-Request-Id"], sent.headers["X-Request-Id"]]


def test_staff_name_the_seller_where_there_are_several(http: Pretended) -> None:
    free = attrs.evolve(http.staff, seller_id=None)
    assert http.ask("GET", "/things/{thing}", actor=free).status == 200, "the only one"
    other = http.engine.billing.sellers.create(NewSeller(name="B", country="DE", currency="EUR")).id
    unsaid = http.ask("GET", "/things/{thing}", actor=free)
    assert (unsaid.status, said(unsaid)["errors"][0]["header"]) == (422, "Larabill-Seller")

    def ask(actor: Actor, seller: Any) -> int:
        headers = {"larabill-seller": public_id("sel", seller)}
        return http.ask("GET", "/things/{thing}", actor=actor, headers=headers).status

    assert (ask(free, other), ask(free, uuid4()), ask(http.staff, other)) == (200, 404, 404)
    assert ask(http.staff, http.staff.seller_id) == 200


def test_what_is_of_the_installation_is_not_for_one_of_several_sellers(http: Pretended) -> None:
    assert http.ask("POST", "/sweep", actor=http.staff).status == 204
    http.engine.billing.sellers.create(NewSeller(name="B", country="DE", currency="EUR"))
    assert http.ask("POST", "/sweep", actor=http.staff).status == 403
    assert http.ask("POST", "/sweep", actor=attrs.evolve(http.staff, seller_id=None)).status == 204


def test_a_public_endpoint_hears_raw_bytes(http: Pretended) -> None:
    answer = http.ask("POST", "/hear/{gateway}", actor=None, body=b"\x00{{{", headers={"content-type": "x/y"})
    assert (answer.status, said(answer)["name"]) == (200, "4")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ability": ""}, "is missing"),
        ({"ability": "things.fly"}, "is not registered"),
        ({"scope": "public"}, "is never asked for"),
        ({"scope": "public", "ability": ""}, "must be set"),
        ({"body": Endpoint}, "must be a Struct"),
        ({"guessed": "code"}, "is no field of the body"),
        ({"method": "GET"}, "cannot belong to a GET"),
        ({"path": "/things/{thing}", "method": "PUT"}, "stands in the table already"),
        ({"id": "read_thing"}, "stands in the table already"),
    ],
)
def test_a_table_with_a_fault_is_refused(changes: dict[str, Any], fault: str) -> None:
    row = attrs.evolve(ENDPOINTS[0], **{"id": "new", "path": "/new", **changes})
    with pytest.raises(ConfigurationError, match=fault):
        Table([attrs.evolve(PRETEND, endpoints=(*ENDPOINTS, row))])


def test_paths_without_parameters_come_first() -> None:
    rows = [
        Endpoint(id=f"e{n}", method="GET", path=path, summary="", handler="", ability="things.read", query=NoQuery)
        for n, path in enumerate(["/a/{b}", "/a/b", "/a"])
    ]
    assert list(Table([attrs.evolve(PRETEND, endpoints=tuple(rows))]).paths) == ["/a", "/a/b", "/a/{b}"]
