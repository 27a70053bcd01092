"""A page of each host's own that calls the use case: what its developer would write without LaraBill's HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.http.estate import Estate
from tests.http.hosts.host import Host

Read = Callable[[], bytes]
PAGE: Final = "/a/page"
JSON: Final = "application/json"


def add_page(name: str, host: Host, estate: Estate, read: Read) -> None:
    """At `PAGE`, with the login that the host has for LaraBill, and before all other routes.

    It must come before the host's first request.
    """
    pages: dict[str, Callable[[Any, Estate, Read], None]] = {
        "flask": _flask,
        "django": _django,
        "fastapi": _fastapi,
        "serve": _serve,
    }
    pages[name](host, estate, read)


def _login(estate: Estate, authorization: str) -> None:
    if estate.logins.get(authorization.removeprefix("Bearer ")) is None:
        raise AssertionError("the page is for customers")


def _flask(host: Any, estate: Estate, read: Read) -> None:
    import flask

    def page() -> flask.Response:
        _login(estate, flask.request.headers["Authorization"])
        return flask.Response(read(), content_type=JSON)

    host.app.add_url_rule(PAGE, view_func=page)


def _django(host: Any, estate: Estate, read: Read) -> None:
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from tests.http.django import routes

    def page(request: HttpRequest) -> HttpResponse:
        _login(estate, request.headers["Authorization"])
        return HttpResponse(read(), content_type=JSON)

    routes.urlpatterns.insert(0, path(PAGE.lstrip("/"), page))


def _fastapi(host: Any, estate: Estate, read: Read) -> None:
    from fastapi import Depends, Header

    async def login(authorization: str = Header()) -> None:
        _login(estate, authorization)

    _first(host.app, read, Depends(login))


def _serve(host: Any, estate: Estate, read: Read) -> None:
    from fastapi import Depends

    from larabill_fastapi.serving import token_login

    _first(host.app, read, Depends(token_login(estate.engine)))


def _first(app: Any, read: Read, login: Any) -> None:
    from fastapi import Response

    def page() -> Response:
        return Response(read(), media_type=JSON)

    app.add_api_route(PAGE, page, dependencies=[login])
    app.router.routes.insert(0, app.router.routes.pop())
