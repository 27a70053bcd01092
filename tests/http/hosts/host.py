"""What tests know of an application around LaraBill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias

import attrs
import msgspec

from larabill_core.access import Actor
from larabill_core.engine import Engine

Headers: TypeAlias = Sequence[tuple[str, str]]

NAME: Final = "shop.test"
"""What the application calls itself, and `Origin` is compared with."""
ADDRESS: Final = "203.0.113.7"


@attrs.frozen(kw_only=True)
class Answer:
    """Names in `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def data(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body) if self.body else None


class Behind(Protocol):
    """What stands behind a host: `logins` says who somebody is by their token, `tokens` what a principal's is."""

    @property
    def engine(self) -> Engine: ...

    @property
    def tokens(self) -> Mapping[str, str]: ...

    @property
    def logins(self) -> Mapping[str, Actor]: ...


class Host(Protocol):
    """An application. Whoever sends `Authorization: Bearer {tokens[name]}` is the principal of that name.

    So is whoever sends `Cookie: {cookies[name]}`, a session of the host's own kind; none where the host has no such.
    """

    @property
    def name(self) -> str: ...

    @property
    def prefix(self) -> str:
        """Where LaraBill is mounted."""

    @property
    def tokens(self) -> Mapping[str, str]: ...

    @property
    def cookies(self) -> Mapping[str, str]: ...

    @property
    def kind(self) -> Literal["wsgi", "asgi"]: ...

    @property
    def app(self) -> Any: ...

    def send(
        self,
        method: str,
        path: str,
        headers: Headers = (),
        body: bytes | Iterable[bytes] | None = None,
        *,
        remote: str = ADDRESS,
    ) -> Answer:
        """`path` is below the prefix, encoded, with its query. A body in pieces is sent chunked, without a length, and
        the next piece is made when the host asks for it. `remote`: the address of who sends.
        """


def token_of(authorization: str, session: str) -> str:
    """The token that a request bears, else that of its session: a header of another kind says nothing."""
    scheme, _, token = authorization.partition(" ")
    return token if scheme == "Bearer" else session


def bearer(host: Host, who: str | None) -> list[tuple[str, str]]:
    """The headers of somebody."""
    return [] if who is None else [("Authorization", f"Bearer {host.tokens[who]}")]
