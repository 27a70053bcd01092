"""A Django project with LaraBill's URLs included, asked through all of its middleware."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from tests.http.django import project
from tests.http.estate import Estate
from tests.http.hosts.host import NAME, Host
from tests.http.hosts.wsgi import WsgiHost

from larabill_core.http.api import Api


@contextmanager
def open_django(estate: Estate) -> Iterator[Host]:
    project.configure()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest
    from django.test import override_settings

    from larabill_core.access import Actor
    from larabill_django import opening
    from larabill_django.settings import read_settings

    logins, engine = estate.logins, estate.engine

    def principal(request: HttpRequest) -> Actor | None:
        return logins.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    known = attrs.evolve(read_settings(), principal=principal, authorize=None, manifest=engine.manifest)
    name = opening._database_name()
    here = opening.Opened(given=settings.LARABILL, settings=known, engine=engine, api=Api(engine))
    opening._process.opened[name] = here
    try:
        with override_settings(ALLOWED_HOSTS=[NAME, "localhost"]):  # what schemathesis asks
            yield WsgiHost(name="django", prefix="/billing", tokens=estate.tokens, app=WSGIHandler())
    finally:
        del opening._process.opened[name]
