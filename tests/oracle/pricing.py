"""Cases of pricing models: their tiers, packages and percentages as our tables, priced by our models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.pricing.changes import rate_changes
from larabill_billing.pricing.commitment import true_up
from larabill_billing.pricing.exact import rounded, total
from larabill_billing.pricing.model import Graduated, PricingModel
from larabill_billing.pricing.parse import parse_model
from larabill_billing.pricing.percentage import itemise
from larabill_billing.pricing.rate import rate
from larabill_billing.tax.calculate import calculate
from larabill_billing.tax.model import TaxRate

KILL_BILL, LAGO, LAGO_DOCS = "killbill/killbill", "getlago/lago-api", "getlago/lago-docs"
POLAR, STRIPE = "polarsource/polar", "https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing"
CURRENCY = "EUR"
"""The cases name none; all of theirs have cents."""

KILL_BILL_POLICIES = {"ALL_TIERS": "graduated", "TOP_TIER": "volume"}


def model(code: str, **fields: Any) -> PricingModel:
    """The model of a table; what is None is left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    return parse_model({"model": code, **given}, "", CURRENCY)


def table(**fields: Any) -> dict[str, Any]:
    """A tier; what is None is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def amounts(values: Any) -> list[Decimal]:
    """A number, or a list of them."""
    return [units.money(each) for each in (values if isinstance(values, list) else [values])]


def or_nothing(value: Any) -> Decimal:
    """An amount of which null means none."""
    return units.money(value or 0)


def kill_bill(case: Case) -> Answers:
    """Tiers of blocks: the last one holds all that follow."""
    inputs = case.inputs
    tiers = inputs.get("tiers") or [inputs]
    last = len(tiers[1:])
    priced = rate(
        model(
            KILL_BILL_POLICIES[inputs.get("policy", "ALL_TIERS")],
            tiers=[
                table(
                    block=each["block_size"],
                    blocks=None if index == last else each["max_blocks"],
                    unit_price=each["price"],
                )
                for index, each in enumerate(tiers)
            ],
        ),
        events=amounts(inputs["units"]),
        currency=CURRENCY,
        already_billed=or_nothing(inputs.get("already_billed")),
    )
    return {"per_tier": [part.amount for part in priced.parts], "total": priced.amount, "amount": priced.amount}


def lago_ranges(ranges: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lago's ranges as tiers, with where they start so that gaps and overlaps are refused."""
    return [
        table(
            **{"from": each.get("from_value")},
            up_to=each["to_value"],
            unit_price=each.get("per_unit_amount"),
            rate=each.get("rate_percent"),
            flat=each.get("flat_amount"),
        )
        for each in ranges
    ]


def lago_tiers(case: Case) -> PricingModel:
    """The model is what the source's file is about; flat amounts are due at zero units, except beside percentages."""
    ranges = case.inputs["ranges"]
    if any("rate_percent" in each for each in ranges):
        return model("graduated_percentage", tiers=lago_ranges(ranges))
    code = "volume" if "volume" in case.path or "full_units" in case.inputs else "graduated"
    return model(code, tiers=lago_ranges(ranges), flat_at_zero=True)


def lago_tiered(case: Case) -> Answers:
    """Ranges, and the units or the amount that fall into them."""
    inputs = case.inputs
    quantity = inputs.get("units", inputs.get("amount_units"))
    return {"amount": rate(lago_tiers(case), units.money(quantity), currency=CURRENCY).amount}


def lago_prorated_volume(case: Case) -> Answers:
    """The full units choose the tier, the prorated ones are billed."""
    prorated, full = units.money(case.inputs["prorated_units"]), units.money(case.inputs["full_units"])
    return {"amount": rate(lago_tiers(case), prorated, reached=full, currency=CURRENCY).amount}


def lago_prorated_graduated(case: Case) -> Answers:
    """Changes in full and prorated; the source compares them rounded to cents."""
    tiers = lago_tiers(case)
    assert isinstance(tiers, Graduated)
    full, prorated = amounts(case.inputs["events_full"]), amounts(case.inputs["events_prorated"])
    return {"amount": rounded(rate_changes(tiers, full, prorated, currency=CURRENCY).amount, CURRENCY)}


def package(case: Case) -> Answers:
    """Whole packages after free units."""
    inputs = case.inputs
    priced = rate(
        model(
            "package",
            size=inputs.get("package_size", inputs.get("package")),
            price=inputs.get("package_price", inputs.get("price")),
            free_units=inputs.get("free_units", inputs.get("free")),
        ),
        units.money(inputs["units"]),
        currency=CURRENCY,
    )
    return {"amount": priced.amount}


def percentage(case: Case) -> Answers:
    """A percentage of transactions, or of a sum of which the first running totals are known."""
    inputs = case.inputs
    priced = model(
        "percentage",
        rate=inputs["rate_percent"],
        fixed=inputs.get("fixed_amount", inputs.get("fixed")),
        free_events=inputs.get("free_events"),
        free_amount=inputs.get("free_total"),
        minimum=inputs.get("per_transaction_min"),
        maximum=inputs.get("per_transaction_max"),
    )
    if "transactions" in inputs:
        events = tuple(amounts(inputs["transactions"]))
    elif "amount" in inputs:
        events = tuple(amounts(inputs["amount"]))
    else:
        totals = amounts(inputs.get("running_total") or [])
        events = itemise(units.money(inputs["units"]), inputs.get("events", 1), totals)
    amount = rate(priced, events=events, currency=CURRENCY).amount
    return {"amount": amount, "fee": amount}


def lago_true_up(case: Case) -> Answers:
    """What is missing to a minimum for the days of a period, and the tax on it."""
    inputs = case.inputs
    missing = true_up(
        units.from_cents(inputs["min_amount_cents"]),
        total([units.from_cents(each) for each in amounts(inputs["usage_cents"])]),
        currency=CURRENCY,
        days=inputs.get("days", 1),
        days_in_period=inputs.get("days_in_period", 1),
    )

    def tax() -> Any:
        rate = TaxRate(category="S", rate=units.money(inputs["tax_percent"]), name="tax")
        return units.cents(calculate([missing.amount], [(rate,)], CURRENCY).tax)

    return {"true_up_cents": units.cents(missing.amount), "true_up_tax_cents": tax}


def docs_minimum(case: Case) -> Answers:
    """What is missing to a minimum spend."""
    used = total(amounts(case.inputs["used"]))
    return {"true_up": true_up(units.money(case.inputs["minimum"]), used, currency=CURRENCY).amount}


def docs_volume(case: Case) -> Answers:
    """The one tier that the units reach."""
    tier = table(unit_price=case.inputs["per_unit"], flat=case.inputs.get("flat"))
    return {"amount": rate(model("volume", tiers=[tier]), units.money(case.inputs["units"]), currency=CURRENCY).amount}


def tiers_by_last_unit(rows: Iterable[list[Any]], *, in_cents: bool) -> list[dict[str, Any]]:
    """Tiers from [first, last, price] or [first, last, price, flat]. Polar's first tier may begin at its minimum."""
    price = units.from_cents if in_cents else units.money
    return [table(up_to=row[1], unit_price=price(row[2]), flat=price(row[3]) if row[3:] else None) for row in rows]


def polar(code: str) -> Any:
    """Seats: a fixed part, if any, and the tiers in `code`'s way."""

    def answer(case: Case) -> Answers:
        inputs = case.inputs
        tiers = model(code, tiers=tiers_by_last_unit(inputs["tiers"], in_cents=True))
        fixed = model("flat", amount=units.from_cents(inputs.get("fixed_cents")))
        quantity = units.money(inputs["quantity"])
        each = [rate(price, quantity, currency=CURRENCY).amount for price in (fixed, tiers)]
        return {"amount_cents": units.cents(total(each))}

    return answer


def stripe(case: Case) -> Answers:
    """Tiers in the mode that the case names."""
    inputs = case.inputs
    tiers = model(inputs["mode"], tiers=tiers_by_last_unit(inputs["tiers"], in_cents=False))
    return {"amount": rate(tiers, units.money(inputs["quantity"]), currency=CURRENCY).amount}


SHAPES: tuple[Shape, ...] = (
    shape(KILL_BILL, "units tiers", kill_bill, "policy already_billed"),
    shape(KILL_BILL, "units block_size price", kill_bill, "policy already_billed max_blocks"),
    shape(LAGO, "units ranges", lago_tiered),
    shape(LAGO, "amount_units ranges", lago_tiered),
    shape(LAGO, "prorated_units full_units ranges", lago_prorated_volume),
    shape(LAGO, "events_full events_prorated ranges", lago_prorated_graduated),
    shape(LAGO, "units package_size package_price", package, "free_units"),
    shape(LAGO, "units rate_percent", percentage, "fixed_amount events running_total free_events free_total"),
    shape(
        LAGO,
        "transactions rate_percent",
        percentage,
        "fixed_amount per_transaction_min per_transaction_max free_events free_total",
    ),
    shape(LAGO, "min_amount_cents usage_cents", lago_true_up, "days days_in_period tax_percent"),
    shape(LAGO_DOCS, "amount rate_percent", percentage, "fixed"),
    shape(LAGO_DOCS, "units package price", package, "free"),
    shape(LAGO_DOCS, "units per_unit", docs_volume, "flat"),
    shape(LAGO_DOCS, "minimum used", docs_minimum),
    # Polar's tests say in their class, and not in the inputs, in which of the two ways the tiers are meant.
    shape(POLAR, "tiers quantity", polar("volume")),
    shape(POLAR, "tiers quantity", polar("graduated")),
    shape(POLAR, "tiers quantity min_quantity", polar("graduated")),
    shape(POLAR, "tiers quantity fixed_cents", polar("graduated"), "min_quantity"),
    shape(STRIPE, "tiers quantity mode", stripe),
)
