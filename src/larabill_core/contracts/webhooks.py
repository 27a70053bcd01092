"""Events that a provider or gateway sends to us. A webhook is a hint: verified, stored, deduplicated, then checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

HintKind: TypeAlias = Literal["payment", "refund", "dispute", "resource", "other"]


@attrs.frozen(kw_only=True)
class VerifiedWebhook:
    """A webhook whose signature was right. `event_id` is the sender's; `body` is the decoded JSON object."""

    event_id: str
    event_type: str
    body: Mapping[str, Any] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Hint:
    """What a verified webhook claims, in our words.

    `ref` is ours (of a payment, refund or service) as the sender gives it back; `state` is the claimed state in the
    words of the payment, dispute or remote status; `amount` is a decimal string in `currency` as the sender wrote it.
    Of a dispute: `dispute` is the sender's id of it, `transaction` that of the payment, `fee` what the dispute costs
    us, `respond_by` when evidence is due.
    """

    kind: HintKind
    ref: str | None
    state: str
    transaction: str | None = None
    amount: str | None = None
    currency: str | None = None
    invoice: str | None = None
    reason: str = ""
    occurred_at: datetime | None = None
    dispute: str | None = None
    fee: str | None = None
    respond_by: datetime | None = None


@runtime_checkable
class Webhooks(Protocol):
    def verify_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> VerifiedWebhook:
        """Check the raw bytes before parsing them. Raises `Unverified` with the reason, in constant time."""
        ...

    def handle_webhook(self, webhook: VerifiedWebhook) -> Hint:
        """Translate; never acts. Event types that say nothing to us give `Hint(kind="other")`."""
        ...
