"""Whose rows a request means: with one seller nobody has to say it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from larabill_core.engine import Engine
from larabill_core.errors import Forbidden, InvalidInput, NotFound
from larabill_core.http.endpoint import Endpoint
from larabill_core.http.problems import FieldError, HttpError
from larabill_core.http.request import Request
from larabill_core.ids import parse_public_id, public_id

HEADER: Final = "Larabill-Seller"


def seller_of(engine: Engine, endpoint: Endpoint, request: Request) -> UUID | None:
    """The actor's seller; else the one that the header names, or the only one there is. None for all of them.

    Raises `Forbidden` for the staff of one among several sellers where the whole installation is meant, `NotFound`
    for another seller than theirs, `HttpError` 422 where it has to be named.
    """
    actor = request.actor
    if endpoint.scope == "public" or actor is None:
        return None
    if endpoint.scope == "installation":
        if actor.seller_id is not None and len(_known(engine)) > 1:
            raise Forbidden(endpoint.ability, str(actor))
        return None
    named = request.headers.get(HEADER.lower())
    if actor.seller_id is not None:
        if named not in (None, public_id("sel", actor.seller_id)):
            raise NotFound("seller", "named")
        return actor.seller_id
    known = _known(engine)
    if named is None and len(known) == 1:
        return known[0]
    if named is None:
        fault = FieldError(header=HEADER, detail="is missing", remedy="name the seller that is meant: sel_…")
        raise HttpError(422, "invalid-input", "there are several sellers", (fault,))
    try:
        wanted = parse_public_id(named, "sel", HEADER)
    except InvalidInput:
        raise NotFound("seller", "named") from None
    if wanted not in known:
        raise NotFound("seller", "named")
    return wanted


def _known(engine: Engine) -> list[UUID]:
    return [seller.id for seller in engine.billing.sellers.list()]
