"""The application that `larabill serve` runs: the router alone, at the root, with tokens as the login."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import Depends, FastAPI, Request, Response

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.http.answers import problem_response
from larabill_core.http.limits import RateLimiter
from larabill_core.http.tokens import actor_of
from larabill_core.ids import new_id, public_id
from larabill_fastapi.lifespan import larabill_lifespan
from larabill_fastapi.router import larabill_router

_log = logging.getLogger(__name__)


def make_app(engine: Engine, *, worker: bool) -> FastAPI:
    """All endpoints of the modules that are on, and `/openapi.json`; with `worker` it carries out jobs too."""
    # nothing is redirected: the address would be that of the request's own Host header
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=larabill_lifespan(engine, worker=worker))
    app.include_router(larabill_router(engine, principal=Depends(token_login(engine)), prefix=""))
    app.add_exception_handler(LarabillError, _problem)
    return app


def token_login(engine: Engine) -> Callable[[Request], Actor | None]:
    """Whoever the `Authorization: Bearer lbt_…` of a request stands for.

    Wrong tokens are guesses and counted by address: beyond those of a minute they are told so (429). A token that
    counts is never held up by what others of its address try.
    """
    limiter = RateLimiter(engine.manifest.basics.rate_limits)

    def login(request: Request) -> Actor | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        actor = actor_of(engine, token.strip())
        if actor is None:
            limiter.guess(None, request.client.host if request.client else "")
        return actor

    return login


async def _problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, LarabillError):
        raise error
    request_id = public_id("req", new_id())
    response = problem_response(error, request_id)
    if response.status >= 500:
        _log.error("request %s failed: %s", request_id, type(error).__name__, exc_info=error)
    return Response(response.body, status_code=response.status, headers=dict(response.headers))
