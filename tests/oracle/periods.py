"""Cases of period arithmetic: boundaries, billing days and whole periods, each by its source's rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from typing import Any

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.periods.alignment import (
    aligned,
    aligned_to_weekday,
    calendar,
    clipped,
    cut_until,
    next_billing_date,
)
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.due import billed_until, due, period_billed
from larabill_billing.periods.instants import at_time_of, bill_cycle_day, end_of_day, instants, trial_end
from larabill_billing.periods.months import months_between, overflow_months, whole_periods
from larabill_billing.periods.schedule import Period, Schedule, add_months, anniversary, month_day
from larabill_billing.proration.fractions import days_of_24_hours, fixed_days
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.prorate import billing_cycles, share
from larabill_core.clock import local_date

KILL_BILL, LAGO, POLAR = "killbill/killbill", "getlago/lago-api", "polarsource/polar"
BLESTA, SILVER, NINJA, FOSS = (
    "blesta/proration",
    "silverapp/silver",
    "invoiceninja/invoiceninja",
    "FOSSBilling/FOSSBilling",
)
STRIPE = "stripe.com"

KILL_BILL_POLICY = ProrationPolicy(Convention.ACTUAL_DAYS, "half_up", precision=9)


def kill_bill_schedule(inputs: Any) -> Schedule:
    """The schedule on a bill cycle day, whose anchor is the first billing cycle date."""
    return aligned(units.day(inputs["start"]), units.cycle(inputs["billing_period"]), inputs["bill_cycle_day"])


def kill_bill_due(inputs: Any, target: date) -> Any:
    """What Kill Bill invoices by `target`."""
    end = inputs.get("end")
    return due(
        kill_bill_schedule(inputs),
        units.day(inputs["start"]),
        None if end is None else units.day(end),
        target,
        in_advance=inputs.get("billing_mode", "IN_ADVANCE") == "IN_ADVANCE",
        realign=False,
    )


def kill_bill_cycle_days(case: Case) -> Answers:
    """The dates around a bill cycle day, and how many cycles are billed before and on each boundary."""
    inputs = case.inputs
    schedule = kill_bill_schedule(inputs)

    def rows() -> list[Any]:
        found = []
        for n, row in enumerate(case.expected["rows_boundary_cyclesBefore_cyclesOn"], 1):
            on = schedule.boundary(n)
            days = (Period(on, on).last, on)
            cycles = [billing_cycles(kill_bill_due(inputs, target), KILL_BILL_POLICY) for target in days]
            found.append([on, *cycles][: len(row)])
        return found

    def until() -> date | None:
        end = inputs.get("end")
        return billed_until(
            schedule,
            units.day(inputs["start"]),
            None if end is None else units.day(end),
            units.day(inputs["target_date"]),
            in_advance=inputs.get("billing_mode", "IN_ADVANCE") == "IN_ADVANCE",
        )

    def last() -> date | None:
        reached = until()
        if reached is None or reached < schedule.anchor_on:
            return None
        return schedule.boundary(schedule.index(reached))

    def upcoming() -> date:
        reached = until()
        if reached is None or reached < schedule.anchor_on:
            return schedule.anchor_on
        return schedule.period(schedule.index(reached)).end

    def whole() -> int:
        reached = last()
        return 0 if reached is None else whole_periods(schedule.anchor_on, reached, schedule.cycle)

    return {
        "first_billing_cycle_date": schedule.anchor_on,
        "effective_end_date": until,
        "last_billing_cycle_date": last,
        "next_billing_cycle_date": upcoming,
        "whole_periods": whole,
        "rows_boundary_cyclesBefore_cyclesOn": rows,
    }


def kill_bill_align(case: Case) -> Answers:
    """A proposed date moved to the bill cycle day of its month."""
    on = units.day(case.inputs["proposed"])
    schedule = units.cycle(case.inputs["billing_period"])
    return {"aligned": on if schedule.days else month_day(on, 0, case.inputs["bill_cycle_day"])}


def kill_bill_next(case: Case) -> Answers:
    """The next date to bill after a change."""
    inputs = case.inputs
    previous, name = inputs.get("previous"), inputs["billing_period"]
    found = next_billing_date(
        None if previous is None else units.day(previous),
        units.day(inputs["current"]),
        None if units.is_no_cycle(name) else units.cycle(name),
        inputs["bill_cycle_day"],
    )
    return {"next_billing_date": found}


def kill_bill_day_in_zone(case: Case) -> Answers:
    """The account's zone decides the bill cycle day."""
    start, zone = units.instant(case.inputs["start_utc"]), units.zone(case.inputs["account_timezone"])
    return {"bill_cycle_day": bill_cycle_day(start, zone)}


def kill_bill_between(case: Case) -> Answers:
    """Whole periods between two dates."""
    start, end = (units.day(case.inputs[name]) for name in ("start", "end"))
    return {"whole_periods": whole_periods(start, end, units.cycle(case.inputs["billing_period"]))}


def kill_bill_advance(case: Case) -> Answers:
    """A date moved by a number of periods, back when it is below zero."""
    start, cycle = units.day(case.inputs["start"]), units.cycle(case.inputs["billing_period"])
    return {"result": anniversary(start, cycle).boundary(case.inputs["n"])}


def kill_bill_fixed_days(case: Case) -> Answers:
    """Days between two dates when every month has the same number."""
    start, end = (units.day(case.inputs[name]) for name in ("start", "end"))
    fixed = case.inputs["fixed_days"]
    return {"days": fixed_days(start, end, fixed) if fixed else Period(start, end).days}


def kill_bill_after_trial(case: Case) -> Answers:
    """The periods that follow a trial of days, on the bill cycle day."""
    inputs = case.inputs
    trial = anniversary(units.day(inputs["trial_start"]), units.days_cycle(inputs["trial_days"])).period(0)
    schedule = aligned(trial.end, units.cycle(inputs["billing_period"]), inputs["bill_cycle_day"])
    periods = [schedule.period(n) for n in range(inputs["n"])]
    return {"periods": [[period.start, period.end] for period in periods], "trial_end": trial.end}


def lago(case: Case) -> Answers:
    """The period that a billing run covers, its inclusive end, its instants and its length.

    Usage (charges) is always billed in arrears. `ends` shows a date or an instant, whichever the case has.
    """
    inputs = case.inputs
    zone = units.zone(inputs.get("timezone"))
    billed_on = local_date(units.instant(_first(inputs, "billing_at_utc", "billing_date", "date")), zone)
    # A calendar period does not ask when the subscription began.
    start = local_date(units.instant(inputs.get("subscription_date", inputs.get("started_at", "2000-01-01"))), zone)
    name, _, _ = case.path.rpartition("/")[2].partition("_")
    along = calendar if inputs["billing_time"] == "calendar" else anniversary
    schedule = along(start, units.cycle(inputs.get("interval", name)))
    of_usage = along(start, Cycle.MONTHLY) if inputs.get("bill_charges_monthly") else schedule
    ended = inputs.get("terminated", False)
    current = inputs.get("current_usage", False) or inputs.get("current_period", False)
    whole = period_billed(schedule, billed_on, in_advance=inputs.get("pay_in_advance", False) or current, ended=ended)
    usage = period_billed(of_usage, billed_on, in_advance=current, ended=ended)
    started = local_date(units.instant(inputs.get("started_at", start.isoformat())), zone)
    stopped = local_date(units.instant(inputs.get("terminated_at", billed_on.isoformat())), zone) if ended else None

    def served(period: Period) -> Period:
        return Period(max(period.start, started), max(period.end, started))

    def last(period: Period) -> date:
        return served(period).last if stopped is None else min(served(period).last, stopped)

    def ends(key: str, on: date) -> Any:
        return end_of_day(on, zone) if units.is_instant(case.expected.get(key)) else on

    def begins(key: str, period: Period) -> Any:
        return instants(period, zone)[0] if units.is_instant(case.expected.get(key)) else period.start

    # What began within a period that another subscription opened is priced by the day of that whole period.
    opened = schedule.period(schedule.index(served(whole).start)) if "started_at" in inputs else whole
    return {
        "from_date": served(whole).start,
        "to_date_inclusive": last(whole),
        "to_date": last(whole),
        "from_datetime": instants(served(whole), zone)[0],
        "to_datetime": end_of_day(last(whole), zone),
        "charges_from_date": served(usage).start,
        "charges_to_date_inclusive": last(usage),
        "charges_from_datetime": instants(served(usage), zone)[0],
        "charges_to_datetime": end_of_day(last(usage), zone),
        "next_end_of_period": ends("next_end_of_period", schedule.period(schedule.index(billed_on)).last),
        "end_of_period": ends("end_of_period", whole.last),
        "previous_beginning_of_period": begins("previous_beginning_of_period", usage),
        "days": usage.days,
        "single_day_price": lambda: _of_a_day(inputs["plan_amount"], opened.days),
    }


def _of_a_day(amount: Any, days: int) -> Any:
    """The price of one of so many days; a price that is only a letter stays one."""
    if units.is_number(amount):
        return share(units.money(amount), 1, days, ProrationPolicy(Convention.INCLUSIVE_DAYS), "EUR").trace.exact
    return f"{amount}/{days}"


def polar_anchor(case: Case) -> Answers:
    """The starts of the periods from a stored anchor day."""
    inputs = case.inputs
    start = units.day(inputs["start"])
    cycle = units.cycle(inputs["interval"], inputs.get("interval_count", 1))
    schedule = Schedule(cycle, start, inputs.get("anchor_day", start.day))
    return {
        "period_starts": lambda: [schedule.boundary(n) for n, _ in enumerate(case.expected["period_starts"])],
        "period_ends": lambda: [schedule.period(n).end for n, _ in enumerate(case.expected["period_ends"])],
        "next_period_end": schedule.period(0).end,
        "anchor_day": schedule.anchor_day,
    }


def polar_trial(case: Case) -> Answers:
    """The end of a trial, and the day that the paid periods keep."""
    inputs = case.inputs
    ends_at = trial_end(units.instant(inputs["start"]), inputs["trial_days"])
    schedule = anniversary(local_date(ends_at, "UTC"), units.cycle(inputs["interval"]))
    return {
        "trial_end": ends_at,
        "anchor_day": bill_cycle_day(ends_at, "UTC"),
        "next_period_end": at_time_of(schedule.boundary(1), ends_at, "UTC"),
    }


def blesta_days(case: Case) -> Answers:
    """The day to prorate to, and how many days lie before it."""
    inputs = case.inputs
    starts_at = units.instant(inputs["start"])
    zone = units.zone_of(inputs["start"]) if inputs.get("timezone") is None else inputs["timezone"]
    start = local_date(starts_at, zone)
    name = inputs.get("period", "month")
    given = inputs.get("prorate_date")
    if given is not None:
        to: date | None = local_date(units.instant(given), zone)
    else:
        cycle = None if units.is_no_cycle(name) else units.cycle(name)
        to = cut_until(start, cycle, inputs.get("prorate_day") or 0)

    days = 0 if to is None else days_of_24_hours((starts_at, instants(Period(start, to), zone)[1]))

    def shown() -> Any:
        if to is None or not units.is_instant(case.expected["prorate_date"]):
            return to
        return instants(Period(to, to), zone)[0]

    return {"prorate_date": shown, "days": days, "can_prorate": days > 0, "until": to}


def silver_months(case: Case) -> Answers:
    """Months between two dates."""
    found = months_between(units.day(case.inputs["start"]), units.day(case.inputs["end"]))
    return {"months": found}


def silver_cycles(case: Case) -> Answers:
    """Billing cycles with inclusive ends, from the start or from the calendar's next month, Monday or year.

    The last day of a trial ends a cycle too.
    """
    inputs = case.inputs
    start, cycle = units.day(inputs["start"]), units.cycle(inputs["interval"], inputs.get("interval_count", 1))
    schedule = anniversary(start, cycle)
    if inputs.get("alignment", "anniversary") == "calendar":
        schedule = _from_the_next_unit(start, inputs["interval"], cycle)
    trial = inputs.get("trial_end")
    cut = None if trial is None else Period(units.day(trial), units.day(trial))

    def cycles() -> Iterator[list[date]]:
        for n in count(schedule.index(start)):
            period = clipped(schedule, n, start)
            if cut is not None and period.start <= cut.start < period.last:
                yield [period.start, cut.start]
                period = Period(anniversary(cut.start, Cycle.DAILY).boundary(1), period.end)
            yield [period.start, period.last]

    return {"cycles": lambda: list(islice(cycles(), len(case.expected["cycles"])))}


def _from_the_next_unit(start: date, unit: str, cycle: Cycle) -> Schedule:
    if cycle.days:
        return aligned_to_weekday(start, cycle, 1) if unit == "week" else anniversary(start, cycle)
    one = calendar(start, units.cycle(unit))
    return anniversary(one.boundary(one.next_index(start)), cycle)


def stripe_anchor(case: Case) -> Answers:
    """The dates after a billing cycle anchor."""
    schedule = anniversary(units.day(case.inputs["anchor"]), units.cycle(case.inputs["interval"]))
    return {"dates": lambda: [schedule.boundary(n) for n, _ in enumerate(case.expected["dates"], 1)]}


def month_later(case: Case) -> Answers:
    """A date some months later: clamped, and as PHP overflows it."""
    on, months = units.day(case.inputs["date"]), case.inputs["months"]
    clamped = add_months(on, months)
    return {"result": clamped, "anchor_safe_result": clamped, "php_result": overflow_months(on, months)}


def php_pairs(case: Case) -> Answers:
    """A month after the first date and a year after the second, which only the text of the case says."""
    pairs = list(zip(map(units.day, case.inputs["dates"]), (Cycle.MONTHLY, Cycle.ANNUAL), strict=True))
    return {
        "php": [overflow_months(on, cycle.months) for on, cycle in pairs],
        "anchor_safe": [add_months(on, cycle.months) for on, cycle in pairs],
    }


def _first(inputs: Any, *names: str) -> Any:
    return next(inputs[name] for name in names if name in inputs)


LAGO_OPTIONS = (
    "subscription_date started_at pay_in_advance terminated terminated_at timezone plan_amount interval "
    "current_usage current_period bill_charges_monthly"
)
SHAPES: tuple[Shape, ...] = (
    shape(KILL_BILL, "start bill_cycle_day billing_period", kill_bill_cycle_days, "end target_date billing_mode"),
    shape(KILL_BILL, "proposed bill_cycle_day billing_period", kill_bill_align),
    shape(KILL_BILL, "current bill_cycle_day billing_period", kill_bill_next, "previous"),
    shape(KILL_BILL, "start_utc account_timezone", kill_bill_day_in_zone),
    shape(KILL_BILL, "start end billing_period", kill_bill_between),
    shape(KILL_BILL, "start billing_period n", kill_bill_advance),
    shape(KILL_BILL, "start end fixed_days", kill_bill_fixed_days),
    shape(KILL_BILL, "trial_start trial_days bill_cycle_day billing_period n", kill_bill_after_trial),
    shape(LAGO, "billing_time billing_date", lago, LAGO_OPTIONS),
    shape(LAGO, "billing_time billing_at_utc", lago, LAGO_OPTIONS),
    shape(LAGO, "billing_time date", lago, LAGO_OPTIONS),
    shape(POLAR, "start interval", polar_anchor, "anchor_day interval_count"),
    shape(POLAR, "start trial_days interval", polar_trial),
    shape(BLESTA, "start prorate_day", blesta_days, "period timezone term prorate_date"),
    shape(SILVER, "start end", silver_months),
    shape(SILVER, "start interval", silver_cycles, "alignment interval_count trial_end"),
    shape(STRIPE, "anchor interval", stripe_anchor),
    shape(NINJA, "date months", month_later),
    shape(FOSS, "date months", month_later),
    shape(FOSS, "dates", php_pairs),
)
