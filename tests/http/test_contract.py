"""One contract over all hosts: for each case the same status, media type and body, and the same document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import pytest
from openapi_spec_validator import validate
from tests.http.cases import CASES, ORDERING, Case
from tests.http.estate import Estate, build
from tests.http.hosts import HOSTS
from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Answer, Host, bearer

from larabill_core.http.request import LARGEST_BODY

PROBLEM: Final = "application/problem+json"
SAME: Final = (
    "content-type", "etag", "allow", "www-authenticate", "retry-after", "ratelimit-policy", "content-disposition",
    "x-content-type-options", "cache-control",
)  # fmt: skip
"""Headers that do not depend on when and by whom."""
_NEW = re.compile(r"\b[a-z]{3}_[0-9a-f]{32}\b|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_ACTOR = re.compile(r"\b(staff|customer):\w+")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with build(tmp_path_factory.mktemp("contract")) as estate:
        yield estate


@pytest.fixture(scope="module")
def alone(estate: Estate) -> Iterator[Host]:
    with open_alone(estate) as host:
        yield host


@pytest.fixture(scope="module")
def agreed(alone: Host, estate: Estate) -> Callable[[Case], Any]:
    """What the dispatcher answers to a case; asked once."""
    known: dict[str, Any] = {}

    def shape_of(case: Case) -> Any:
        if case.name not in known:
            known[case.name] = shape(ask(alone, case, estate))
        return known[case.name]

    return shape_of


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest, estate: Estate) -> Iterator[Host]:
    with HOSTS[request.param](estate) as host:
        yield host


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_host_answers_alike(case: Case, host: Host, agreed: Callable[[Case], Any], estate: Estate) -> None:
    if case.session and not host.cookies:
        case = case.by_nobody()
    answer = ask(host, case, estate)
    assert answer.status == case.status, answer.body
    if case.by_host:
        assert b"Traceback" not in answer.body
        return
    if case.method == "HEAD":
        assert answer.body == b""
    elif case.status >= 400:
        assert (answer.media_type, answer.data["code"]) == (PROBLEM, case.code)
        assert answer.data["request_id"] == answer.headers["x-request-id"]
    assert shape(answer) == agreed(case)


def ask(host: Host, case: Case, estate: Estate) -> Answer:
    """The case, in the estate as it was built."""
    estate.restore()
    path = case.path.format_map(estate.things)
    body: Any = case.body
    if body is not None:
        for name, id in estate.things.items():
            body = body.replace(f"{{{name}}}".encode(), id.encode())
    headers = [*bearer(host, case.who), *case.headers.items()]
    if case.session:
        headers.append(("Cookie", host.cookies[case.session]))
    return host.send(case.method, path, headers, pieces(body) if case.chunked and body else body)


def pieces(body: bytes) -> Iterator[bytes]:
    """As a client sends it that does not know how long it will be."""
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def shape(answer: Answer) -> Any:
    """What must be the same: new ids are told apart by where they first stand."""
    seen: dict[str, str] = {}
    text = _ACTOR.sub(r"\1:somebody", answer.body.decode())
    text = _NEW.sub(lambda found: seen.setdefault(found[0], f"id {len(seen)}"), text)
    headers = {name: answer.headers[name] for name in SAME if name in answer.headers}
    return answer.status, headers, text


def test_every_host_serves_the_same_valid_document(host: Host, alone: Host) -> None:
    served, ours = host.send("GET", "/openapi.json"), alone.send("GET", "/openapi.json")
    assert (served.status, served.media_type) == (200, "application/json")
    document = served.data
    validate(document)
    paths = {path.removeprefix(host.prefix): operations for path, operations in document["paths"].items()}
    assert all(path.startswith(f"{host.prefix}/") for path in document["paths"])
    assert msgspec.json.encode({**document, "paths": paths}, order="sorted") == msgspec.json.encode(
        ours.data, order="sorted"
    )


def test_the_same_request_twice_is_done_once(host: Host, estate: Estate) -> None:
    estate.restore()
    body = b'{"currency": "EUR", "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}], "customer": "%s"}'
    headers = [*bearer(host, "staff"), ("Content-Type", "application/json"), ("Idempotency-Key", "k1")]
    body = body.replace(b"%s", estate.things["customer"].encode())
    first, again, other = (host.send("POST", "/orders", headers, each) for each in (body, body, body + b" "))
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert (other.status, other.data["code"]) == (422, "idempotency-key-reused")


def test_a_body_without_an_end_is_read_to_one_byte_more_than_it_may_have(host: Host) -> None:
    """A client that never stops is asked for no more than shows that it is too much (B14)."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        for size in (*[65_536] * 16, *[1] * 1000):  # enough to see whether anybody reads on
            taken += size
            yield b" " * size

    answer = host.send("POST", "/payments/webhooks/pay", (), endless())
    assert (answer.status, taken) == (413, LARGEST_BODY + 1)


def test_ten_thousand_headers_do_no_harm(host: Host, estate: Estate) -> None:
    """Of as many names, and of one; a server in front would have refused them (B14)."""
    estate.restore()
    mine = bearer(host, "customer")
    plain = host.send("GET", "/invoices", mine)
    for many in ([(f"X-{n}", "x") for n in range(10_000)], [("X-Same", "x")] * 10_000):
        answer = host.send("GET", "/invoices", [*mine, *many])
        assert (answer.status, answer.body) == (200, plain.body)


def test_no_answer_holds_the_host_that_a_request_named(host: Host, estate: Estate) -> None:
    """Links are not made of what a stranger says (B33)."""
    estate.restore()
    evil = [("X-Forwarded-Host", "evil.test"), ("Forwarded", "host=evil.test"), ("X-Forwarded-Proto", "evil")]
    invoice = f"/invoices/{estate.things['invoice']}"
    asked = {
        **dict.fromkeys(("/openapi.json", "/invoices", invoice, f"{invoice}/document", "/nowhere"), ("GET", None)),
        f"{invoice}/checkout": ("POST", b'{"account": "pay"}'),
        "/payments/webhooks/pay": ("POST", b"{}"),
    }
    for named in ([], [("Host", "evil.test")]):
        headers = [*bearer(host, "customer"), *ORDERING.items(), *evil, *named]
        for path, (method, body) in asked.items():
            answer = host.send(method, path, headers, body)
            assert "evil" not in f"{answer.headers} {answer.body!r}", path
