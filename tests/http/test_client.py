"""The client: generated, typed, and careful to do nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pytest_httpserver import HTTPServer
from tests.billing.market import Market
from tests.http.serving import serving
from tests.http.test_serve import make
from tools.generate_client import PACKAGE, Generator, generate
from werkzeug import Request, Response

from larabill_client import ApiProblem, Client
from larabill_client.transport import LONGEST_WAIT, TRIES, Transport
from larabill_core.http.openapi import openapi
from larabill_core.http.table import Table
from larabill_core.kernel import KERNEL
from larabill_core.module import installed_modules
from larabill_fastapi.serving import make_app


def test_the_committed_client_is_what_the_generator_makes() -> None:
    there = {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
        for folder in ("api", "models")
        for path in (PACKAGE / folder).glob("*.py")
    }
    assert there == generate(), "python tools/generate_client.py"


def test_there_is_a_method_for_each_operation() -> None:
    table = Table([KERNEL, *installed_modules().values()])
    assert [endpoint.id for endpoint in table if not callable(getattr(Client, endpoint.id, None))] == []


@pytest.fixture
def client(market: Market) -> Iterator[Client]:
    """Of a real server, with a token of the market's customer."""
    token = make(market, roles=("customer",), customer_id=market.customer)[1]
    with serving(make_app(market.engine, worker=False)) as url:
        http = httpx.Client(trust_env=False)
        with Client(url, token=token, http=http) as client:
            yield client


def test_lists_are_read_page_by_page(client: Client, market: Market) -> None:
    for _ in range(3):
        market.pay_order()
    page = client.list_invoices(limit=2, sort="-created")
    assert (len(page.items), page.next) == (2, page.items[-1].id)
    rest = client.list_invoices(limit=2, sort="-created", after=page.next)
    newest_first = [*page.items, *rest.items]
    assert list(client.all_invoices(sort="-created")) == newest_first
    whole = client.get_invoice(newest_first[0].id)
    assert (whole.total, whole.issued_on) == (newest_first[0].total, newest_first[0].issued_on)
    assert {line.amount.currency for line in whole.lines} == {"EUR"}
    file = client.download_invoice(whole.id)
    assert file.media_type == "text/html; charset=utf-8" and whole.number.encode() in file.content


def test_a_problem_has_all_its_faults(client: Client) -> None:
    with pytest.raises(ApiProblem) as refused:
        client.list_invoices(limit=0, after="cus")
    problem = refused.value
    assert (problem.status, problem.code, problem.request_id[:4]) == (422, "invalid-input", "req_")
    assert [error.parameter for error in problem.errors] == ["after", "limit"]
    assert "limit: " in str(problem)
    with pytest.raises(ApiProblem, match="404"):
        client.get_invoice("../openapi.json")


def test_a_token_is_never_shown(client: Client) -> None:
    assert "lbt_" not in repr(client) + str(vars(client).keys())


class Parcel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    weight: int
    note: str = ""


class Parcels(Transport):
    """As generated ones are."""

    def send(self, body: Parcel, *, version: int | None = None, key: str | None = None) -> Parcel:
        return self._ask(Parcel, "POST", "/parcels", body=body, keyed=True, key=key, version=version)

    def drop(self) -> None:
        self._send("DELETE", "/parcels/1")


class Office:
    """A server that answers each request with the next of `answers`, and notes what it got."""

    def __init__(self, server: HTTPServer) -> None:
        self.answers: list[tuple[int, dict[str, Any], dict[str, str]]] = []
        self.got: list[Request] = []
        self.waited: list[float] = []
        server.expect_request("/parcels").respond_with_handler(self._answer)
        server.expect_request("/parcels/1").respond_with_handler(self._answer)
        self.parcels = Parcels(server.url_for("/"), http=httpx.Client(trust_env=False), wait=self.waited.append)

    def _answer(self, request: Request) -> Response:
        self.got.append(request)
        status, body, headers = self.answers.pop(0)
        return Response(msgspec.json.encode(body), status=status, headers=headers, content_type="application/json")

    @property
    def keys(self) -> list[str]:
        return [request.headers["Idempotency-Key"] for request in self.got]


@pytest.fixture
def office(httpserver: HTTPServer) -> Iterator[Office]:
    office = Office(httpserver)
    yield office
    office.parcels.close()


DONE = (201, {"weight": 3}, {})
IN_FLIGHT = (409, {"code": "in-flight", "detail": "wait"}, {"Retry-After": "1"})
LATER = (503, {"code": "unavailable", "detail": "wait"}, {"Retry-After": "3600"})


def test_each_call_has_a_key_of_its_own_and_keeps_it_when_it_tries_again(office: Office) -> None:
    office.answers = [IN_FLIGHT, LATER, DONE, DONE]
    assert office.parcels.send(Parcel(weight=3), version=7) == Parcel(weight=3)
    office.parcels.send(Parcel(weight=3))
    assert len(set(office.keys[:3])) == 1
    assert office.keys[3] != office.keys[0]
    assert office.waited == [1.0, LONGEST_WAIT]
    assert [request.headers.get("If-Match") for request in office.got] == ['"7"', '"7"', '"7"', None]
    assert {request.get_data() for request in office.got} == {b'{"weight":3}'}


def test_a_caller_may_bring_the_key_with_which_it_began(office: Office) -> None:
    office.answers = [DONE]
    office.parcels.send(Parcel(weight=3), key="mine")
    assert office.keys == ["mine"]


def test_it_gives_up_after_some_tries(office: Office) -> None:
    office.answers = [LATER] * TRIES
    with pytest.raises(ApiProblem) as refused:
        office.parcels.send(Parcel(weight=3))
    assert (refused.value.status, refused.value.retry_after, len(office.got)) == (503, 3600, TRIES)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 422, 429, 500])
def test_a_refusal_is_told_at_once(office: Office, status: int) -> None:
    office.answers = [(status, {"code": "no", "detail": "no"}, {})]
    with pytest.raises(ApiProblem) as refused:
        office.parcels.send(Parcel(weight=3))
    assert (refused.value.status, refused.value.code, office.waited) == (status, "no", [])


def test_what_is_none_of_the_apis_is_said_to_be(office: Office) -> None:
    office.answers = [(302, {}, {"Location": "https://evil.test/"})]
    with pytest.raises(ApiProblem, match=r"302 Found \(unexpected\)"):
        office.parcels.drop()
    assert len(office.got) == 1


def test_a_broken_line_is_tried_again_only_where_that_does_nothing_twice() -> None:
    waited: list[float] = []
    with Parcels("http://127.0.0.1:1", http=httpx.Client(trust_env=False), wait=waited.append) as parcels:
        with pytest.raises(httpx.ConnectError):
            parcels.drop()
        assert waited == []
        with pytest.raises(httpx.ConnectError):
            parcels.send(Parcel(weight=3))
        assert len(waited) == TRIES - 1


def test_every_kind_of_operation_becomes_a_method(tmp_path: Path) -> None:
    """Those that no endpoint has today: words of Python's own, tagged unions, nothing as an answer, raw bodies."""
    document = openapi(Table([]), version="1")
    choice = {"$ref": "#/components/schemas/Walk"}
    schemas = {
        "Trip": {
            "type": "object",
            "required": ["from"],
            "properties": {
                "from": {"type": "string", "format": "date"},
                "by": {
                    "anyOf": [choice],
                    "discriminator": {"propertyName": "kind", "mapping": {"walk": choice["$ref"]}},
                },
                "tags": {"type": "object", "additionalProperties": {"type": "boolean"}, "default": {}},
            },
        },
        "Walk": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["walk"]}}},
    }
    content = {"schema": {"$ref": "#/components/schemas/Trip"}}
    operation = {
        "operationId": "take_trip",
        "summary": "Go",
        "tags": ["round-trips"],
        "parameters": [
            {"name": "class", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {"application/json": content}},
        "responses": {"204": {"description": "Done"}},
    }
    document["paths"] = {"/trips/{class}": {"post": operation}}
    document["components"]["schemas"] |= schemas
    made = dict(Generator(document).files())
    models, api = made["models/round_trips.py"], made["api/round_trips.py"]
    walk = "class Walk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field='kind', tag='walk')"
    assert walk in models
    assert "from_: date = msgspec.field(name='from')" in models
    assert "by: Walk | None = None" in models
    assert "tags: Mapping[str, bool] = msgspec.field(default_factory=dict)" in models
    assert "def take_trip(self, class_: str, body: Trip, *, version: int) -> None:" in api
    assert 'self._send("POST", f"/trips/{_part(class_)}", body=body, version=version)' in api
