"""How a driver asks an HTTP API: what an answer means is decided here once, and told by `Ended`.

    @outcome
    def suspend(self, request):
        answer = self._api.request("POST", f"/servers/{request.driver_ref}/suspend")
        ...

What was not sent, or refused for its frequency or credentials, has not happened and may be tried again. What was sent
and not answered, or answered by 5xx, is unknown (I10). All other statuses are the driver's to understand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Failed, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.errors import Faults, InvalidInput, RetryLater
from larabill_core.structure import structure
from larabill_drivers.http import Answer, HttpClient, Lost, NotSent

P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self")
Plan = TypeVar("Plan")
Wishes = TypeVar("Wishes")


class Ended(Exception):
    """An operation ends here, with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(getattr(outcome, "reason", ""))
        self.outcome = outcome


def outcome(method: Callable[Concatenate[Self, P], Outcome]) -> Callable[Concatenate[Self, P], Outcome]:
    """The method answers with what it has ended with."""

    @wraps(method)
    def answer(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> Outcome:
        try:
            return method(self, *args, **kwargs)
        except Ended as end:
            return end.outcome

    return answer


def follow(method: Callable[[Self, str, str], Outcome]) -> Callable[[Self, str, str], Outcome]:
    """The method is `poll`: what it cannot see now says nothing about the work behind the handle, which is asked for
    again, not before the provider allows it."""

    @wraps(method)
    def answer(self: Self, handle: str, ref: str) -> Outcome:
        try:
            return method(self, handle, ref)
        except Ended as end:
            if isinstance(end.outcome, Failed) and end.outcome.retry_after is not None:
                return Pending(handle=handle, poll_after=end.outcome.retry_after)
            return Unknown(reason=str(end)) if isinstance(end.outcome, Failed) else end.outcome

    return answer


def look(method: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """The method only looks: what it cannot see raises `RetryLater`."""

    @wraps(method)
    def answer(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except Ended as end:
            raise RetryLater(str(end), getattr(end.outcome, "retry_after", None)) from None

    return answer


def wanted(
    request: ProvisionRequest | ResourceRequest,
    config: type[Plan],
    spec: type[Wishes],
    check: Callable[[Plan, Wishes, Faults], None] | None = None,
) -> tuple[Plan, Wishes]:
    """What the plan is, and what the customer has chosen; `check` finds what only both together can be wrong in.

    Raises `Ended` with every fault: `bad_plan` is the operator's, `bad_spec` the customer's.
    """
    faults = Faults()
    plan = structure(config, request.config, faults, "config")
    wishes = structure(spec, request.spec, faults, "spec")
    if check is not None and plan is not None and wishes is not None:
        check(plan, wishes, faults)
    if plan is None or wishes is None or len(faults):
        code = "bad_plan" if plan is None else "bad_spec"
        raise Ended(Failed(reason="; ".join(map(str, faults)), code=code))
    return plan, wishes


class Api:
    """One account at one provider. `explain` finds the provider's own words for a refusal."""

    def __init__(self, client: HttpClient, clock: Clock, explain: Callable[[Any], str]) -> None:
        self._client = client
        self._clock = clock
        self._explain = explain

    def request(self, method: str, path: str, **request: Any) -> Answer:
        """The answer, of any status that the provider has decided on itself. Raises `Ended` for the others."""
        try:
            answer = self._client.request(method, path, **request)
        except NotSent as problem:
            raise Ended(Failed(reason=str(problem), retryable=True, code="not_sent")) from None
        except Lost as problem:
            raise Ended(Unknown(reason=str(problem))) from None
        if answer.status in (401, 403):
            reason = f"the provider answered {answer.status}: {self.denied(answer)}"
            raise Ended(Failed(reason=reason, retryable=True, code=str(answer.status)))
        failure = answer.failure(self._clock.now())
        if isinstance(failure, Unknown) and self.decided(answer):
            return answer
        if isinstance(failure, Unknown) or (isinstance(failure, Failed) and failure.retryable):
            raise Ended(failure)
        return answer

    def denied(self, answer: Answer) -> str:
        """What to do about 401 and 403: for a provider that says which right is missing."""
        return "check the key and its rights"

    def decided(self, answer: Answer) -> bool:
        """Whether a 5xx is a definite no all the same: for a provider that says "there is none" by 500."""
        return False

    def read(self, answer: Answer, into: type[T]) -> T:
        """The body of a success, as a msgspec type. Raises `Ended`: refused, or not to be understood."""
        if not 200 <= answer.status < 300:
            raise Ended(self.refused(answer))
        try:
            return msgspec.convert(answer.value(), into)
        except (InvalidInput, msgspec.ValidationError) as problem:
            raise Ended(Unknown(reason=self._client.clean(f"the answer is not as described: {problem}"))) from None

    def seen(self, answer: Answer, into: type[T]) -> T:
        """As `read`, of a look-up: what is refused there says nothing about the thing that was looked for."""
        if 200 <= answer.status < 300:
            return self.read(answer, into)
        raise Ended(Unknown(reason=f"cannot look: the provider answered {answer.status}"))

    def accepted(self, answer: Answer) -> None:
        """Nothing to read: the status says it. Raises `Ended` for a refusal, and for a page where nothing belongs."""
        if not 200 <= answer.status < 300:
            raise Ended(self.refused(answer))
        if answer.body.strip():
            raise Ended(Unknown(reason="the provider answered a page where nothing was expected"))

    def says(self, answer: Answer, question: Callable[[Any], bool]) -> bool:
        """Whether the body is the provider's own and says so; False for a page of somebody else's."""
        try:
            return question(answer.json())
        except (InvalidInput, LookupError, TypeError, AttributeError):
            return False

    def refused(self, answer: Answer, *, retryable: bool = False, code: str = "") -> Outcome:
        """A definite no, in the provider's words; unknown when they are not its own (a proxy, a wrong address)."""
        try:
            words = self._explain(answer.json())
        except (InvalidInput, LookupError, TypeError, AttributeError):
            return Unknown(reason=f"the provider answered {answer.status}, but not in its own words")
        reason = self._client.clean(f"the provider answered {answer.status}: {words}")
        return Failed(reason=reason, retryable=retryable, code=code or str(answer.status))
