"""The application of `larabill serve`, with its own login by tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient
from tests.http.estate import Estate
from tests.http.hosts.asgi import AsgiHost
from tests.http.hosts.host import ADDRESS, Host

from larabill_fastapi.serving import make_app


@contextmanager
def open_serve(estate: Estate) -> Iterator[Host]:
    with TestClient(make_app(estate.engine, worker=False), client=(ADDRESS, 50_000)) as client:
        yield AsgiHost(name="serve", prefix="", tokens=estate.tokens, client=client)
