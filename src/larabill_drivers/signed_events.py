"""The events that the fakes send: `{"id", "type", "account", "data": {...}}` under a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from larabill_core.contracts.webhooks import VerifiedWebhook
from larabill_core.errors import InvalidInput, Unverified
from larabill_core.privacy import Secret
from larabill_drivers.signatures import verify
from larabill_drivers.strict_json import decode_object


def verified_event(
    header: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime, account: str
) -> VerifiedWebhook:
    """The event in `body`, if its signature is right and it is for `account`. Raises `Unverified`."""
    verify(header, headers, body, secrets, now)
    try:
        event = decode_object(body)
    except InvalidInput as problem:
        raise Unverified(str(problem)) from None
    id, type, data = event.get("id"), event.get("type"), event.get("data")
    if not isinstance(id, str) or not 0 < len(id) <= 100 or not isinstance(type, str) or not isinstance(data, dict):
        raise Unverified("the body is no event: id, type and data are needed")
    if event.get("account") != account:
        raise Unverified("the event is for another account")
    return VerifiedWebhook(event_id=id, event_type=type, body=event)
