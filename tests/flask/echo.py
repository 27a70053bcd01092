"""Two endpoints that give back what they were handed: one for whoever, one for who is logged in."""

from __future__ import annotations

from typing import Any

import attrs
import msgspec
from tests.billing.market import PRETEND

from larabill_core.http.endpoint import Call, Document, Endpoint


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    word: str


def echo(tx: Any, call: Call[Any, None]) -> Document:
    return Document(content=call.raw, media_type="application/octet-stream", filename="echo")


def say(tx: Any, call: Call[Any, Said]) -> Said:
    return call.body


_HERE = __name__
MODULE = attrs.evolve(
    PRETEND,
    abilities=("pretend.say",),
    customer_abilities=("pretend.say",),
    endpoints=(
        Endpoint(
            id="echo",
            method="POST",
            path="/pretend/echo",
            summary="The body",
            scope="public",
            raw=True,
            external=True,
            answer=Document,
            handler=f"{_HERE}:echo",
        ),
        Endpoint(
            id="say",
            method="POST",
            path="/pretend/say",
            summary="The word",
            ability="pretend.say",
            scope="own",
            body=Said,
            answer=Said,
            idempotent=True,
            handler=f"{_HERE}:say",
        ),
    ),
)
