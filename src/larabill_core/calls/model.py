"""The record of one call to the outside world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs


class OperationStatus(StrEnum):
    """INTENDED: recorded, not sent. SENT: may have been sent. UNKNOWN: sent, no answer. PENDING: the provider works."""

    INTENDED = "intended"
    SENT = "sent"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    MANUAL = "manual"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({OperationStatus.INTENDED, OperationStatus.SENT, OperationStatus.UNKNOWN, OperationStatus.PENDING})
"""Statuses in which the operation is not finished. At most one open operation for each subject."""


@attrs.frozen(kw_only=True)
class Operation:
    """What is asked of `account` for one subject (a resource, a payment, a refund).

    `seq` counts intended operations on the subject; `attempt` grows only after a definite "failed, nothing happened".
    `handle` is the provider's handle of pending work; `progress` what a create of several steps has done so far.
    """

    id: UUID
    seller_id: UUID
    subject_kind: str
    subject_id: UUID
    account: str
    action: str
    seq: int
    attempt: int = 1
    ref: str
    status: OperationStatus = OperationStatus.INTENDED
    handle: str = ""
    progress: Mapping[str, Any] = attrs.field(factory=dict)
    arguments: Mapping[str, Any] = attrs.field(factory=dict)
    polls: int = 0
    last_error: str = ""
    fence: int = 0
    lease_until: datetime | None = None
    next_at: datetime
    deadline_at: datetime
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> str:
        """The idempotency key: the same for every repeat of this attempt, through crashes and timeouts."""
        return operation_key(self.subject_id, self.action, self.seq, self.attempt)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def operation_key(subject_id: UUID, action: str, seq: int, attempt: int) -> str:
    """`{subject}:{action}:{seq}:attempt_{n}` (DESIGN, section 6)."""
    return f"{subject_id}:{action}:{seq}:attempt_{attempt}"


@attrs.frozen(kw_only=True)
class Withdrawn:
    """Said by `Call.admit` when the operation must not go out any more."""

    reason: str


@attrs.frozen(kw_only=True)
class Retried:
    """Told to `Call.record` when an attempt definitely failed and another one follows by itself."""

    reason: str
