"""Hosts that are WSGI applications, asked as a server would ask them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs
from tests.http.hosts.host import ADDRESS, NAME, Answer, Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app


@attrs.frozen(kw_only=True)
class WsgiHost:
    """`app` is the application."""

    name: str
    prefix: str
    tokens: Mapping[str, str]
    cookies: Mapping[str, str]
    app: Any
    kind: Literal["wsgi"] = "wsgi"

    def send(
        self,
        method: str,
        path: str,
        headers: Headers = (),
        body: bytes | Iterable[bytes] | None = None,
        *,
        remote: str = ADDRESS,
    ) -> Answer:
        whole = body if isinstance(body, bytes) else None
        builder = EnvironBuilder(
            method=method,
            path=self.prefix + path,
            base_url=f"http://{NAME}",
            headers=list(headers),
            data=whole,
        )
        environ = {**builder.get_environ(), "REMOTE_ADDR": remote}
        if body is not None and not isinstance(body, bytes):
            environ |= {"wsgi.input": _Pieces(body), "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
            environ.pop("CONTENT_LENGTH", None)
        pieces, status, sent = run_wsgi_app(self.app, environ, buffered=True)
        found = {name.lower(): value for name, value in sent.items()}
        return Answer(status=int(status.split()[0]), headers=found, body=b"".join(pieces))


class _Pieces(io.RawIOBase):
    """A stream that ends when its pieces do, which may be never: `readinto` takes one at a time."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
