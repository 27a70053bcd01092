"""A FastAPI application with LaraBill mounted as a router."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Header, Request
from itsdangerous import TimestampSigner
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient
from tests.http.hosts.asgi import AsgiHost
from tests.http.hosts.host import Behind, Host, token_of

from larabill_core.access import Actor
from larabill_fastapi import larabill_router

PREFIX: Final = "/shop"
SECRET: Final = "of tests alone"


@contextmanager
def open_fastapi(behind: Behind) -> Iterator[Host]:
    logins = behind.logins

    async def caller(request: Request, authorization: Annotated[str, Header()] = "") -> Actor | None:
        return logins.get(token_of(authorization, request.session.get("token", "")))

    app = FastAPI(openapi_url=None)
    app.add_middleware(SessionMiddleware, secret_key=SECRET)
    app.include_router(larabill_router(behind.engine, principal=Depends(caller), prefix=PREFIX))
    cookies = {name: f"session={_session(token)}" for name, token in behind.tokens.items()}
    with TestClient(app) as client:
        yield AsgiHost(name="fastapi", prefix=PREFIX, tokens=behind.tokens, cookies=cookies, client=client)


def _session(token: str) -> str:
    """As Starlette writes it."""
    return TimestampSigner(SECRET).sign(b64encode(json.dumps({"token": token}).encode())).decode()
