"""The application of `larabill serve`, with its own login by tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient
from tests.http.hosts.asgi import AsgiHost
from tests.http.hosts.host import Behind, Host

from larabill_fastapi.serving import make_app


@contextmanager
def open_serve(behind: Behind) -> Iterator[Host]:
    with TestClient(make_app(behind.engine, worker=False)) as client:
        yield AsgiHost(name="serve", prefix="", tokens=behind.tokens, cookies={}, client=client)
