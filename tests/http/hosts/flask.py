"""A Flask application with LaraBill as an extension."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import flask
from flask.sessions import SecureCookieSessionInterface
from tests.http.hosts.host import Behind, Host, token_of
from tests.http.hosts.wsgi import WsgiHost

from larabill_core.access import Actor
from larabill_flask import Larabill

PREFIX = "/api"


@contextmanager
def open_flask(behind: Behind) -> Iterator[Host]:
    logins = behind.logins
    app = flask.Flask(__name__)
    app.secret_key = "of tests alone"
    app.config["LARABILL_URL_PREFIX"] = PREFIX
    larabill = Larabill(app, behind.engine)

    @larabill.principal
    def caller(request: flask.Request) -> Actor | None:
        return logins.get(token_of(request.headers.get("Authorization", ""), flask.session.get("token", "")))

    sessions = SecureCookieSessionInterface().get_signing_serializer(app)
    assert sessions is not None
    cookies = {name: f"session={sessions.dumps({'token': token})}" for name, token in behind.tokens.items()}
    yield WsgiHost(name="flask", prefix=PREFIX, tokens=behind.tokens, cookies=cookies, app=app)
