"""The routes: what comes in reaches the dispatcher, and what it says goes out, unchanged."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from tests.billing.market import Market
from tests.flask.conftest import actor_of
from tests.http.test_api import ask
from werkzeug.serving import make_server

from larabill_core.http.api import Api
from larabill_core.http.request import LARGEST_BODY
from larabill_flask import Larabill, blueprint

ADA = {"Authorization": "Bearer ada"}
PASSING = ("X-Request-Id", "Date", "RateLimit", "Content-Length")


def test_the_answer_is_the_dispatchers(client: FlaskClient, market: Market) -> None:
    market.pay_order()
    api = Api(market.engine)
    listed = client.get("/billing/invoices?limit=5", headers=ADA)
    invoice = listed.json["items"][0]["id"] if listed.json else ""
    cases: list[tuple[str, dict[str, str], str]] = [
        ("/invoices", {}, "limit=5"),
        ("/invoices", {}, "limit=no&nonsense=1"),
        ("/invoices/{invoice}", {"invoice": invoice}, ""),
        ("/invoices/{invoice}/document", {"invoice": invoice}, ""),
        ("/invoices/{invoice}", {"invoice": "inv_none"}, ""),
    ]
    for template, path, query in cases:
        url = template.replace("{invoice}", path.get("invoice", ""))
        there = client.get(f"/billing{url}?{query}", headers=ADA)
        here = ask(api, template, actor=actor_of(market, "ada"), path=path, query=query)
        assert there.status_code == here.status
        assert without_id(there.data) == without_id(here.body)
        assert left(dict(there.headers)) == left(here.headers)


def without_id(body: bytes) -> bytes:
    start = body.find(b'"request_id":"')
    return body if start < 0 else body[:start] + body[start + 52 :]


def left(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in PASSING}


def test_nobody_is_refused_also_where_the_host_says_nothing_of_principals(market: Market) -> None:
    app = flask.Flask("shop")
    Larabill(app, market.engine)
    answer = app.test_client().get("/billing/invoices", headers=ADA)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_the_hosts_own_404_is_for_other_paths(app: flask.Flask, client: FlaskClient) -> None:
    app.register_error_handler(404, lambda _: ("this shop has no such page", 404))
    for path in ("/billing/nothing", "/billing//invoices", "/billing/invoices/", "/billing/invoices/a/b/c"):
        assert client.get(path, headers=ADA).data == b"this shop has no such page"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_what_is_not_possible_is_answered_as_a_problem(client: FlaskClient, method: str) -> None:
    answer = client.open("/billing/invoices", method=method, headers=ADA)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.content_type == "application/problem+json"


def test_options_and_head(client: FlaskClient) -> None:
    options = client.options("/billing/invoices")
    assert (options.status_code, options.headers["Allow"], options.data) == (204, "GET, HEAD, OPTIONS", b"")
    assert "Content-Type" not in options.headers
    head = client.head("/billing/invoices", headers=ADA)
    assert (head.status_code, head.data, head.content_type) == (200, b"", "application/json")


def test_raw_bytes_arrive_as_they_were(client: FlaskClient) -> None:
    raw = b"\xff\x00 a=b&a=c \r\n"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/billing/pretend/echo", data=raw, headers=form).data == raw


def test_what_the_host_has_read_already_arrives_too(app: flask.Flask, client: FlaskClient) -> None:
    app.before_request(lambda: flask.request.get_data() and None)
    assert client.post("/billing/pretend/echo", data=b"hook").data == b"hook"


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    whole = b"x" * LARGEST_BODY
    assert client.post("/billing/pretend/echo", data=whole).data == whole
    assert client.post("/billing/pretend/echo", data=whole + b"x").status_code == 413


def test_a_session_of_the_host_authenticates_and_a_foreign_page_cannot_use_it(client: FlaskClient) -> None:
    client.post("/login")
    assert client.get("/billing/invoices").status_code == 200
    said = {"word": "hello"}
    assert client.post("/billing/pretend/say", json=said).status_code == 403
    foreign = {"Origin": "http://evil.example"}
    assert client.post("/billing/pretend/say", json=said, headers=foreign).status_code == 403
    own = client.post("/billing/pretend/say", json=said, headers={"Origin": "http://localhost"})
    assert (own.status_code, own.json) == (200, said)


def test_the_openapi_document_is_valid_and_names_the_places_where_it_is_mounted(client: FlaskClient) -> None:
    answer = client.get("/billing/openapi.json", base_url="http://localhost/shop")
    assert answer.content_type == "application/json"
    assert answer.json is not None
    validate(answer.json)
    assert "/shop/billing/invoices/{invoice}" in answer.json["paths"]


def test_the_blueprint_mounts_alone(market: Market) -> None:
    app = flask.Flask("shop")
    made = blueprint(market.engine, principal=lambda _: actor_of(market, "ada"), name="money")
    app.register_blueprint(made, url_prefix="/my/money")
    assert app.test_client().get("/my/money/invoices").status_code == 200
    assert "/my/money/invoices" in app.test_client().get("/my/money/openapi.json").text


def test_authorize_of_the_host_is_asked_in_place_of_the_roles(market: Market) -> None:
    app = flask.Flask("shop")
    larabill = Larabill(app, market.engine)
    larabill.principal(lambda _: actor_of(market, "clerk"))
    asked = []

    @larabill.authorize
    def may(actor: Any, ability: str) -> bool:
        asked.append((actor.id, ability))
        return False

    assert app.test_client().get("/billing/invoices").status_code == 403
    assert asked == [("clerk", "invoices.read")]


@pytest.fixture
def served(app: flask.Flask) -> Iterator[http.client.HTTPConnection]:
    """A connection to the application, served over loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    yield connection
    connection.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_real_socket(served: http.client.HTTPConnection) -> None:
    served.request("GET", "/billing/invoices?limit=2", headers=ADA)
    answer = served.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (200, "application/json")
    assert answer.read() == b'{"items":[],"next":null}'
    served.request("POST", "/billing/pretend/echo", iter([b"in ", b"pieces"]), encode_chunked=True)
    assert served.getresponse().read() == b"in pieces"


def test_over_a_real_socket_a_body_without_end_is_cut_off(served: http.client.HTTPConnection) -> None:
    served.request("POST", "/billing/pretend/echo", iter([b"x" * 65536] * 17), encode_chunked=True)
    assert served.getresponse().status == 413
