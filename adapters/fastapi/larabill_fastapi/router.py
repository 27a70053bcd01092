"""The endpoint table as native routes: each reads the raw body, asks the host who calls, and hands over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response, params
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError
from larabill_core.http import request as ours
from larabill_core.http.api import Api, Authorize
from larabill_core.http.endpoint import JSON
from larabill_core.http.openapi import served


class Section(APIRouter):
    """The routes below one first part of the path: when another is meant, none of them is tried."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._begins = f"/{name}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if self._begins in scope["path"] else (Match.NONE, {})


class LarabillRouter(APIRouter):
    """A router that knows its own OpenAPI document, for `larabill_openapi`."""

    document: dict[str, Any]


def larabill_router(
    engine: Engine, *, principal: Any, authorize: Authorize | None = None, prefix: str = "/larabill"
) -> LarabillRouter:
    """All endpoints under `prefix`, and `{prefix}/openapi.json`: `app.include_router(larabill_router(…))`.

    `principal` is a `Depends(…)` of the host that gives the `Actor` who calls, or None for nobody. `authorize`, where
    it is given, is asked in place of the roles of the manifest. Raises `ConfigurationError`.
    """
    if not isinstance(principal, params.Depends):
        # FastAPI would take anything else for the default of a query parameter, which a caller could then set
        raise ConfigurationError.one(
            "principal", "must be a dependency", remedy="write principal=Depends(your_function)"
        )
    api = Api(engine, authorize=authorize)
    router = LarabillRouter(prefix=prefix)
    router.document = msgspec.json.decode(served(api.table, prefix))

    def document() -> Response:
        return Response(served(api.table, prefix), media_type=JSON)

    router.add_api_route("/openapi.json", document, methods=["GET"], include_in_schema=False)
    for name, templates in api.table.sections.items():
        section = Section(name)
        for template in templates:
            endpoint = _endpoint(api, template, principal)
            section.add_api_route(template, endpoint, methods=list(ours.METHODS), include_in_schema=False)
        router.include_router(section)
    return router


def _endpoint(api: Api, template: str, principal: Any) -> Callable[..., Response]:
    """A plain function, so that FastAPI runs it in its thread pool. When it returns, all is committed."""

    def answer(request: Request, body: bytes = Depends(read_body), actor: Any = principal) -> Response:
        response = api.handle(
            ours.Request(
                method=request.method,
                template=template,
                path=request.path_params,
                query=request.scope["query_string"].decode("latin-1"),
                headers=_headers(request),
                body=body,
                host=request.headers.get("host", ""),
                remote=request.client.host if request.client else "",
                actor=actor,
            )
        )
        return Response(response.body, status_code=response.status, headers=dict(response.headers))

    return answer


async def read_body(request: Request) -> bytes:
    """The raw bytes, and no more of them than show that it is too many."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > ours.LARGEST_BODY:
                break
    except ClientDisconnect:
        # half a request is none; nobody is there to read this
        raise HTTPException(400, "the request was cut off") from None
    return bytes(body[: ours.LARGEST_BODY + 1])


def _headers(request: Request) -> dict[str, str]:
    """A header that is sent twice is one with both values, as RFC 9110, section 5.3, has it."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
