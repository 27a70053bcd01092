"""What shall go wrong at the pretended provider."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta
from typing import Any, Literal, NoReturn, TypeAlias

import attrs

from larabill_core.contracts.outcome import Failed, Outcome, Unknown
from larabill_core.errors import InvalidInput, RetryLater

What: TypeAlias = Literal[
    "timeout",
    "server_error",
    "cut",
    "html",
    "oversized",
    "drip",
    "hostile",
    "rate_limited",
    "refused",
    "inside",
    "crash",
    "exit",
    "kill",
]
When: TypeAlias = Literal["before", "after"]

_NOT_SENT = {
    "rate_limited": "429: too many requests",
    "refused": "the provider refuses this",
    "inside": "the provider refuses this, with success as its status",
}
_SENT = {
    "timeout": "no answer in time",
    "server_error": "the provider answered 503",
    "cut": "the answer was cut off in the middle",
    "html": "the answer is a page for people",
    "oversized": "the answer is too long",
    "drip": "the answer comes too slowly",
    "hostile": "the answer cannot be believed",
}


@attrs.frozen(kw_only=True)
class Fault:
    """What goes wrong, `times` times, in calls of `method` ("*": any) for `ref` ("": any).

    `when`: before the effect (nothing has happened) or after it (it has, and the caller does not learn it).
    "crash" raises RuntimeError in the driver, "exit" SystemExit; "kill" ends the calling process by SIGKILL.
    "rate_limited", "refused" and "inside" (refused under HTTP 200) say that nothing happened, so they only come before.
    Of a provider behind HTTP: `status` of a "server_error", `at` how many bytes come of a "cut" answer, `body` what
    stands in every place of a "hostile" one.
    """

    method: str
    what: What
    when: When = "before"
    times: int = 1
    ref: str = ""
    retry_after: timedelta | None = None
    status: int = 503
    at: int = 0
    body: Any = None

    def __attrs_post_init__(self) -> None:
        if self.times < 1:
            raise InvalidInput.one("times", "must be 1 or more", self.times)
        if self.when == "after" and self.what in _NOT_SENT:
            raise InvalidInput.one("when", "must be before: this answer says that nothing happened", self.what)

    def outcome(self) -> Outcome:
        """How the call ends, where it ends in an outcome. May raise, or not come back."""
        if self.what in _NOT_SENT:
            retryable = self.what == "rate_limited"
            return Failed(
                reason=_NOT_SENT[self.what], retryable=retryable, retry_after=self.retry_after, code=self.what
            )
        if self.what in _SENT:
            return Unknown(reason=_SENT[self.what])
        self._leave()

    def raise_instead(self) -> NoReturn:
        """How a look-up ends: the provider cannot be asked now."""
        if self.what in _NOT_SENT or self.what in _SENT:
            raise RetryLater({**_NOT_SENT, **_SENT}[self.what], self.retry_after)
        self._leave()

    def _leave(self) -> NoReturn:
        if self.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.what == "exit":
            raise SystemExit("the fake driver leaves")
        raise RuntimeError("the fake driver crashed")


def fault_to_json(fault: Fault) -> str:
    """As the world's file holds it."""
    after = fault.retry_after
    return json.dumps({**attrs.asdict(fault), "retry_after": None if after is None else after.total_seconds()})


def fault_from_json(body: str) -> Fault:
    """The inverse of `fault_to_json`."""
    values = json.loads(body)
    after = values.pop("retry_after")
    return Fault(**values, retry_after=None if after is None else timedelta(seconds=after))
