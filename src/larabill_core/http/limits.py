"""How much one principal may ask in a minute: 60 requests for customers, 120 for staff, 300 for an address without.

Of webhooks only those count that are refused: a gateway that has much to tell is heard, also while somebody forges.
Counted by the library `limits`, in memory (one process) or in Redis (all of them). The headers are those of
draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

import attrs

from larabill_core.access import Actor
from larabill_core.clock import SystemClock
from larabill_core.http.problems import HttpError

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter as Counter

T = TypeVar("T")

_log = logging.getLogger(__name__)
_CLOCK: Final = SystemClock()
"""The library counts by the machine's clock."""

WINDOW: Final = 60
MEMORY: Final = "memory://"
Policy: TypeAlias = Literal["customer", "staff", "anonymous", "guesses"]
"""What is counted, as in the settings."""


@attrs.frozen(kw_only=True)
class RateLimits:
    """The `[larabill.rate_limits]` table: requests a minute, and where they are counted ("memory://", "redis://…").

    `guesses`: how often one may be wrong about what could be guessed: codes of coupons and vouchers, tokens (B16).
    """

    customer: int = 60
    staff: int = 120
    anonymous: int = 300
    guesses: int = 10
    storage: str = attrs.field(default=MEMORY, repr=False)


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
        from limits.storage import storage_from_string
        from limits.strategies import FixedWindowRateLimiter

        from larabill_core.http.counting import ProcessMemory

        self._settings = settings
        self._item = RateLimitItemPerMinute
        self._own = FixedWindowRateLimiter(ProcessMemory(_CLOCK))
        shared = settings.storage != MEMORY
        self._counter = FixedWindowRateLimiter(storage_from_string(settings.storage)) if shared else self._own

    def hit(self, actor: Actor | None, remote: str) -> dict[str, str]:
        """Count one request; the headers to answer. Raises `HttpError` 429 when it is one too many."""
        if actor is None:
            return self._hit("anonymous", actor, remote)
        return self._hit("customer" if actor.kind == "customer" else "staff", actor, remote)

    def is_spent(self, remote: str) -> bool:
        """Whether one more of nobody's from that address would be too many. Counts nothing."""
        item, key = self._subject("anonymous", None, remote)
        return self._ask(lambda counter: not counter.test(item, key))

    def guess(self, actor: Actor | None, remote: str, count: int = 1) -> None:
        """Count guesses before they are looked at, so that none slips through beside others. Raises `HttpError` 429."""
        self._hit("guesses", actor, remote, count)

    def give_back(self, actor: Actor | None, remote: str, count: int) -> None:
        """They were right, so they were none."""
        item, key = self._subject("guesses", actor, remote)
        self._ask(lambda counter: counter.hit(item, key, cost=-count))

    def _hit(self, name: Policy, actor: Actor | None, remote: str, count: int = 1) -> dict[str, str]:
        item, key = self._subject(name, actor, remote)
        allowed, stats = self._ask(
            lambda counter: (counter.hit(item, key, cost=count), counter.get_window_stats(item, key))
        )
        left, reset = max(0, stats.remaining), max(1, round(stats.reset_time - _CLOCK.now().timestamp()))
        headers = {
            "RateLimit-Policy": f'"{name}";q={item.amount};w={WINDOW}',
            "RateLimit": f'"{name}";r={left};t={reset}',
        }
        if not allowed:
            what = "guesses" if name == "guesses" else "requests"
            raise HttpError(
                429,
                "too-many-requests",
                f"more than {item.amount} {what} in a minute; try again in {reset} seconds",
                headers=(*headers.items(), ("Retry-After", str(reset))),
            )
        return headers

    def _subject(self, name: Policy, actor: Actor | None, remote: str) -> tuple[RateLimitItem, str]:
        who = network_of(remote) if actor is None else f"{actor.kind}:{actor.seller_id}:{actor.id}"
        return self._item(getattr(self._settings, name)), f"{name}:{who}"

    def _ask(self, ask: Callable[[Counter], T]) -> T:
        for counter in (self._counter, self._own):
            try:
                return ask(counter)
            except Exception as problem:  # whatever the storage's client raises
                _log.warning("requests are counted by this process alone: %s", type(problem).__name__)
        raise AssertionError("memory always answers")
