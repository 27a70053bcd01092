"""What LaraBill does with a driver (`larabill_core.calls.perform`), played without a database.

It looks before it creates and after what is unknown, keeps what a create has saved, waits as long as it is told, and
tries anew only after a definite failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from larabill_core.calls.guard import checked, checked_found, guarded
from larabill_core.calls.perform import LOOKS_BEFORE_RESEND
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import RetryLater

LOOK = "look"
MOST_TURNS = 200
WAIT = timedelta(seconds=60)


@attrs.define
class Caller:
    """Carries one operation out; `outcomes` are all that it came to on the way. `wait` lets time go by."""

    driver: Any
    wait: Callable[[timedelta], None]
    outcomes: list[Outcome] = attrs.Factory(list)
    progress: Mapping[str, Any] = attrs.Factory(dict)
    can: frozenset[str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.can = capabilities(self.driver)

    def provision(self, request: ProvisionRequest) -> Outcome:
        """To its end. Fails the test when there is none."""
        request = attrs.evolve(request, save_progress=self._save)
        return self._carry_out(request.ref, lambda: self.driver.provision(self._with_progress(request)), creates=True)

    def change(self, action: str, request: ResourceRequest) -> Outcome:
        return self._carry_out(request.ref, lambda: getattr(self.driver, action)(request), creates=False)

    def _save(self, progress: Mapping[str, Any]) -> None:
        self.progress = dict(progress)

    def _with_progress(self, request: ProvisionRequest) -> ProvisionRequest:
        return attrs.evolve(request, progress=dict(self.progress))

    def _carry_out(self, ref: str, send: Callable[[], object], *, creates: bool) -> Outcome:
        handle, was_sent, looks = "", False, 0
        for _ in range(MOST_TURNS):
            if handle:
                outcome = self._poll(handle, ref)
            else:
                outcome = self._ask(ref, send, creates=creates, was_sent=was_sent, looks=looks)
                was_sent, looks = True, looks + 1
            self.outcomes.append(outcome)
            match outcome:
                case Pending():
                    handle = outcome.handle
                    self.wait(outcome.poll_after or WAIT)
                case Unknown():
                    self.wait(WAIT)
                case Failed(retryable=True):
                    handle, was_sent, looks = "", False, 0
                    self.wait(outcome.retry_after or WAIT)
                case _:
                    return outcome
        raise AssertionError(f"no end after {MOST_TURNS} turns: {self.outcomes[-3:]}")

    def _ask(self, ref: str, send: Callable[[], object], *, creates: bool, was_sent: bool, looks: int) -> Outcome:
        if creates and "find" in self.can:
            try:
                there = checked_found(self.driver.find(ref), ref)
            except RetryLater as problem:
                if was_sent:
                    return Unknown(reason=str(problem))
                return Failed(reason=str(problem), retryable=True, retry_after=problem.after)
            if there is not None:
                return checked(_adopted(there))
            if was_sent and not self.driver.dedupes and looks < LOOKS_BEFORE_RESEND:
                return Unknown(reason="not to be seen yet")
        elif creates and was_sent and not self.driver.dedupes:
            return Manual(reason="can neither find nor deduplicate")
        return guarded(send)

    def _poll(self, handle: str, ref: str) -> Outcome:
        if handle != LOOK and "poll" in self.can:
            return guarded(lambda: self.driver.poll(handle, ref))
        try:
            there = checked_found(self.driver.find(ref), ref)
        except RetryLater as problem:
            return Unknown(reason=str(problem))
        return Unknown(reason="not to be seen") if there is None else checked(_adopted(there))


def _adopted(there: Found) -> Outcome:
    match there.status:
        case RemoteStatus.ACTIVE:
            return Done(ref=there.driver_ref, facts=there.facts)
        case RemoteStatus.BUILDING:
            return Pending(handle=LOOK)
        case _:
            return Manual(reason="it stands, suspended by somebody else")
