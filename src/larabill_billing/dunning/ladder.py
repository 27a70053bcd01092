"""Reading the overdue ladder: when its next step may be taken. The ladder is data (`BillingSettings.overdue`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from larabill_billing.dunning.model import DunningCase
from larabill_billing.settings import TAKING, LadderStep


def next_at(
    ladder: Sequence[LadderStep], *, steps: int, overdue_at: datetime, stepped_at: datetime | None
) -> datetime | None:
    """When the step after the first `steps` may be taken; None when there is none.

    Never sooner after the step before than the ladder's own gap, however late that one was taken: after a downtime the
    customer keeps the time that the ladder promises.
    """
    if steps >= len(ladder):
        return None
    at = overdue_at + ladder[steps].after
    if stepped_at is not None and steps > 0:
        at = max(at, stepped_at + (ladder[steps].after - ladder[steps - 1].after))
    return at


def gentle(ladder: Sequence[LadderStep]) -> tuple[int, ...]:
    """Numbers of steps taken after which the next one takes nothing away."""
    return tuple(index for index, step in enumerate(ladder) if step.do not in TAKING)


def taking(ladder: Sequence[LadderStep]) -> tuple[int, ...]:
    """Numbers of steps taken after which the next one suspends or ends."""
    return tuple(index for index, step in enumerate(ladder) if step.do in TAKING)


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
