"""The doors for those who prove themselves by a signature: what they send, and what others send in their name."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs
from tests.http.furnishing import HOOK_SECRET, PAY_SECRET
from tests.http.hosts.host import Answer, Headers, Host

from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

OTHER_SECRET: Final = "whsec_another_0123456789abcdef01"


@attrs.frozen(kw_only=True)
class Door:
    """Where the webhooks of `account` come in, signed with `secret`."""

    account: str
    path: str
    secret: str = attrs.field(repr=False)

    def event(self, type: str, data: Mapping[str, Any], **changes: Any) -> bytes:
        """One event as its sender writes it, with an id of its own."""
        event = {"id": f"evt_{new_id().hex}", "type": type, "account": self.account, "data": data}
        return json.dumps({**event, **changes}).encode()

    def signature(self, raw: bytes, at: datetime, secret: str = "") -> tuple[str, str]:
        return SIGNATURE_HEADER, sign(raw, Secret(secret or self.secret), at)

    def tell(self, host: Host, raw: bytes, at: datetime) -> Answer:
        """The event as its sender sends it."""
        return host.send("POST", self.path, [self.signature(raw, at)], raw)


GATEWAY: Final = Door(account="blind", path="/payments/webhooks/blind", secret=PAY_SECRET)
PROVIDER: Final = Door(account="acme", path="/provision/webhooks/acme", secret=HOOK_SECRET)

Forgery: TypeAlias = Callable[[Door, bytes, datetime], tuple[Headers, bytes]]
"""A genuine event, and the time, made into what somebody else could send."""


def _signed(door: Door, raw: bytes, now: datetime) -> tuple[Headers, bytes]:
    return [door.signature(raw, now)], raw


def _said(change: Callable[[str], str]) -> Forgery:
    """The header changed after it was signed."""

    def forge(door: Door, raw: bytes, now: datetime) -> tuple[Headers, bytes]:
        name, value = door.signature(raw, now)
        return [(name, change(value))], raw

    return forge


def _signed_at(seconds: float) -> Forgery:
    return lambda door, raw, now: ([door.signature(raw, now + timedelta(seconds=seconds))], raw)


def _rewritten(rewrite: Callable[[bytes], bytes]) -> Forgery:
    """The bytes changed after they were signed."""
    return lambda door, raw, now: ([door.signature(raw, now)], rewrite(raw))


def _with_stamp(stamp: str) -> Forgery:
    """Signed for that time in truth, as far as a time can be signed that is none."""

    def forge(door: Door, raw: bytes, now: datetime) -> tuple[Headers, bytes]:
        digest = hmac.new(door.secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        return [(SIGNATURE_HEADER, f"t={stamp},v1={digest}")], raw

    return forge


FORGERIES: Final[Mapping[str, Forgery]] = {
    "B11 unsigned": lambda door, raw, now: ([], raw),
    "B11 an empty signature": _said(lambda value: ""),
    "B11 another secret": lambda door, raw, now: ([door.signature(raw, now, OTHER_SECRET)], raw),
    "B11 the secret of another account": lambda door, raw, now: (
        [door.signature(raw, now, HOOK_SECRET if door.secret == PAY_SECRET else PAY_SECRET)],
        raw,
    ),
    "B11 the signature of another body": lambda door, raw, now: ([door.signature(raw + b" ", now)], raw),
    "B11 the header twice": lambda door, raw, now: ([door.signature(raw, now)] * 2, raw),
    "B11 a forged header behind": lambda door, raw, now: (
        [door.signature(raw, now), door.signature(raw, now, OTHER_SECRET)],
        raw,
    ),
    "B11 no algorithm": _said(lambda value: value.replace("v1=", "none=")),
    "B11 for another account": lambda door, raw, now: _signed(door, raw.replace(door.account.encode(), b"pay2"), now),
    "B13 301 s ago": _signed_at(-301),
    "B13 in 301 s": _signed_at(301),
    "B13 a day ago": _signed_at(-86_400),
    "B13 t=0": _with_stamp("0"),
    "B13 t negative": _with_stamp("-1"),
    "B13 t no number": _with_stamp("now"),
    "B13 two t": _said(lambda value: f"t=0,{value}"),
    "B13 written anew": _rewritten(lambda raw: json.dumps(json.loads(raw), indent=1).encode()),
    "B13 in another order": _rewritten(lambda raw: json.dumps(json.loads(raw), sort_keys=True).encode()),
    "B13 in utf-16": _rewritten(lambda raw: raw.decode().encode("utf-16")),
    "a long header": _said(lambda value: value + ",v0=" + "0" * 4_000),
}
NO_EVENTS: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "no JSON": b"{",
    "B14 deep": b"[" * 100_000,
    "utf-16": b'{"id": "evt_1"}'.decode().encode("utf-16"),
    "B08 NaN": b'{"id": NaN}',
    "null": b"null",
    "a list": b"[]",
    "a field twice": b'{"id": "evt_1", "id": "evt_2", "type": "payment.x", "data": {}}',
}
"""What is signed in truth, and says nothing."""
