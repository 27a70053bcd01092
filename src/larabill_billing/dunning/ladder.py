"""Reading a policy's ladder: when its next step may be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from larabill_billing.dunning.model import DunningCase
from larabill_billing.policies import DEFAULT, TAKING, DunningPolicy, LadderStep


def next_at(
    ladder: Sequence[LadderStep], *, steps: int, overdue_at: datetime, stepped_at: datetime | None
) -> datetime | None:
    """When the step after the first `steps` may be taken; None when there is none.

    Never sooner after the step before than the ladder's own gap, however late that one was taken: after a downtime or
    a pause the customer keeps the time that the ladder promises.
    """
    if steps >= len(ladder):
        return None
    at = overdue_at + ladder[steps].after
    if stepped_at is not None and steps > 0:
        at = max(at, stepped_at + (ladder[steps].after - ladder[steps - 1].after))
    return at


def policy_of(policies: Mapping[str, DunningPolicy], case: DunningCase) -> DunningPolicy:
    """The case's policy, or the default where the manifest names it no more."""
    return policies.get(case.policy, policies[DEFAULT])


def next_step(policies: Mapping[str, DunningPolicy], case: DunningCase) -> LadderStep | None:
    """What is done next; None at the end of the ladder."""
    steps = policy_of(policies, case).steps
    return steps[case.steps] if case.steps < len(steps) else None


def gentle(policies: Mapping[str, DunningPolicy]) -> dict[str, tuple[int, ...]]:
    """By policy, the numbers of steps taken after which the next one takes nothing away."""
    return {name: _steps(policy, taking=False) for name, policy in policies.items()}


def taking(policies: Mapping[str, DunningPolicy]) -> dict[str, tuple[int, ...]]:
    """By policy, the numbers of steps taken after which the next one suspends or ends."""
    return {name: _steps(policy, taking=True) for name, policy in policies.items()}


def _steps(policy: DunningPolicy, *, taking: bool) -> tuple[int, ...]:
    return tuple(index for index, step in enumerate(policy.steps) if (step.do in TAKING) is taking)


def stepped(case: DunningCase, ladder: Sequence[LadderStep], now: datetime) -> DunningCase:
    """The case with one more step taken now."""
    return attrs.evolve(
        case,
        steps=case.steps + 1,
        version=case.version + 1,
        stepped_at=now,
        asked_at=now,
        next_at=next_at(ladder, steps=case.steps + 1, overdue_at=case.overdue_at, stepped_at=now),
    )


def paused(case: DunningCase, now: datetime) -> DunningCase:
    """Its clock stands still from now on, if it does not already."""
    return case if case.paused_at is not None else attrs.evolve(case, paused_at=now)


def resumed(case: DunningCase, now: datetime) -> DunningCase:
    """Its clock goes on where it stood. A destruction that was asked for is later by as much, and asked for anew."""
    if case.paused_at is None:
        return case
    stood = now - case.paused_at
    return attrs.evolve(
        case,
        paused_at=None,
        next_at=None if case.next_at is None else case.next_at + stood,
        destroy_at=None if case.destroy_at is None else case.destroy_at + stood,
    )
