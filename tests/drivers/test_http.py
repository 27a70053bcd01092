"""The HTTP client ends in time, reads no more than it should, shows no secret, and tells sent from not sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from tests.drivers.asking import NOW
from werkzeug import Request, Response

from larabill_core.contracts.outcome import Failed, Unknown
from larabill_core.errors import InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.http import Answer, HttpClient, Lost, NotSent
from larabill_drivers.strict_json import LARGEST_BODY

SHORT = timedelta(milliseconds=400)
TOKEN = Secret("very-own-token-0123")


@contextmanager
def client(url: str, **options: Any) -> Iterator[HttpClient]:
    options = {"headers": {"X-Key": TOKEN.reveal()}, "secrets": [TOKEN], **options}
    http = HttpClient(url, **options)
    try:
        yield http
    finally:
        http.close()


@contextmanager
def serving(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A raw server for one connection; `serve` gets it, and an event that is set when the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                try:
                    serve(connection, over)
                except OSError:
                    return

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            thread.join(10)


def test_a_request_carries_all_and_brings_the_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request(
        "/api/things",
        method="POST",
        query_string={"dry": "no"},
        json={"a": 1},
        headers={"X-Key": TOKEN.reveal(), "Idempotency-Key": "k1"},
    ).respond_with_json({"id": "t1"})
    with client(httpserver.url_for("/api")) as http:
        answer = http.request("POST", "/things", query={"dry": "no"}, json={"a": 1}, headers={"Idempotency-Key": "k1"})
    assert (answer.status, answer.json(), answer.failure(NOW)) == (200, {"id": "t1"}, None)


def test_a_form_is_sent_as_a_form(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x", method="POST", data="a%5Bb%5D=1").respond_with_data("{}")
    with client(httpserver.url_for("/")) as http:
        assert http.request("POST", "/x", form={"a[b]": "1"}).status == 200


def test_a_refused_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as http, pytest.raises(NotSent):
        http.request("POST", "/x")


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait(10)


def cut_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def no_http(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n")


def closes(connection: socket.socket, over: threading.Event) -> None:
    pass


def drips_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def drips_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def floods(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def compressed(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize("serve", [cut_body, no_http, closes, floods, compressed])
def test_an_answer_that_does_not_come_whole_is_lost(serve: Any) -> None:
    with serving(serve) as url, client(url) as http, pytest.raises(Lost):
        http.request("POST", "/x")


@pytest.mark.parametrize("serve", [silent, drips_headers, drips_body])
def test_the_deadline_holds_for_the_whole_however_slowly_bytes_come(serve: Any) -> None:
    with serving(serve) as url, client(url, deadline=SHORT) as http, pytest.raises(Lost):
        http.request("POST", "/x")


def test_a_redirect_within_the_host_is_followed_for_get_only(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_json({"here": True})
    with client(httpserver.url_for("/")) as http:
        assert http.request("GET", "/a").json() == {"here": True}
        assert http.request("POST", "/a").failure(NOW) == Failed(reason="the provider answered 302", code="302")


def test_a_redirect_to_another_host_is_not_followed(httpserver: HTTPServer) -> None:
    asked: list[str] = []

    def elsewhere(request: Request) -> Response:
        asked.append(request.path)
        return Response("", 302, {"Location": f"http://localhost:{httpserver.port}/b"})

    httpserver.expect_request("/a").respond_with_handler(elsewhere)
    httpserver.expect_request("/b").respond_with_json({})
    with client(httpserver.url_for("/").replace("localhost", "127.0.0.1")) as http:
        assert http.request("GET", "/a").status == 302
    assert asked == ["/a"]


def test_redirects_do_not_go_on_for_ever(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("", status=302, headers={"Location": "/a"})
    with client(httpserver.url_for("/")) as http, pytest.raises(NotSent, match="redirects"):
        http.request("GET", "/a")


def test_proxies_of_the_environment_are_ignored(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    httpserver.expect_request("/x").respond_with_json({})
    with client(httpserver.url_for("/")) as http:
        assert http.request("GET", "/x").status == 200


def answer(status: int, **headers: str) -> Answer:
    return Answer(status=status, headers=httpx.Headers(headers), body=b"")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 301])
def test_a_refusal_is_a_failure_for_good(status: int) -> None:
    assert answer(status).failure(NOW) == Failed(reason=f"the provider answered {status}", code=str(status))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408])
def test_what_may_have_been_done_is_unknown(status: int) -> None:
    assert isinstance(answer(status).failure(NOW), Unknown)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("Sat, 31 Jan 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Sat, 31 Jan 2026 11:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-1", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_retry_after_is_honoured(value: str, wait: timedelta | None) -> None:
    outcome = answer(429, **{"Retry-After": value}).failure(NOW)
    assert outcome == Failed(reason="the provider answered 429", retryable=True, retry_after=wait, code="429")


def test_secrets_are_not_shown() -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"broken while sending {TOKEN.reveal()} password=hunter22")

    broken = client("https://panel.example", transport=httpx.MockTransport(breaks))
    with broken as http, pytest.raises(Lost) as problem:
        http.request("POST", "/x")
    assert TOKEN.reveal() not in str(problem.value)
    assert "hunter22" not in str(problem.value)


@pytest.mark.parametrize("spelt", ["k y+/1\u00e9", "k%20y%2B%2F1%C3%A9", "k+y%2b%2f1%c3%a9", "%6B y+%2f1%C3%a9"])
def test_a_secret_is_not_shown_however_a_url_spells_it(spelt: str) -> None:
    with client("https://panel.example", secrets=[Secret("k y"), Secret("k y+/1\u00e9")]) as http:
        assert http.clean(f"at /x?key={spelt}&a=1") == "at /x?key=[redacted]&a=1"


def test_a_query_is_sent_and_neither_logged_nor_shown(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    httpserver.expect_request("/x", query_string="key=very-own&a=1&a=2").respond_with_data("")
    caplog.set_level("DEBUG")
    with client(httpserver.url_for("/")) as http:
        assert http.request("GET", "/x", query={"key": "very-own", "a": ["1", "2"]}).status == 200
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("http")]
    assert any("/x " in line for line in logged)
    assert not any("very-own" in line for line in logged)


def test_a_body_is_read_strictly() -> None:
    with pytest.raises(InvalidInput, match="not finite"):
        Answer(status=200, headers=httpx.Headers(), body=b'{"a": NaN}').json()
    assert LARGEST_BODY == 1024 * 1024


@pytest.mark.parametrize(
    "url",
    [
        "panel.example",
        "ftp://panel.example",
        "https://",
        "https://user:pass@panel.example",
        "https://panel.example/?a=1",
        "http://panel.example",
        "https://panel.example/#x",
        "http://[::1",
    ],
)
def test_a_base_url_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="base_url"):
        HttpClient(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://panel.example/api/"]
)
def test_tls_or_this_machine(url: str) -> None:
    HttpClient(url).close()
