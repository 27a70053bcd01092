"""What has to be billed up to a day: the stub before the first boundary, whole periods, and the one cut short."""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from larabill_billing.periods.schedule import Period, Schedule, add_months


@attrs.frozen
class Due:
    """A period to bill, and the whole period that its price stands for; both are the same when it is not cut."""

    period: Period
    whole: Period


def period_billed(schedule: Schedule, on: date, *, in_advance: bool, ended: bool = False) -> Period:
    """The period that a run on the day `on` bills: in advance the one that holds it, in arrears the one before.

    What `ended` on that day is billed for the period that it ended in, in arrears too.
    """
    return schedule.period(schedule.index(on) - (0 if in_advance or ended else 1))


def billed_until(schedule: Schedule, start: date, end: date | None, target: date, *, in_advance: bool) -> date | None:
    """The day up to which a service from `start` to `end` (None: it goes on) is billed on the day `target`.

    `schedule` has its anchor on or after `start`. None before the start: nothing is billed. In advance the period in
    which `target` lies is billed as well, on its first day already; in arrears only what is over by then. What
    ends is never billed beyond its end.
    """
    if target < start:
        return None
    if in_advance:
        reach = schedule.boundary(schedule.index(target) + 1)
        return reach if end is None else min(end, reach)
    if end is not None and end <= target:
        return end
    return schedule.boundary(schedule.index(target)) if target >= schedule.anchor_on else None


def due(
    schedule: Schedule,
    start: date,
    end: date | None,
    target: date,
    *,
    in_advance: bool,
    realign: bool = True,
) -> tuple[Due, ...]:
    """All that is billed by the day `target` for a service from `start` to `end`, in order and without a gap.

    With `realign` a stub is a part of the schedule's own period. Without it the period that it is measured against is
    reckoned from the boundary alone, and forgets its day: Kill Bill measures a stub that ends on 30 April against the
    month from 30 March also where the subscription is billed on the 31st.
    """
    until = billed_until(schedule, start, end, target, in_advance=in_advance)
    if until is None or until <= start:
        return ()
    first = schedule.anchor_on
    if end is not None and end <= first:
        whole = schedule.period(-1) if realign else Period(_shift(schedule, end, -1), end)
        return (Due(Period(start, end), whole),)
    found = []
    if start < first:
        whole = schedule.period(-1) if realign else Period(_shift(schedule, first, -1), first)
        found.append(Due(Period(start, first), whole))
    last = schedule.index(until)
    found += [Due(period, period) for period in map(schedule.period, range(last))]
    rest = Period(schedule.boundary(last), until)
    if rest.days:
        whole = schedule.period(last) if realign else Period(rest.start, _shift(schedule, rest.start, 1))
        found.append(Due(rest, whole))
    return tuple(found)


def _shift(schedule: Schedule, on: date, cycles: int) -> date:
    cycle = schedule.cycle
    return on + timedelta(days=cycle.days * cycles) if cycle.days else add_months(on, cycle.months * cycles)
