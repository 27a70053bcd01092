"""Cases of proration: parts of periods and changes within them, each under its source's convention."""

from __future__ import annotations

from typing import Any

from tests.oracle import units
from tests.oracle.periods import BLESTA, KILL_BILL, KILL_BILL_POLICY, LAGO, POLAR, SILVER, blesta_days, kill_bill_due
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.periods.alignment import calendar, clipped
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.months import overflow_months
from larabill_billing.periods.schedule import Period, anniversary
from larabill_billing.proration.fractions import measure
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.normalised import direction
from larabill_billing.proration.prorate import (
    Change,
    bill,
    billing_cycles,
    prorate,
    prorate_change,
    prorate_quantity,
    remaining,
    share,
)
from larabill_core.clock import local_date

LAGO_DOCS = "getlago/lago-docs"
STRIPE = "stripe.com"

LAGO_POLICY = ProrationPolicy(Convention.INCLUSIVE_DAYS, "half_up")
POLAR_POLICY = ProrationPolicy(Convention.SECONDS, "half_even")
SILVER_POLICY = ProrationPolicy(Convention.ACTUAL_DAYS, "half_up", places=4)
BLESTA_POLICY = ProrationPolicy(Convention.WHOLE_DAYS, "half_up", places=4)
STRIPE_POLICY = ProrationPolicy(Convention.SECONDS, "half_up")


def kill_bill_policy(inputs: Any) -> ProrationPolicy:
    """Nine decimals; months of fixed days where there are such."""
    fixed = inputs.get("fixed_days", 0)
    if not fixed:
        return KILL_BILL_POLICY
    return ProrationPolicy(Convention.THIRTY_DAY_MONTH, "half_up", precision=9, month_days=fixed)


def kill_bill_cycles(case: Case) -> Answers:
    """How many billing cycles are invoiced up to the target date."""
    due = kill_bill_due(case.inputs, units.day(case.inputs["target_date"]))
    return {"billing_cycles": billing_cycles(due, kill_bill_policy(case.inputs))}


def kill_bill_trailing(case: Case) -> Answers:
    """The fraction from the last boundary to an end, which may lie several periods on."""
    inputs = case.inputs
    start, end = units.day(inputs["previous_bill_through"]), units.day(inputs["end"])
    return kill_bill_part(inputs, Period(start, end), anniversary(start, _cycle(inputs)).period(0))


def kill_bill_leading(case: Case) -> Answers:
    """The fraction from a start to the first boundary."""
    inputs = case.inputs
    start, end = units.day(inputs["start"]), units.day(inputs["first_bcd_date"])
    return kill_bill_part(inputs, Period(start, end), anniversary(end, _cycle(inputs)).period(-1))


def kill_bill_part(inputs: Any, part: Period, whole: Period) -> Answers:
    """The fraction, and the amount where there is a price."""
    policy = kill_bill_policy(inputs)
    return {
        "fraction": measure(policy, part, whole).fraction(policy),
        "amount": lambda: prorate(units.money(_price(inputs)), part, whole, policy, "USD").amount,
    }


def kill_bill_charge(case: Case) -> Answers:
    """A part of a period whose dates are given."""
    inputs = case.inputs
    part = Period(units.day(inputs["charged_from"]), units.day(inputs["charged_to_exclusive"]))
    whole = Period(units.day(inputs["period_from"]), units.day(inputs["period_to_exclusive"]))
    return kill_bill_part(inputs, part, whole)


def kill_bill_rest(case: Case) -> Answers:
    """What remains of a price when a part of it has been billed or given back."""
    inputs = case.inputs
    taken = inputs["unused_credit"] if "unused_credit" in inputs else inputs["existing_item"]
    return {"amount": remaining(units.money(inputs["period_price"]), [units.money(taken)])}


def kill_bill_invoice(case: Case) -> Answers:
    """The total of what is invoiced up to the target date."""
    inputs = {"billing_period": "MONTHLY", **case.inputs}
    due = kill_bill_due(inputs, units.day(inputs["target_date"]))
    return {"total": bill(units.money(_price(inputs)), due, kill_bill_policy(inputs), "USD").total}


def lago_fee(case: Case) -> Answers:
    """The fee for days that are counted already."""
    inputs = case.inputs
    found = share(
        units.from_cents(inputs["plan_amount_cents"]),
        inputs["days_billed"],
        inputs["days_in_period"],
        LAGO_POLICY,
        "EUR",
    )
    return {"amount_cents": units.cents(found.amount), "precise_amount_cents": units.cents(found.trace.exact)}


def lago_netting(case: Case) -> Answers:
    """The new price for the days left, less the old one for the same days."""
    inputs = case.inputs
    old, new = (
        share(units.from_cents(inputs[name]), inputs["days"], inputs["days_in_month"], LAGO_POLICY, "EUR")
        for name in ("old_full", "new_full")
    )
    return {"charge_cents": units.cents(Change(old, new).net)}


def lago_docs_start(case: Case) -> Answers:
    """A calendar month that starts late."""
    inputs = case.inputs
    start = units.day(inputs["start"])
    whole = calendar(start, Cycle.MONTHLY).period(0)
    found = prorate(units.money(inputs["amount"]), Period(start, whole.end), whole, LAGO_POLICY, "USD")
    return {"days": found.trace.measure.counted, "amount": found.amount}


def lago_docs_upgrade(case: Case) -> Answers:
    """The new price for the days left, less all that was invoiced for the old one."""
    inputs = case.inputs
    on = units.day(inputs["change_at"])
    month = calendar(on, Cycle.MONTHLY)
    charge = prorate(units.money(inputs["new"]), clipped(month, 0, on), month.period(0), LAGO_POLICY, "USD")
    return {
        "days": charge.trace.measure.counted,
        "new_charge": charge.amount,
        "invoice": remaining(charge.amount, [units.money(inputs["old_already_invoiced"])]),
    }


def lago_docs_direction(case: Case) -> Answers:
    """Whether a change of plan is an upgrade."""
    (old, old_name), (new, new_name) = (case.inputs[name].split("/") for name in ("old", "new"))
    found = direction(units.money(old), units.cycle(old_name), units.money(new), units.cycle(new_name))
    return {"kind": str(found)}


def polar_switch(case: Case) -> Answers:
    """Another product within a period; another interval begins at once and is charged in full."""
    inputs = case.inputs
    whole, at = _period(inputs), units.instant(inputs["change_at"])
    on = local_date(at, "UTC")
    new_period = None
    if "old_interval" in inputs:
        name = inputs.get("new_interval", "year" if inputs["old_interval"] == "month" else "month")
        new_period = anniversary(on, units.cycle(name)).period(0)
    change = prorate_change(
        units.from_cents(inputs["old_cents"]),
        units.from_cents(inputs["new_cents"]),
        Period(on, whole.end),
        whole,
        POLAR_POLICY,
        "USD",
        new_period=new_period,
        at=at,
    )
    return {
        "credit_cents": units.cents(change.credit.amount),
        "debit_cents": units.cents(change.charge.amount),
        "net_cents": units.cents(change.net),
    }


def polar_switches(case: Case) -> Answers:
    """Several changes in one period: each gives the price before it back for the rest."""
    inputs = case.inputs
    whole, prices = _period(inputs), [units.from_cents(price) for price in inputs["prices_cents"]]
    entries = []
    for at, old, new in zip(map(units.instant, inputs["changes"]), prices[:-1], prices[1:], strict=True):
        part = Period(local_date(at, "UTC"), whole.end)
        change = prorate_change(old, new, part, whole, POLAR_POLICY, "USD", at=at)
        entries.append([units.cents(change.credit.amount), units.cents(change.charge.amount)])
    return {"entries_credit_debit_cents": entries}


def polar_seats(case: Case) -> Answers:
    """More or fewer seats at the price that runs; the next period has the new price for all."""
    inputs = case.inputs
    whole, at = _period(inputs), units.instant(inputs["change_at"])
    before, after = inputs["seats_before"], inputs["seats_after"]
    price = units.from_cents(inputs["price_per_seat_cents"])
    part = Period(local_date(at, "UTC"), whole.end)
    found = prorate_quantity(price, before, after, part, whole, POLAR_POLICY, "USD", at=at)
    next_price = units.from_cents(inputs.get("next_price_per_seat_cents", inputs["price_per_seat_cents"]))
    return {
        "amount_cents": units.cents(units.size(found.amount)),
        "direction": "debit" if after >= before else "credit",
        "next_cycle_cents": units.cents(share(next_price, after, 1, POLAR_POLICY, "USD").amount),
    }


def blesta_price(case: Case) -> Answers:
    """The price up to the prorate day, by whole days of the term; PHP's months overflow."""
    inputs = case.inputs
    to = blesta_days(case)["until"]
    if to is None:
        return {"amount": 0}
    zone = units.zone_of(inputs["start"]) if inputs.get("timezone") is None else inputs["timezone"]
    at = units.instant(inputs["start"])
    start = local_date(at, zone)
    term = units.cycle(inputs["period"], inputs.get("term", 1))
    end = overflow_months(start, term.months) if term.months else anniversary(start, term).boundary(1)
    part, whole = Period(start, to), Period(start, end)
    found = prorate(units.money(inputs["price"]), part, whole, BLESTA_POLICY, "USD", at=at, time_zone=zone)
    return {"amount": found.amount, "days": found.trace.measure.counted}


def silver_share(case: Case) -> Answers:
    """Days of a month, with four decimals."""
    inputs = case.inputs
    found = share(units.money(inputs["amount"]), inputs["days"], inputs["days_in_month"], SILVER_POLICY, "USD")
    return {"amount": found.amount}


def stripe_change(case: Case) -> Answers:
    """Credit for what is not used and a charge for what remains; the credit is written below zero."""
    left = units.fraction(case.inputs["fraction_left"])
    credit, charge = (share(units.money(case.inputs[name]), left, 1, STRIPE_POLICY, "USD") for name in ("old", "new"))
    change = Change(credit, charge)
    return {"credit": units.negative(credit.amount), "debit": charge.amount, "net": change.net}


def _period(inputs: Any) -> Period:
    start, end = inputs["period"] if "period" in inputs else (inputs["period_start"], inputs["period_end"])
    return Period(units.day(start), units.day(end))


def _cycle(inputs: Any) -> Cycle:
    return units.cycle(inputs.get("billing_period", "MONTHLY"))


def _price(inputs: Any) -> Any:
    return inputs["period_price"] if "period_price" in inputs else inputs["price"]


CHARGED = "charged_from charged_to_exclusive period_from period_to_exclusive"
SHAPES: tuple[Shape, ...] = (
    shape(
        KILL_BILL,
        "start target_date bill_cycle_day billing_period",
        kill_bill_cycles,
        "end billing_mode fixed_days",
    ),
    shape(KILL_BILL, "previous_bill_through end", kill_bill_trailing, "billing_period fixed_days period_price price"),
    shape(KILL_BILL, "start first_bcd_date", kill_bill_leading, "billing_period fixed_days period_price price"),
    shape(KILL_BILL, CHARGED, kill_bill_charge, "*"),
    shape(KILL_BILL, "period_price unused_credit", kill_bill_rest),
    shape(KILL_BILL, "period_price existing_item", kill_bill_rest, "missing_from missing_to_exclusive"),
    shape(
        KILL_BILL,
        "price start bill_cycle_day target_date",
        kill_bill_invoice,
        "end billing_period billing_mode fixed_days",
    ),
    shape(LAGO, "days_billed days_in_period plan_amount_cents", lago_fee, "*"),
    shape(LAGO, "old_full new_full days days_in_month", lago_netting, "*"),
    shape(LAGO_DOCS, "amount start days_in_month", lago_docs_start, "*"),
    shape(LAGO_DOCS, "old new old_already_invoiced change_at", lago_docs_upgrade),
    shape(LAGO_DOCS, "old new", lago_docs_direction),
    shape(
        POLAR,
        "old_cents new_cents period_start period_end change_at",
        polar_switch,
        "interval old_interval new_interval",
    ),
    shape(POLAR, "period prices_cents changes", polar_switches),
    shape(
        POLAR,
        "price_per_seat_cents seats_before seats_after period change_at",
        polar_seats,
        "next_price_per_seat_cents",
    ),
    shape(BLESTA, "start prorate_day period price", blesta_price, "term timezone prorate_date"),
    shape(SILVER, "amount days days_in_month", silver_share, "*"),
    shape(STRIPE, "old new fraction_left", stripe_change),
)
