"""VirtFusion's webhooks: a token that is always the same proves who sends, and nothing about what is said.

So what they tell is only a hint to look sooner (docs.virtfusion.com/guides/webhooks).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from larabill_core.contracts.webhooks import Hint, VerifiedWebhook
from larabill_core.errors import InvalidInput, Unverified
from larabill_drivers.compute.virtfusion.answers import is_ours
from larabill_drivers.compute.virtfusion.control import Control
from larabill_drivers.strict_json import decode_object

LONGEST_ID = 100


class Hears(Control):
    """Implements `Webhooks`, for an account with a token."""

    def verify_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> VerifiedWebhook:
        """By `Authorization: Bearer` and the token in base64. Raises `Unverified`."""
        token = self._settings.webhook_token
        given = [value for name, value in headers.items() if name.lower() == "authorization"]
        if not token or len(given) != 1:
            raise Unverified("the header Authorization is missing, or there twice")
        expected = b"Bearer " + base64.b64encode(token.reveal().encode())
        if not hmac.compare_digest(expected, given[0].strip().encode()):
            raise Unverified("the token is another one")
        try:
            told = decode_object(body)
        except InvalidInput as problem:
            raise Unverified(str(problem)) from None
        id, event = str(told.get("hookEventId") or ""), told.get("event")
        if not 0 < len(id) <= LONGEST_ID or not isinstance(event, str) or not event:
            raise Unverified("the body is no event: hookEventId and event are needed")
        return VerifiedWebhook(event_id=id, event_type=event[:LONGEST_ID], body=told)

    def handle_webhook(self, webhook: VerifiedWebhook) -> Hint:
        """Of a server of ours; what happened to it is not believed, but asked."""
        data: Any = webhook.body.get("data")
        server = data.get("server") if isinstance(data, dict) else None
        name = server.get("name") if isinstance(server, dict) else None
        if webhook.event_type.startswith("server.") and isinstance(name, str) and is_ours(name):
            return Hint(kind="resource", ref=name, state="")
        return Hint(kind="other", ref=None, state="")
