"""The rows of the endpoint table. Each feature has its own in `endpoints.py`, beside the wire types in `wire.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar
from uuid import UUID

import attrs
import msgspec

from larabill_core.access import Actor, own
from larabill_core.errors import StaleVersion
from larabill_core.ids import PREFIXES

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Scope: TypeAlias = Literal["own", "seller", "installation", "public"]
Q = TypeVar("Q")
B = TypeVar("B")

JSON: Final = "application/json"
PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
KIND_PREFIX: Final[Mapping[str, str]] = {kind.replace(" ", "_"): prefix for prefix, kind in PREFIXES.items()}
"""A path parameter that is named like a kind of thing holds that kind's public id: `{invoice}` is `inv_…`."""


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No query parameters."""


@attrs.frozen(kw_only=True)
class Endpoint:
    """One row. `id` is OpenAPI's operationId, in snake case, and the client's method.

    `scope` says whose rows: "own": a customer sees their own, staff all of their seller's; "seller": staff only;
    "installation": staff who are bound to no seller among several; "public": whoever, the handler verifies. `ability`
    is demanded before anything else is looked at; only a public endpoint has none.

    `query` and `body` are msgspec Structs that forbid unknown fields; `answer` is one too, or `Document` for a file,
    or None for nothing. `handler` is a target "package.module:function", called as `f(tx, call)` in one transaction of
    the seller, or, when `external`, as `f(engine, call)` without one. `raw`: the body's bytes are handed over unread.

    A POST that is not `idempotent` demands an `Idempotency-Key`. `versioned`: demands `If-Match` with the version that
    the answer's ETag showed. `guessed`: the field of the body that holds codes; a customer who is refused with one has
    made a guess, of which there are few in a minute (B16). `errors` are the codes that it may answer besides those that
    follow from the rest.
    """

    id: str
    method: Method
    path: str
    summary: str
    handler: str
    ability: str = ""
    scope: Scope = "seller"
    query: type[Any] = NoQuery
    body: type[Any] | None = None
    answer: type[Any] | None = None
    status: int = 200
    idempotent: bool = False
    versioned: bool = False
    external: bool = False
    raw: bool = False
    guessed: str = ""
    errors: tuple[int, ...] = ()

    @property
    def needs_key(self) -> bool:
        """Whether repeating it would do it twice."""
        return self.method == "POST" and not self.idempotent and self.scope != "public"

    @property
    def verifies(self) -> bool:
        """Whether it is open to everybody and believes nobody who does not prove who they are: webhooks."""
        return self.scope == "public" and self.raw

    @property
    def changes(self) -> bool:
        """Whether it may change anything. A GET never does."""
        return self.method != "GET"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(PARAMETER.findall(self.path))


@attrs.frozen(kw_only=True)
class Call(Generic[Q, B]):
    """What a handler receives. `path` holds UUIDs for ids and text for names; `version` is that of `If-Match`.

    `seller_id` is the seller whose rows are meant. For webhooks: `raw`, `headers` (names in lower case), and `flooded`:
    too much that was refused has come from this address, so nothing is kept of what is refused now.
    """

    actor: Actor
    seller_id: UUID | None
    path: Mapping[str, Any]
    query: Q
    body: B
    version: int | None = None
    raw: bytes = b""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    flooded: bool = False

    def customer(self, named: UUID | None) -> UUID | None:
        """Whose rows a list shows: a customer's own; else those of the one that is named, or of all.

        Raises `NotFound` when a customer names another (B01).
        """
        if self.actor.customer_id is None:
            return named
        own(self.actor, "customer", "named", named or self.actor.customer_id)
        return self.actor.customer_id

    def at_version(self, kind: str, id: object, version: int) -> None:
        """Raises `StaleVersion` when the row, which was read under lock, is not the one that `If-Match` names."""
        if version != self.version:
            raise StaleVersion(kind, id)


@attrs.frozen(kw_only=True)
class Document:
    """A file as an answer."""

    content: bytes
    media_type: str
    filename: str
