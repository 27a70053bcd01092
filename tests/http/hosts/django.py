"""A Django project with LaraBill's URLs included, asked through all of its middleware."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from tests.http.django import project
from tests.http.hosts.host import NAME, Behind, Host, token_of
from tests.http.hosts.wsgi import WsgiHost

from larabill_core.engine import Engine
from larabill_core.http.api import Api


@contextmanager
def open_django(behind: Behind) -> Iterator[Host]:
    project.configure()
    from django.conf import settings
    from django.contrib.sessions.backends.signed_cookies import SessionStore
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest
    from django.test import override_settings

    from larabill_core.access import Actor

    logins = behind.logins

    def principal(request: HttpRequest) -> Actor | None:
        return logins.get(token_of(request.headers.get("Authorization", ""), request.session.get("token", "")))

    def session(token: str) -> str:
        store = SessionStore()
        store["token"] = token
        store.save()
        return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"

    allowed = [NAME, "localhost"]  # what schemathesis asks
    with (
        mounted(behind.engine, principal=principal),
        override_settings(ALLOWED_HOSTS=allowed, SESSION_ENGINE=SessionStore.__module__),
    ):
        cookies = {name: session(token) for name, token in behind.tokens.items()}
        yield WsgiHost(name="django", prefix="/billing", tokens=behind.tokens, cookies=cookies, app=WSGIHandler())


@contextmanager
def mounted(engine: Engine, **changes: Any) -> Iterator[None]:
    """This engine is the project's, with these changes of its settings."""
    from django.conf import settings

    from larabill_django import opening
    from larabill_django.settings import read_settings

    known = attrs.evolve(read_settings(), authorize=None, manifest=engine.manifest, **changes)
    name = opening._database_name()
    here = opening.Opened(given=settings.LARABILL, settings=known, engine=engine, api=Api(engine))
    opening._process.opened[name] = here
    try:
        yield
    finally:
        del opening._process.opened[name]
