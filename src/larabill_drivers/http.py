"""The one HTTP client of all drivers: it ends in time, reads no more than it should, and tells sent from not sent.

No proxies from the environment, no redirects to other hosts, no compressed answers, no connection kept for later.
What a driver shows of a failure goes through `HttpClient.clean`.
"""

from __future__ import annotations

import email.utils
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx

from larabill_core.contracts.outcome import Failed, Outcome, Unknown
from larabill_core.errors import InvalidInput
from larabill_core.privacy import Secret, redact_text
from larabill_drivers.strict_json import LARGEST_BODY, decode_object, decode_value

MOST_REDIRECTS = 3


class NotSent(Exception):
    """The request certainly did not reach the provider."""


class Lost(Exception):
    """The request may have reached the provider, and its answer is not known."""


@attrs.frozen(kw_only=True)
class Answer:
    """What came back, whole. `phrase` is what stands after the status in its line; HTTP/2 has none."""

    status: int
    headers: httpx.Headers = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    phrase: str = attrs.field(default="", repr=False)

    def json(self) -> dict[str, Any]:
        """The JSON object in the body, strictly. Raises `InvalidInput`."""
        return decode_object(self.body, "answer")

    def value(self) -> Any:
        """The JSON value in the body, an object or not, strictly. Raises `InvalidInput`."""
        return decode_value(self.body, "answer")

    def failure(self, now: datetime) -> Outcome | None:
        """None for 2xx, whose body has the last word; else what the status means for a request that changes something.

        429 says that nothing happened; so does 4xx, except for 408, which like 5xx leaves everything open.
        """
        if 200 <= self.status < 300:
            return None
        reason = f"the provider answered {self.status}"
        if self.status == 429:
            return Failed(reason=reason, retryable=True, retry_after=self.retry_after(now), code="429")
        if self.status == 408 or self.status >= 500 or self.status < 200:
            return Unknown(reason=reason)
        return Failed(reason=reason, code=str(self.status))

    def retry_after(self, now: datetime) -> timedelta | None:
        """The header Retry-After, seconds or a date (RFC 9110, 10.2.3); None when absent or malformed."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return timedelta(seconds=int(text))
        with suppress(ValueError, TypeError):
            at = email.utils.parsedate_to_datetime(text)
            return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta(0))
        return None


class HttpClient:
    """Requests to one provider. `secrets` must never be shown; `redact_text` only knows those of a usual form."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[Secret] = (),
        deadline: timedelta = timedelta(seconds=30),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base = _checked_base(base_url)
        texts = sorted((secret.reveal() for secret in secrets if secret), key=len, reverse=True)
        self._secrets = [_pattern(text) for text in texts]
        self._seconds = deadline.total_seconds()
        self._client = httpx.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})},
            timeout=self._seconds,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
        )

    def close(self) -> None:
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | Sequence[str]] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, and for GET the redirects within the host. Raises `NotSent` or `Lost`."""
        url = self._base.copy_with(path=self._base.path.rstrip("/") + path)
        with _watchdog(self._seconds) as (trace, remaining):
            for _ in range(MOST_REDIRECTS + 1):
                request = self._client.build_request(
                    method,
                    url,
                    params=query,
                    json=json,
                    data=form,
                    headers=headers,
                    timeout=remaining(),
                    extensions={"trace": trace},
                )
                request.url = _WithoutQuery(request.url)
                answer = self._answer(request, remaining)
                target = url.join(answer.headers.get("location", "")) if 300 <= answer.status < 400 else url
                if target == url or method != "GET" or _origin(target) != _origin(url):
                    return answer
                url, query = target, None
        raise NotSent(f"more than {MOST_REDIRECTS} redirects")

    def clean(self, text: str) -> str:
        """`text` without our secrets, fit for a reason."""
        for secret in self._secrets:
            text = secret.sub("[redacted]", text)
        return redact_text(text)[:300]

    def _answer(self, request: httpx.Request, remaining: Any) -> Answer:
        try:
            response = self._client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as problem:
            raise NotSent(self.clean(f"{type(problem).__name__}: {problem}")) from None
        except httpx.HTTPError as problem:
            raise Lost(self.clean(f"{type(problem).__name__}: {problem}")) from None
        try:
            return Answer(
                status=response.status_code,
                headers=response.headers,
                body=_read(response, remaining),
                phrase=response.reason_phrase,
            )
        except httpx.HTTPError as problem:
            raise Lost(self.clean(f"{type(problem).__name__}: {problem}")) from None
        finally:
            response.close()


class _WithoutQuery(httpx.URL):
    """What httpx logs and shows of a request: some providers want their key in the query."""

    def __str__(self) -> str:
        return super().__str__().partition("?")[0]

    def __repr__(self) -> str:
        return f"URL({str(self)!r})"


def _pattern(secret: str) -> re.Pattern[str]:
    """The secret, each of its characters as it is or as a URL or form may spell it."""
    spelt = []
    for character in secret:
        coded = "".join(f"%{byte:02x}" for byte in character.encode(errors="surrogatepass"))
        spelt.append(f"(?:{re.escape(character)}|(?i:{coded}){'|[+]' if character == ' ' else ''})")
    return re.compile("".join(spelt))


def _read(response: httpx.Response, remaining: Any) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Lost("the answer is compressed, although we asked for none of that")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Lost(f"the answer has more than {LARGEST_BODY} bytes")
        if remaining() <= 0.01:
            raise Lost("the answer comes too slowly")
    return bytes(body)


def trusting(ca_file: Path) -> httpx.BaseTransport:
    """For a provider whose certificate was signed by an authority of its own, and by none that everybody knows."""
    return httpx.HTTPTransport(
        verify=ssl.create_default_context(cafile=ca_file), limits=httpx.Limits(max_keepalive_connections=0)
    )


@contextmanager
def _watchdog(seconds: float) -> Iterator[tuple[Any, Any]]:
    """A deadline for the whole, which the timeouts of single reads are not: a byte now and then would go on for ever.

    Gives a trace for httpx, by which the socket is learnt that is shut when time is up, and `remaining()` in seconds.
    Until there is a socket httpx's own timeout holds.
    """
    sockets: list[socket.socket] = []
    end = time.monotonic() + seconds

    def trace(event: str, info: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.append(info["return_value"].get_extra_info("socket"))
            if len(sockets) == 1:
                timer.interval = max(end - time.monotonic(), 0.0)
                timer.start()

    def shut() -> None:
        for connection in sockets[-1:]:
            with suppress(OSError):
                # socket's own: SSLSocket.shutdown would first touch the TLS state that another thread uses
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    try:
        yield trace, lambda: max(end - time.monotonic(), 0.01)
    finally:
        timer.cancel()


def _checked_base(text: str) -> httpx.URL:
    """Raises `InvalidInput`: credentials in a URL end in logs, and without TLS only this machine may be talked to."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as problem:
        raise InvalidInput.one("base_url", "is no URL") from problem
    if url.scheme not in ("https", "http") or not url.host or url.userinfo or url.query or url.fragment:
        raise InvalidInput.one("base_url", "must be https://HOST[:PORT][/PATH], without user, query and fragment")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise InvalidInput.one("base_url", "must be https, or everybody on the way can read the credentials")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
