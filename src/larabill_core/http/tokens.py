"""Tokens: the login of `larabill serve`, for people without a host of their own.

A token is 256 random bits, shown once; what is stored is its SHA-256. So whoever reads the database has none, what is
looked up is never the token, and guessing is hopeless (the rate of guesses is limited to spare the database).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_core.access import SYSTEM_ROLE, Actor
from larabill_core.engine import Engine
from larabill_core.errors import Faults
from larabill_core.ids import new_id, public_id
from larabill_core.ports.requests import Action
from larabill_core.ports.tokens import Token

PREFIX: Final = "lbt_"
"""So that scanners for leaked secrets, and our own redaction, know one."""
SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=3650)
USE_NOTED_EVERY: Final = timedelta(minutes=1)


@attrs.frozen(kw_only=True)
class NewToken:
    """What is asked for; see `Token`."""

    name: str
    roles: tuple[str, ...]
    seller_id: UUID | None
    customer_id: UUID | None
    valid_for: timedelta


def create_token(tx: Any, new: NewToken) -> tuple[Token, str]:
    """The token as it is kept, and the text that is shown this once. Raises `InvalidInput` with every fault."""
    faults = Faults()
    known = set(tx.engine.access.roles) - {SYSTEM_ROLE}
    if not new.roles:
        faults.add("role", "is missing", remedy=f"one of: {', '.join(sorted(known))}")
    for role in new.roles:
        if role not in known:
            faults.add("role", "is not known", value=role, remedy=f"one of: {', '.join(sorted(known))}")
    if len(new.name) > 100:
        faults.add("name", "is longer than 100 characters")
    if not SHORTEST <= new.valid_for <= LONGEST:
        faults.add("expires", "must be between 1m and 3650d")
    if new.customer_id is not None and new.seller_id is None:
        faults.add("seller", "is missing", remedy="name the seller of the customer")
    faults.raise_if_any()
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        digest=_digest(text),
        name=new.name,
        roles=new.roles,
        seller_id=new.seller_id,
        customer_id=new.customer_id,
        created_at=tx.now,
        expires_at=tx.now + new.valid_for,
    )
    tx.tokens.add(token)
    _note(tx, "create_token", token)
    return token, text


def revoke_token(tx: Any, id: UUID) -> None:
    """It counts no more, at once. Raises `NotFound`."""
    token = tx.tokens.get(id)
    tx.tokens.revoke(id, tx.now)
    _note(tx, "revoke_token", token)


def actor_of(engine: Engine, text: str) -> Actor | None:
    """Who the token stands for; None for one that is wrong, expired or revoked, or whose customer is no more (B34)."""
    actor = engine.run(lambda tx: _bearer(tx, text))
    customers = engine.contacts
    if actor is None or actor.customer_id is None or customers is None:
        return actor
    id = actor.customer_id
    return actor if engine.run(lambda tx: customers.get(tx, id), seller=actor.seller_id) is not None else None


def _bearer(tx: Any, text: str) -> Actor | None:
    digest = _digest(text)
    token: Token | None = tx.tokens.by_digest(digest)
    # the row was found by its digest; comparing again costs nothing, and heeds case where a collation would not
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    if token.revoked_at is not None or token.expires_at <= tx.now:
        return None
    if token.last_used_at is None or tx.now - token.last_used_at >= USE_NOTED_EVERY:
        tx.tokens.used(token.id, tx.now)
    return Actor(
        kind="staff" if token.customer_id is None else "customer",
        id=public_id("tok", token.id),
        roles=token.roles,
        seller_id=token.seller_id,
        customer_id=token.customer_id,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _note(tx: Any, what: str, token: Token) -> None:
    tx.actions.add(
        Action(
            id=new_id(),
            seller_id=token.seller_id,
            at=tx.now,
            actor=str(tx.actor),
            action=what,
            subject=public_id("tok", token.id),
            request_id="",
        )
    )
