"""A Flask application with LaraBill as an extension."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import flask
from tests.http.estate import Estate
from tests.http.hosts.host import Host
from tests.http.hosts.wsgi import WsgiHost

from larabill_core.access import Actor
from larabill_flask import Larabill

PREFIX = "/api"


@contextmanager
def open_flask(estate: Estate) -> Iterator[Host]:
    logins = estate.logins
    app = flask.Flask(__name__)
    app.config["LARABILL_URL_PREFIX"] = PREFIX
    larabill = Larabill(app, estate.engine)

    @larabill.principal
    def caller(request: flask.Request) -> Actor | None:
        return logins.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    yield WsgiHost(name="flask", prefix=PREFIX, tokens=estate.tokens, app=app)
