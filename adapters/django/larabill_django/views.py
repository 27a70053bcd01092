"""Django's request into ours, and our response into Django's. There is no logic here."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from larabill_core.errors import ConfigurationError
from larabill_core.http.endpoint import JSON
from larabill_core.http.openapi import served
from larabill_core.http.request import LARGEST_BODY, Request
from larabill_django.opening import opened
from larabill_django.settings import read_settings


# Exempt, because Django's token is for forms: the core refuses every change with a cookie that does not come from this
# site, by what the browser says of its origin; gateways, and clients that log in otherwise, could send no such token.
# Not in a transaction of ATOMIC_REQUESTS: the engine has its own, which it runs again when the database asks for that.
@csrf_exempt
@non_atomic_requests
def endpoint(request: HttpRequest, template: str, **values: str) -> HttpResponse:
    """One request to an endpoint."""
    here = opened()
    answer = here.api.handle(
        Request(
            method=request.method or "",
            template=template,
            path=values,
            query=request.META.get("QUERY_STRING", ""),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=_body(request),
            host=request.get_host(),
            remote=request.META.get("REMOTE_ADDR", ""),
            actor=here.settings.principal(request),
        )
    )
    response = HttpResponse(answer.body, status=answer.status)
    del response["Content-Type"]  # Django's default; an answer without a body has none
    for name, value in answer.headers.items():
        response[name] = value
    return response


def _body(request: HttpRequest) -> bytes:
    """As much of it as shows that it is too large.

    Django takes a body without a length, sent in chunks, for an empty one: there a server that ends the stream itself
    (PEP 3333 leaves it to `wsgi.input_terminated`) is read directly.
    """
    ends = request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH")
    source = request.META["wsgi.input"] if ends else request
    found = bytearray()
    while len(found) <= LARGEST_BODY and (piece := source.read(LARGEST_BODY + 1 - len(found))):
        found += piece
    return bytes(found)


@require_safe
@non_atomic_requests
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of what is mounted here. Public."""
    prefix = request.path.removesuffix("/openapi.json")
    return HttpResponse(served(opened().api.table, prefix), content_type=JSON)


def refused(request: HttpRequest) -> HttpResponse:
    """In place of all endpoints while the settings have faults."""
    try:
        read_settings()
    except ConfigurationError as problem:
        raise ImproperlyConfigured(str(problem)) from None
    raise ImproperlyConfigured("LARABILL had faults when the routes were made: start this process again")
