"""Cases of recurring revenue: what agreements are worth by the month, and how many are lost."""

from __future__ import annotations

from decimal import Decimal

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.discounts.model import Discount
from larabill_billing.periods.schedule import add_months
from larabill_billing.pricing.exact import rounded
from larabill_billing.reports.churn import Life, churn_rate
from larabill_billing.reports.recurring import Recurring, Run, average, converted, monthly, per_agreement, recurring

POLAR, STRIPE = "polarsource/polar", "stripe.com"
DOLLAR = "USD"
BEGUN = units.day("2024-01-01")


def _mrr_cents(mrr: Decimal) -> Answers:
    return {"mrr_cents": units.cents(rounded(mrr, DOLLAR))}


def of_cycle(case: Case) -> Answers:
    inputs = case.inputs
    cycle = units.cycle(inputs["interval"], inputs["interval_count"])
    return _mrr_cents(monthly(units.from_cents(inputs["amount_cents"]), cycle))


def discounted(case: Case) -> Answers:
    """By the month; a discount that lasts for ever counts."""
    off = Discount(name="discount", percent=Decimal(case.inputs["discount_percent"]))
    return _mrr_cents(monthly(units.from_cents(case.inputs["amount_cents"]), units.cycle("month"), [off]))


def in_reporting_currency(case: Case) -> Answers:
    """Each month at the mean of the rates that are known of it."""
    subscriptions = case.inputs["subscriptions"]
    amounts = {currency: units.from_cents(cents) for currency, cents in subscriptions}
    worth, each = {}, {}
    for month, rates in case.inputs["rates"].items():
        means = {currency: average([Decimal(rate) for rate in found]) for currency, found in rates.items()}
        mrr = converted(amounts, means, DOLLAR)
        worth[month] = units.cents(mrr)
        each[month] = units.cents(per_agreement(mrr, len(subscriptions), DOLLAR))
    return {"mrr_cents": worth, "arpu_cents": each}


def trials(case: Case) -> Answers:
    months = [units.day(f"{month}-01") for month in case.inputs["months"]]
    runs = [
        Run(
            monthly=units.from_cents("10000"),
            trial_until=_in_month(each.get("converts")) or _ends_later(each),
            ends_on=_in_month(each.get("ends")),
        )
        for each in case.inputs["subscriptions"]
    ]
    found: list[Recurring] = [recurring(runs, add_months(month, 1)) for month in months]
    return {
        "mrr_cents": [units.cents(each.mrr) for each in found],
        "trial_mrr_cents": [units.cents(each.trial) for each in found],
        "trial_committed_mrr_cents": [units.cents(each.trial_committed) for each in found],
    }


def _in_month(month: str | None) -> object:
    return units.day(f"{month}-15") if month else None


def _ends_later(subscription: object) -> object:
    """A trial that does not convert goes on as long as the agreement does."""
    return units.day("9999-12-31") if subscription["state"] == "trialing" else None  # type: ignore[index]


def churn(case: Case) -> Answers:
    cancelled = units.day(case.inputs["canceled_at"])
    lives = [Life(BEGUN, None if number else cancelled) for number in range(case.inputs["active_start"])]
    days = case.expected["churn_rate_by_day"]
    return {"churn_rate_by_day": {day: churn_rate(lives, units.day(day), case.inputs["window_days"]) for day in days}}


def of_price(case: Case) -> Answers:
    return {"mrr": monthly(Decimal(case.inputs["amount"]), units.cycle(case.inputs["interval"]))}


def of_all(case: Case) -> Answers:
    runs = [
        Run(monthly=monthly(Decimal(each["amount"]), units.cycle(each["interval"])))
        for each in case.inputs["subscriptions"]
        for _ in range(each["count"])
    ]
    return {"mrr": recurring(runs, BEGUN).mrr}


SHAPES: tuple[Shape, ...] = (
    shape(POLAR, "amount_cents interval interval_count", of_cycle),
    shape(POLAR, "amount_cents discount_percent duration", discounted),
    shape(POLAR, "subscriptions rates", in_reporting_currency),
    shape(POLAR, "subscriptions months", trials),
    shape(POLAR, "active_start canceled_at window_days", churn),
    shape(STRIPE, "amount interval", of_price),
    shape(STRIPE, "subscriptions", of_all),
)
