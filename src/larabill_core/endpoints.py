"""The types of the endpoint table: HTTP written once, for every host (DESIGN, section 8)."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@attrs.frozen(kw_only=True)
class Endpoint:
    """One row: `id` is OpenAPI's operationId; `ability` is demanded before anything else is looked at.

    `query`, `body` and `answer` are wire types; `errors` are classes of `larabill_core.errors`; `handler` is a target
    "package.module:function". `idempotent` endpoints are safe to repeat without an `Idempotency-Key`.
    """

    id: str
    method: Method
    path: str
    ability: str
    handler: str
    query: type[Any] | None = None
    body: type[Any] | None = None
    answer: type[Any] | None = None
    errors: tuple[type[Exception], ...] = ()
    idempotent: bool = False
    rate_bucket: str = "default"
