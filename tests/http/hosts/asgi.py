"""Hosts that are ASGI applications, asked as a server would ask them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs
from starlette.testclient import TestClient
from tests.http.hosts.host import NAME, Answer, Headers


@attrs.frozen(kw_only=True)
class AsgiHost:
    """`client` is open as long as the host is."""

    name: str
    prefix: str
    tokens: Mapping[str, str]
    client: TestClient
    kind: Literal["asgi"] = "asgi"

    @property
    def app(self) -> Any:
        return self.client.app

    def send(
        self, method: str, path: str, headers: Headers = (), body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        content = body if body is None or isinstance(body, bytes) else iter(body)
        # what the client sends by itself, and a server would not
        plain = [("user-agent", ""), *headers]
        response = self.client.request(method, f"http://{NAME}{self.prefix}{path}", headers=plain, content=content)
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=found, body=response.content)
