"""Cases of dunning: states by days overdue, retry gaps, and attempts above a threshold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.dunning.attempts import next_attempt
from larabill_billing.dunning.ladder import next_at
from larabill_billing.policies import LadderStep, is_little

KILL_BILL, LAGO, POLAR = "killbill/killbill", "getlago/lago-api", "polarsource/polar"
CLEAR = "CLEAR"
NO_TIME = units.days(0)


def kill_bill_states(case: Case) -> Answers:
    """The state is the last step of a ladder that has come, counted from the earliest unpaid invoice."""
    inputs = case.inputs
    since = units.instant(inputs["earliest_unpaid_invoice"])
    steps = sorted((units.days(days), name) for name, days in inputs["thresholds_days"].items())
    ladder = [LadderStep(after=after, do="remind") for after, _ in steps]

    def state(at: datetime) -> str:
        came = [next_at(ladder, steps=number, overdue_at=since, stepped_at=None) for number, _ in enumerate(ladder)]
        reached = [name for due, (_, name) in zip(came, steps, strict=True) if due is not None and due <= at]
        return reached[-1] if reached else CLEAR

    return {"states": [state(units.instant(on)) for on in inputs["check_dates"]]}


def lago_campaign(case: Case) -> Answers:
    """An attempt on each run day on which enough is overdue and the gap is over, up to the number of attempts."""
    inputs = case.inputs
    minimum = {"EUR": units.from_cents(inputs["threshold_cents"])}
    gap = units.full_days_between(inputs["days_between_attempts"])
    gaps = [gap for _ in range(1, inputs["max_attempts"])]
    attempts: list[tuple[str, Any]] = []
    for on in inputs["run_dates"]:
        known = [owed for day, owed in sorted(inputs["overdue_cents_by_date"].items()) if day <= on]
        if not known or is_little(minimum, "EUR", units.from_cents(known[-1])):
            continue
        tried = [units.instant(day) for day, _ in attempts]
        due = next_attempt(gaps, tried, NO_TIME)
        if not tried or (due is not None and due <= units.instant(on)):
            attempts.append((on, known[-1]))
    return {"attempt_on": [on for on, _ in attempts], "request_cents": lambda: attempts[-1][1]}


def polar_retries(case: Case) -> Answers:
    """Days from the first failure to each attempt after it."""
    first = units.instant(case.inputs["first_failure"])
    gaps = [units.days(days) for days in case.inputs["retry_gaps_days"]]
    tried = [first]
    while (due := next_attempt(gaps, tried, NO_TIME)) is not None:
        tried.append(due)
    return {"retry_offsets_days": [units.days_from(first, at) for at in tried[1:]]}


SHAPES: tuple[Shape, ...] = (
    shape(KILL_BILL, "earliest_unpaid_invoice thresholds_days check_dates", kill_bill_states),
    shape(
        LAGO,
        "threshold_cents max_attempts days_between_attempts overdue_cents_by_date run_dates",
        lago_campaign,
        "net_payment_term_days",
    ),
    shape(POLAR, "retry_gaps_days first_failure", polar_retries),
)
