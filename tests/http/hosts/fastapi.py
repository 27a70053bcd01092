"""A FastAPI application with LaraBill mounted as a router."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from starlette.testclient import TestClient
from tests.http.estate import Estate
from tests.http.hosts.asgi import AsgiHost
from tests.http.hosts.host import ADDRESS, Host

from larabill_core.access import Actor
from larabill_fastapi import larabill_router

PREFIX = "/shop"


@contextmanager
def open_fastapi(estate: Estate) -> Iterator[Host]:
    logins = estate.logins

    def caller(authorization: Annotated[str, Header()] = "") -> Actor | None:
        return logins.get(authorization.removeprefix("Bearer "))

    app = FastAPI(openapi_url=None)
    app.include_router(larabill_router(estate.engine, principal=Depends(caller), prefix=PREFIX))
    with TestClient(app, client=(ADDRESS, 50_000)) as client:
        yield AsgiHost(name="fastapi", prefix=PREFIX, tokens=estate.tokens, client=client)
