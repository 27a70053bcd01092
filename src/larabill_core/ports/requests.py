"""What is kept of requests: answers under an idempotency key, and what staff did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class KeptAnswer:
    """What was answered under one key of one principal; `status` None while the first request is in flight.

    `principal` and `fingerprint` are digests. `claim` is new for each request that carries it out: whoever does not
    hold it any more may not finish.
    """

    principal: str
    key: str
    fingerprint: str
    claim: UUID
    lease_until: datetime
    created_at: datetime
    status: int | None = None
    headers: str = ""
    body: bytes = b""


class AnswerRepository(Protocol):
    def claim(self, new: KeptAnswer, *, kept_since: datetime) -> KeptAnswer:
        """The row under that key, locked: `new` when there was none, or the one there was created before
        `kept_since`."""
        ...

    def take_over(self, new: KeptAnswer) -> None:
        """The request that held the claim is gone."""
        ...

    def finish(self, principal: str, key: str, claim: UUID, status: int, headers: str, body: bytes) -> bool:
        """Keep the answer; False when the claim is another's."""
        ...

    def release(self, principal: str, key: str, claim: UUID) -> None:
        """Nothing happened: the key is free again."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete those that were created earlier; how many."""
        ...


@attrs.frozen(kw_only=True)
class Action:
    """What a member of staff did over HTTP: the endpoint's id, and the ids in its path (`subject`)."""

    id: UUID
    seller_id: UUID | None
    at: datetime
    actor: str
    action: str
    subject: str
    request_id: str


class ActionRepository(Protocol):
    def add(self, action: Action) -> None:
        """For ever: the table is insert-only."""
        ...

    def page(
        self, *, seller_id: UUID | None, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> Sequence[Action]:
        """Of one seller, or of all; by id (that is, by age), keyset paged with `after`."""
        ...
