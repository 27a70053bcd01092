"""Signed webhooks of the form `t=<unix>,v1=<hex>`: HMAC-SHA256 over `<t>.<raw body>`.

The form is Stripe's (docs.stripe.com/webhooks, "Verify webhook signatures manually"); the fakes use it under a
header of their own. Two `t` are refused, several `v1` are allowed (a sender that changes its secret signs with
both), other schemes are ignored. The time may be 300 seconds off in either direction (B13).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from larabill_core.errors import InvalidInput, Unverified
from larabill_core.privacy import Secret
from larabill_drivers.strict_json import LARGEST_BODY

TOLERANCE_SECONDS = 300
SHORTEST_SECRET = 16
_LONGEST_HEADER = 2_000
_MOST_SIGNATURES = 10
_TIME = re.compile(r"[0-9]{1,12}")
_PLACEHOLDERS = re.compile(r"changeme|example|placeholder|your[_-]|^(.)\1*$", re.IGNORECASE)


def sign(payload: bytes, secret: Secret, at: datetime) -> str:
    """The header that a sender puts on `payload` at the instant `at`."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(stamp, payload, secret)}"


def check_secrets(secrets: Sequence[Secret], path: str) -> None:
    """Refuse what signs nothing: no secret, an empty or short one, a sample (B11, B41). Raises `InvalidInput`."""
    if not secrets:
        raise InvalidInput.one(path, "is empty", remedy="without a secret anybody could sign a webhook")
    for secret in secrets:
        if len(secret.reveal().strip()) < SHORTEST_SECRET:
            raise InvalidInput.one(path, f"has fewer than {SHORTEST_SECRET} characters", remedy="use the sender's own")
        if _PLACEHOLDERS.search(secret.reveal()):
            raise InvalidInput.one(path, "is a sample and no secret", remedy="use the sender's own")


def verify(header: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime) -> None:
    """Check the raw `body` before anybody parses it. Raises `Unverified` with the reason.

    Every secret is tried on every signature in constant time; the header's name is compared without case.
    """
    if len(body) > LARGEST_BODY:
        raise Unverified(f"the body has more than {LARGEST_BODY} bytes")
    if not any(secret.reveal() for secret in secrets):
        raise Unverified("no secret is set for webhooks of this account")
    stamp, signatures = _parse(header, headers)
    good = False
    for secret in secrets:
        expected = _digest(stamp, body, secret) if secret.reveal() else ""
        for signature in signatures:
            good |= bool(expected) and hmac.compare_digest(expected.encode(), signature.encode())
    if not good:
        raise Unverified("no signature matches")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise Unverified(f"the signature's time is more than {TOLERANCE_SECONDS} seconds off")


def _parse(header: str, headers: Mapping[str, str]) -> tuple[str, list[str]]:
    values = [value for name, value in headers.items() if name.lower() == header.lower()]
    if len(values) != 1:
        raise Unverified(f"the header {header} is {'there twice' if values else 'missing'}")
    if len(values[0]) > _LONGEST_HEADER:
        raise Unverified(f"the header {header} is too long")
    parts = [part.strip().partition("=") for part in values[0].split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(stamps) != 1 or not _TIME.fullmatch(stamps[0]):
        raise Unverified(f"the header {header} has no single time in whole seconds")
    if not 0 < len(signatures) <= _MOST_SIGNATURES:
        raise Unverified(f"the header {header} has {len(signatures)} signatures of scheme v1")
    return stamps[0], signatures


def _digest(stamp: str, payload: bytes, secret: Secret) -> str:
    signed = stamp.encode() + b"." + payload
    return hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()
