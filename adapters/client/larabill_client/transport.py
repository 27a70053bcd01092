"""How a call goes out: login, keys, versions, retries; and how its answer is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec

from larabill_client.problems import ApiProblem

T = TypeVar("T")

TRIES: Final = 5
LONGEST_WAIT: Final = 30.0


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A document. `media_type` is what the API says it is."""

    content: bytes
    media_type: str


class Transport:
    """A connection to one API; usable by several threads, and as a context that closes it.

    `http` may be a client of your own, with the cookies, certificates or proxies of your host; its address is
    then put in place by `url`. Nothing is followed to another address.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        http: httpx.Client | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = http if http is not None else httpx.Client(timeout=30.0)
        self._wait = wait

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _ask(self, answer: type[T], method: str, path: str, **asked: Any) -> T:
        """Raises `ApiProblem`, and httpx's errors where nothing came back."""
        return msgspec.json.decode(self._send(method, path, **asked).content, type=answer)

    def _fetch(self, method: str, path: str, **asked: Any) -> File:
        response = self._send(method, path, **asked)
        return File(content=response.content, media_type=response.headers.get("content-type", ""))

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        keyed: bool = False,
        key: str | None = None,
        version: int | None = None,
    ) -> httpx.Response:
        sent = {**self._headers, **(headers or {})}
        if keyed:
            sent["Idempotency-Key"] = key or str(uuid4())
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        if body is not None:
            sent["Content-Type"], content = "application/json", msgspec.json.encode(body)
        params = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        request = self._http.build_request(method, self._url + path, params=params, content=content, headers=sent)
        return self._answer(request, may_repeat=keyed or method == "GET")

    def _answer(self, request: httpx.Request, *, may_repeat: bool) -> httpx.Response:
        """With tries: where the first request with this key is still in flight, or the API is not ready for it, and
        where the line broke and asking again does nothing twice."""
        for tries in range(1, TRIES + 1):
            try:
                response = self._http.send(request, follow_redirects=False)
            except httpx.TransportError:
                if tries == TRIES or not may_repeat:
                    raise
                self._wait(_pause(tries, None))
                continue
            if response.is_success:
                return response
            problem = ApiProblem(response)
            if tries == TRIES or (problem.status != 503 and problem.code != "in-flight"):
                raise problem
            self._wait(_pause(tries, problem.retry_after))
        raise AssertionError("the last try returns or raises")


def _pause(tries: int, asked: int | None) -> float:
    """Seconds."""
    return min(LONGEST_WAIT, float(asked) if asked is not None else 0.25 * 2**tries)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _part(value: str) -> str:
    """A value as one part of a path."""
    return quote(value, safe="")
