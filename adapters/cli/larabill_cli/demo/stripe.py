"""What Stripe would send: events in its own format, signed with the endpoint's secret.

The form of the event is Stripe's API reference, "The Event object" and "The PaymentIntent object"; the signature's is
docs.stripe.com/webhooks.
"""

from __future__ import annotations

import json
from datetime import datetime

import attrs

from larabill_billing.payments.model import Payment
from larabill_core.money import to_minor
from larabill_core.privacy import Secret
from larabill_drivers.gateways.stripe.signing import HEADER, sign


@attrs.define
class Stripe:
    """The sender. Event and intent ids count up, so that two runs tell the same story."""

    secret: Secret
    _sent: int = 0

    def succeeded(self, payment: Payment, at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of `payment_intent.succeeded` for a payment that the customer made at Stripe."""
        self._sent += 1
        minor = to_minor(payment.amount, payment.currency)
        intent = {
            "id": f"pi_demo{self._sent:06}",
            "object": "payment_intent",
            "amount": minor,
            "amount_received": minor,
            "currency": payment.currency.lower(),
            "status": "succeeded",
            "created": int(at.timestamp()),
            "livemode": False,
            "metadata": {"larabill_payment": payment.ref, "larabill_invoice": payment.document},
        }
        event = {
            "id": f"evt_demo{self._sent:06}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(at.timestamp()),
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": "payment_intent.succeeded",
            "data": {"object": intent},
        }
        body = json.dumps(event, separators=(",", ":")).encode()
        return {HEADER: sign(body, self.secret, at), "Content-Type": "application/json"}, body
