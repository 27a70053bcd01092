"""What a host's request and response are to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from larabill_core.access import Actor

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""What an adapter lets through to us, so that each host says the same to what is not possible."""

LARGEST_BODY: Final = 1 << 20
"""Bytes. Adapters read no more than one byte beyond it."""


@attrs.frozen(kw_only=True)
class Request:
    """`template` is the path as the endpoint table has it, `path` the values of its parameters, decoded.

    `query` is the raw query string; names in `headers` are in lower case. `body` holds at most `LARGEST_BODY` + 1
    bytes. `host` is the host's own idea of its name, which `Origin` is compared with. `actor` is None for nobody.
    """

    method: str
    template: str
    path: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes
    host: str
    remote: str
    actor: Actor | None


@attrs.frozen(kw_only=True)
class Response:
    """Header names are in their usual spelling."""

    status: int
    headers: Mapping[str, str]
    body: bytes
