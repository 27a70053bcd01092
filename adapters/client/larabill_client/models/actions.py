"""What the API takes and answers: actions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class ActionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a member of staff did: the endpoint, the ids in its path, and the request that the log is searched for."""

    id: str
    at: str
    actor: str
    action: str
    subject: str
    seller: str | None
    request: str


class ActionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ActionOut]
    next: str | None
