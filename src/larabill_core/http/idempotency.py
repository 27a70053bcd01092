"""The same request twice is done once: what is kept under an `Idempotency-Key`, and what a repetition gets.

Rules of draft-ietf-httpapi-idempotency-key-header-07, and of Stripe where that is silent: the same key and request
answer what the first one did, also when that was a refusal; another request under the key is 422; one that is still
in flight is 409. A key counts for one principal, for a day. An answer of 500 or above is not kept: nothing happened.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import attrs
import msgspec

from larabill_core.http.endpoint import Endpoint
from larabill_core.http.problems import FieldError, HttpError
from larabill_core.http.request import Request, Response
from larabill_core.ids import new_id
from larabill_core.messages import Nothing
from larabill_core.ports.requests import KeptAnswer

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=1)
PATTERN: Final = r'^(?:"[!#-~]{1,200}"|[!#-~]{1,200})$'
"""With quotes, as the draft of the header has it, or without."""
_KEY: Final = re.compile(PATTERN)


@attrs.frozen(kw_only=True)
class Claim:
    """The right to carry out one request, once."""

    principal: str
    key: str
    id: UUID


def key_of(endpoint: Endpoint, request: Request) -> str | None:
    """The key, where the endpoint needs one. Raises `HttpError` 400 when it is missing or of the wrong form."""
    if not endpoint.needs_key:
        return None
    given = request.headers.get(HEADER.lower(), "")
    if _KEY.fullmatch(given) is None:
        detail = "must be 1 to 200 printable characters" if given else "is missing"
        fault = FieldError(header=HEADER, detail=detail, remedy="send a new UUID with each new request")
        raise HttpError(400, "idempotency-key", f"the header {HEADER} {detail}", (fault,))
    return given.strip('"')


def claim(tx: Any, endpoint: Endpoint, request: Request, key: str) -> Claim | Response:
    """The right to go on, or the answer that was given before. Raises `HttpError` 409 and 422."""
    actor = request.actor
    if actor is None:
        raise AssertionError("only public endpoints answer nobody, and they need no key")
    principal = _digest(actor.kind, actor.id, actor.seller_id, actor.customer_id)
    new = KeptAnswer(
        principal=principal,
        key=key,
        fingerprint=_digest(endpoint.id, sorted(request.path.items()), request.query, request.body),
        claim=new_id(),
        lease_until=tx.now + LEASE,
        created_at=tx.now,
    )
    known = tx.answers.claim(new, kept_since=tx.now - KEPT)
    mine = Claim(principal=principal, key=key, id=new.claim)
    if known.claim == new.claim:
        return mine
    if known.fingerprint != new.fingerprint:
        fault = FieldError(header=HEADER, detail="was used for another request", remedy="use a new one")
        raise HttpError(422, "idempotency-key-reused", f"the {HEADER} was used for another request", (fault,))
    if known.status is not None:
        headers = msgspec.json.decode(known.headers, type=dict[str, str])
        return Response(status=known.status, headers={**headers, "Idempotent-Replayed": "true"}, body=known.body)
    if known.lease_until > tx.now:
        detail = "the first request with this key is still being carried out"
        raise HttpError(409, "in-flight", detail, headers=(("Retry-After", "1"),))
    tx.answers.take_over(new)
    return mine


def finish(tx: Any, claim: Claim, response: Response) -> None:
    """Keep the answer in the transaction of its effect. Raises `HttpError` 409 when another request took over."""
    headers = {name: value for name, value in response.headers.items() if name in ("Content-Type", "ETag", "Location")}
    text = msgspec.json.encode(headers).decode()
    if not tx.answers.finish(claim.principal, claim.key, claim.id, response.status, text, response.body):
        raise HttpError(409, "in-flight", "another request with this key took over")


def purge_answers(tx: Any, _: Nothing) -> None:
    """Forget what is older than a day."""
    tx.answers.purge(tx.now - KEPT)


def _digest(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(repr(part) for part in parts).encode()).hexdigest()
