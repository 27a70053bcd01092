"""A `FakeApi` on a real socket, and as a transport of httpx in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx

from larabill_drivers.world.http_api import Environ, FakeApi, Request, Wire

LONGEST_HANG = 600.0
"""Seconds after which a provider that never answers hangs up: longer than any deadline."""


class InProcess(httpx.BaseTransport):
    """Requests to the fake without a socket. What takes too long does so at once, as httpx would tell it."""

    def __init__(self, api: FakeApi) -> None:
        self._api = api

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises what httpx raises for a provider that hangs or hangs up."""
        wire = self._api.respond(
            Request(
                method=request.method,
                path=request.url.raw_path.decode().partition("?")[0],
                query=parse_qs(request.url.query.decode(), keep_blank_values=True),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
            )
        )
        if wire.end == "hang":
            raise httpx.ReadTimeout("no answer in time", request=request)
        return httpx.Response(wire.status, headers=wire.headers, stream=_Stream(wire, request))


class _Stream(httpx.SyncByteStream):
    def __init__(self, wire: Wire, request: httpx.Request) -> None:
        self._wire, self._request = wire, request

    def __iter__(self) -> Iterator[bytes]:
        match self._wire.end:
            case "cut":
                yield self._wire.body[: self._wire.sent]
                raise httpx.RemoteProtocolError("the provider has hung up", request=self._request)
            case "drip":
                yield self._wire.body[:1]
                raise httpx.ReadTimeout("the answer comes too slowly", request=self._request)
            case _:
                yield self._wire.body


def answer_wsgi(api: FakeApi, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request of a WSGI server."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    named = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    wire = api.respond(
        Request(
            method=environ["REQUEST_METHOD"],
            path=environ.get("REQUEST_URI", environ["PATH_INFO"]).partition("?")[0],
            query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
            headers={**named, "content-type": environ.get("CONTENT_TYPE", "")},
            body=environ["wsgi.input"].read(length),
        )
    )
    if wire.end == "hang":
        time.sleep(LONGEST_HANG)
    headers = {**wire.headers, "Content-Length": str(len(wire.body))}
    start_response(f"{wire.status} {HTTPStatus(wire.status).phrase}", [*headers.items()])
    return _bytes(wire)


def _bytes(wire: Wire) -> Iterator[bytes]:
    match wire.end:
        case "cut":
            yield wire.body[: wire.sent]
        case "drip":
            for place in range(len(wire.body)):
                yield wire.body[place : place + 1]
                time.sleep(1)
        case _:
            yield wire.body


@contextmanager
def serving(api: FakeApi, port: int = 0) -> Iterator[str]:
    """The fake on a loopback port (0: any free one) until the context ends; gives its address."""
    with make_server("127.0.0.1", port, api, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests carry credentials."""
