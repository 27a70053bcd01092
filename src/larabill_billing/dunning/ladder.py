"""The overdue ladder: what is done about an unpaid invoice, and when. Data; this module checks and reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

from larabill_core.errors import Faults

Action: TypeAlias = Literal["remind", "retry", "suspend", "end"]

TAKING: Final[frozenset[Action]] = frozenset({"suspend", "end"})
"""Actions that take something away: they stand under the ceiling."""


@attrs.frozen(kw_only=True)
class Step:
    """`after` counts from the moment at which the invoice became overdue: the start of the day after its due day."""

    after: timedelta
    do: Action


DEFAULT: Final = (
    Step(after=timedelta(days=3), do="remind"),
    Step(after=timedelta(days=5), do="retry"),
    Step(after=timedelta(days=10), do="suspend"),
    Step(after=timedelta(days=30), do="end"),
)


def check(ladder: Sequence[Step], path: str = "overdue") -> None:
    """Raises `InvalidInput` with every fault, by key path.

    Steps stand in order, each later than the one before; `suspend` and `end` stand there at most once; nothing follows
    `end`.
    """
    faults = Faults()
    for index, (before, step) in enumerate(pairwise(ladder), start=1):
        with faults.at(path, index):
            if step.after <= before.after:
                faults.add("after", "must be later than the step before", value=_days(step.after))
            if before.do == "end":
                faults.add("do", "nothing can follow an end", value=step.do, remedy="put the end last")
    seen: set[Action] = set()
    for index, step in enumerate(ladder):
        with faults.at(path, index):
            if step.after < timedelta(0):
                faults.add("after", "must not be negative", value=_days(step.after))
            if step.do in TAKING and step.do in seen:
                faults.add("do", "stands in the ladder twice", value=step.do)
        seen.add(step.do)
    faults.raise_if_any()


def _days(after: timedelta) -> str:
    return f"{after / timedelta(days=1):g}d"


def next_at(
    ladder: Sequence[Step], *, steps: int, overdue_at: datetime, stepped_at: datetime | None
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


def reaches(ladder: Sequence[Step], actions: frozenset[Action]) -> tuple[int, ...]:
    """The numbers of steps taken after which one of `actions` comes next."""
    return tuple(index for index, step in enumerate(ladder) if step.do in actions)


def taken(ladder: Sequence[Step], steps: int, action: Action) -> bool:
    """Whether `action` is among the first `steps` steps."""
    return any(step.do == action for step in ladder[:steps])
