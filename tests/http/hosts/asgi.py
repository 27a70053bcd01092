"""Hosts that are ASGI applications, asked as a server would ask them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Literal

import attrs
import httpx
from starlette.testclient import TestClient
from tests.http.hosts.host import ADDRESS, NAME, Answer, Headers


@attrs.frozen(kw_only=True)
class AsgiHost:
    """`client` is open as long as the host is."""

    name: str
    prefix: str
    tokens: Mapping[str, str]
    cookies: Mapping[str, str]
    client: TestClient
    kind: Literal["asgi"] = "asgi"

    @property
    def app(self) -> Any:
        return self.client.app

    def send(
        self,
        method: str,
        path: str,
        headers: Headers = (),
        body: bytes | Iterable[bytes] | None = None,
        *,
        remote: str = ADDRESS,
    ) -> Answer:
        content = body if body is None or isinstance(body, bytes) else _pieces(body)
        # without a client, which would add headers of its own and read a body to its end
        request = httpx.Request(method, f"http://{NAME}{self.prefix}{path}", headers=list(headers), content=content)
        transport = httpx.ASGITransport(self.app, client=(remote, 50_000))

        async def ask() -> Answer:
            response = await transport.handle_async_request(request)
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status_code, headers=found, body=await response.aread())

        assert self.client.portal is not None
        return self.client.portal.call(ask)


async def _pieces(body: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in body:
        yield piece
