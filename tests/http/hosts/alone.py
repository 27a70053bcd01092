"""The dispatcher behind the thinnest host there can be: a WSGI function that knows the table's paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from importlib.metadata import version
from typing import Any

import msgspec
from tests.http.hosts.host import Behind, Host, token_of
from tests.http.hosts.wsgi import WsgiHost

from larabill_core.access import Actor
from larabill_core.http.api import Api
from larabill_core.http.endpoint import JSON, PARAMETER
from larabill_core.http.openapi import openapi
from larabill_core.http.request import LARGEST_BODY, Request, Response


@contextmanager
def open_alone(behind: Behind) -> Iterator[Host]:
    api, logins = Api(behind.engine), behind.logins
    routes = [(re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", path)), path) for path in api.table.paths]
    document = msgspec.json.encode(openapi(api.table, version=version("larabill")))

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        answer = _answer(environ, document, api, routes, logins)
        start(f"{answer.status} -", list(answer.headers.items()))
        return [answer.body]

    cookies = {name: f"session={token}" for name, token in behind.tokens.items()}
    yield WsgiHost(name="alone", prefix="", tokens=behind.tokens, cookies=cookies, app=app)


def _answer(environ: dict[str, Any], document: bytes, api: Api, routes: Any, logins: Mapping[str, Actor]) -> Response:
    try:
        path = environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError:
        return Response(status=404, headers={}, body=b"")
    if path == "/openapi.json":
        return Response(status=200, headers={"Content-Type": JSON}, body=document)
    found = next(((match, template) for pattern, template in routes if (match := pattern.fullmatch(path))), None)
    if found is None:
        return Response(status=404, headers={}, body=b"")
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return api.handle(
        Request(
            method=environ["REQUEST_METHOD"],
            template=found[1],
            path=found[0].groupdict(),
            query=environ["QUERY_STRING"],
            headers=headers,
            body=_read(environ),
            host=environ["HTTP_HOST"],
            remote=environ.get("REMOTE_ADDR", ""),
            actor=_caller(headers, logins),
        )
    )


def _caller(headers: Mapping[str, str], logins: Mapping[str, Actor]) -> Actor | None:
    session = SimpleCookie(headers.get("cookie", "")).get("session")
    return logins.get(token_of(headers.get("authorization", ""), session.value if session else ""))


def _read(environ: dict[str, Any]) -> bytes:
    """No more than shows that it is too much."""
    size = LARGEST_BODY + 1
    if "wsgi.input_terminated" not in environ:
        size = min(size, int(environ.get("CONTENT_LENGTH") or 0))
    found = bytearray()
    while len(found) < size and (piece := environ["wsgi.input"].read(size - len(found))):
        found += piece
    return bytes(found)
