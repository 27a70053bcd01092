"""The endpoints as routes of Flask's: a request in, a response out, and nothing decided in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import IO, TypeAlias

import flask

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.http.api import Api, Authorize
from larabill_core.http.endpoint import JSON, PARAMETER
from larabill_core.http.openapi import served
from larabill_core.http.request import LARGEST_BODY, METHODS, Request
from larabill_core.http.table import Table

Principal: TypeAlias = Callable[[flask.Request], Actor | None]


def blueprint(
    engine: Engine, *, principal: Principal, authorize: Authorize | None = None, name: str = "larabill"
) -> flask.Blueprint:
    """The endpoints alone, for an application that opens the engine itself: `app.register_blueprint(…, url_prefix=…)`.

    `principal` says who asks, or None for nobody; `authorize`, where it is given, is asked in place of the roles.
    """
    api = Api(engine, authorize=authorize)
    return routes(api.table, lambda: api, principal, name)


def routes(table: Table, api: Callable[[], Api], principal: Principal, name: str) -> flask.Blueprint:
    """A route for each path of the table, for every method. `api` is called at each request."""
    made = flask.Blueprint(name, __name__)
    made.add_url_rule("/openapi.json", "openapi", partial(_document, table))
    for path in table.paths:
        made.add_url_rule(
            PARAMETER.sub(r"<\1>", path),
            path.strip("/").replace("/", "_").replace(".", "_"),
            partial(_answer, api, principal, path),
            methods=METHODS,
            provide_automatic_options=False,
            merge_slashes=False,
        )
    return made


def _answer(api: Callable[[], Api], principal: Principal, template: str, **path: str) -> flask.Response:
    native = flask.request
    request = Request(
        method=native.method,
        template=template,
        path=path,
        query=native.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in native.headers},
        body=_body(native),
        host=native.host,
        remote=native.remote_addr or "",
        actor=principal(native),
    )
    response = api().handle(request)
    answer = flask.Response(response.body, response.status)
    answer.headers.pop("Content-Type")  # Flask's default; ours comes with the others
    answer.headers.update(response.headers)
    return answer


def _body(native: flask.Request) -> bytes:
    """At most one byte more than is allowed. What the host has read already is taken from where Flask keeps it."""
    if native.content_length is not None and native.content_length <= LARGEST_BODY:
        return native.get_data()
    return _up_to(native.stream, LARGEST_BODY + 1)


def _up_to(stream: IO[bytes], most: int) -> bytes:
    parts: list[bytes] = []
    while most and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _document(table: Table) -> flask.Response:
    prefix = flask.request.script_root + flask.request.path.removesuffix("/openapi.json")
    return flask.Response(served(table, prefix), content_type=JSON)
