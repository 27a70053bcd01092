"""What Stripe puts on a webhook, for tests and demonstrations that play Stripe."""

from __future__ import annotations

from datetime import datetime

from larabill_core.privacy import Secret
from larabill_drivers import signatures

HEADER = "Stripe-Signature"


def sign(payload: bytes, secret: Secret, at: datetime) -> str:
    """The value of `HEADER` for the raw `payload` at the instant `at` (docs.stripe.com/webhooks, scheme v1)."""
    return signatures.sign(payload, secret, at)
