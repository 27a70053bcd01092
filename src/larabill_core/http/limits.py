"""How much one principal may ask in a minute: 60 requests for customers, 120 for staff, 300 for an address without.

Counted by the library `limits`, in memory (one process) or in Redis (all of them). The headers are those of
draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import TYPE_CHECKING, Final

import attrs

from larabill_core.access import Actor
from larabill_core.clock import SystemClock
from larabill_core.http.endpoint import Bucket
from larabill_core.http.problems import HttpError

if TYPE_CHECKING:
    from limits import RateLimitItem

_log = logging.getLogger(__name__)
_CLOCK: Final = SystemClock()
"""The library counts by the machine's clock."""

WINDOW: Final = 60
GUESSES: Final = 10
"""A minute, for what could be guessed: codes of coupons and vouchers, tokens (B16)."""


@attrs.frozen(kw_only=True)
class RateLimits:
    """The `[larabill.rate_limits]` table: requests a minute, and where they are counted ("memory://", "redis://…")."""

    customer: int = 60
    staff: int = 120
    anonymous: int = 300
    storage: str = attrs.field(default="memory://", repr=False)


def network_of(remote: str) -> str:
    """What is counted for an address: of IPv6 its /64, all of which one subscriber may use (B36)."""
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return remote
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False))


class RateLimiter:
    """Counts. When Redis does not answer, each process counts for itself until it does again."""

    def __init__(self, settings: RateLimits) -> None:
        from limits import RateLimitItemPerMinute
        from limits.storage import MemoryStorage, storage_from_string
        from limits.strategies import FixedWindowRateLimiter

        self._settings = settings
        self._item = RateLimitItemPerMinute
        self._counter = FixedWindowRateLimiter(storage_from_string(settings.storage))
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def hit(self, actor: Actor | None, remote: str, bucket: Bucket) -> dict[str, str]:
        """Count one request; the headers to answer. Raises `HttpError` 429 when it is one too many."""
        name, quota = self._policy(actor, bucket)
        who = network_of(remote) if actor is None else f"{actor.kind}:{actor.seller_id}:{actor.id}"
        allowed, left, reset = self._counted(self._item(quota), f"{name}:{who}")
        headers = {
            "RateLimit-Policy": f'"{name}";q={quota};w={WINDOW}',
            "RateLimit": f'"{name}";r={left};t={reset}',
        }
        if not allowed:
            raise HttpError(
                429,
                "too-many-requests",
                f"more than {quota} requests in a minute; try again in {reset} seconds",
                headers=(*headers.items(), ("Retry-After", str(reset))),
            )
        return headers

    def _policy(self, actor: Actor | None, bucket: Bucket) -> tuple[str, int]:
        if bucket == "guess" and (actor is None or actor.kind == "customer"):
            return "guess", GUESSES
        if actor is None:
            return "anonymous", self._settings.anonymous
        return ("customer", self._settings.customer) if actor.kind == "customer" else ("staff", self._settings.staff)

    def _counted(self, item: RateLimitItem, key: str) -> tuple[bool, int, int]:
        for counter in (self._counter, self._own):
            try:
                allowed = counter.hit(item, key)
                stats = counter.get_window_stats(item, key)
            except Exception as problem:  # whatever the storage's client raises
                _log.warning("requests are counted by this process alone: %s", type(problem).__name__)
                continue
            return allowed, max(0, stats.remaining), max(1, round(stats.reset_time - _CLOCK.now().timestamp()))
        raise AssertionError("memory always answers")
