"""Cases of coupons: percentages and amounts over lines, one after the other, and within a period."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.oracle import units
from tests.oracle.periods import LAGO, POLAR
from tests.oracle.proration import POLAR_POLICY
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.discounts.apply import Discounted, apply
from larabill_billing.discounts.elsewhere import by_percent, in_turn
from larabill_billing.discounts.model import Discount
from larabill_billing.proration.prorate import remaining, share
from larabill_billing.tax.calculate import calculate
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_core.money import allocate

BLESTA_PRICING = "blesta/pricing"
CURRENCY = "EUR"
NO_SHARE = Decimal(0)


def percents(rate: Decimal) -> list[Discount]:
    """None where nothing is taken off."""
    return [Discount(name="coupon", percent=rate)] if rate else []


def amounts(amount: Decimal) -> list[Discount]:
    return [Discount(name="coupon", amount=amount)] if amount else []


def of_kind(kind: str | None, value: Any) -> list[Discount]:
    """A discount as a source writes it: a word and a number, in percent or in cents."""
    if kind is None:
        return []
    return percents(Decimal(value)) if kind == "percent" else amounts(units.from_cents(value))


def shares(found: Discounted, lines: list[Decimal]) -> list[Any]:
    """What was taken off each line, in cents."""
    taken = found.taken[0] if found.taken else allocate(NO_SHARE, lines, CURRENCY)
    return [units.cents(each) for each in taken]


def lago_amount(case: Case) -> Answers:
    """One coupon on one amount, of which a part may be used up already."""
    inputs = case.inputs
    if "percent" in inputs:
        coupon = percents(Decimal(inputs["percent"]))
    else:
        used = units.from_cents(inputs.get("already_used_cents", 0))
        coupon = amounts(remaining(units.from_cents(inputs["coupon_cents"]), [used]))
    return {"discount_cents": units.cents(apply(coupon, [units.from_cents(inputs["base_cents"])], CURRENCY).off)}


def lago_stack(case: Case) -> Answers:
    """One after the other, each from what the one before it left."""
    coupons = [each for kind, value in case.inputs["coupons"] for each in of_kind(kind, value)]
    found = apply(coupons, [units.from_cents(case.inputs["base"])], CURRENCY)
    return {"coupons_cents": units.cents(found.off), "sub_total_cents": units.cents(found.amounts[0])}


def lago_exceeds(case: Case) -> Answers:
    """Never more than there is, and tax on what is left."""
    inputs = case.inputs
    coupons = [each for value in inputs["coupons_cents"] for each in amounts(units.from_cents(value))]
    found = apply(coupons, [units.from_cents(inputs["fee_cents"])], CURRENCY)
    rate = TaxRate(category=TaxCategory.STANDARD, rate=Decimal(inputs["tax_percent"]), name="VAT")
    taxed = calculate(found.amounts, [(rate,)], CURRENCY)
    return {"applied_cents": units.cents(found.off), "tax_cents": units.cents(taxed.tax)}


def polar_change(case: Case) -> Answers:
    """The discount first, then the part of the period that is left."""
    inputs = case.inputs
    left = units.fraction(inputs["remaining"])

    def part(name: str) -> Any:
        kind, value = inputs[f"{name}_discount"]
        coupon = percents(units.from_cents(value)) if kind == "pct" else of_kind(kind, value)
        price = apply(coupon, [units.from_cents(inputs[f"{name}_cents"])], CURRENCY).amounts[0]
        return units.cents(share(price, left, 1, POLAR_POLICY, CURRENCY).amount)

    return {"credit_cents": part("old"), "debit_cents": part("new")}


def polar_components(case: Case) -> Answers:
    """An amount over the parts of a price, and then of each what is left of the period."""
    inputs = case.inputs
    left = units.fraction(inputs["remaining"])
    coupon = amounts(units.from_cents(inputs["discount_cents"]))

    def parts(name: str) -> tuple[list[Any], list[Any]]:
        lines = [units.from_cents(each) for each in inputs[f"{name}_components_cents"]]
        found = apply(coupon, lines, CURRENCY)
        return shares(found, lines), [
            units.cents(share(each, left, 1, POLAR_POLICY, CURRENCY).amount) for each in found.amounts
        ]

    old, new = parts("old"), parts("new")
    return {"old_shares": old[0], "credits": old[1], "new_shares": new[0], "debits": new[1]}


def polar_split(case: Case) -> Answers:
    """An amount over lines."""
    lines = [units.from_cents(each) for each in case.inputs["amounts_cents"]]
    found = apply(amounts(units.from_cents(case.inputs["discount_cents"])), lines, CURRENCY)
    return {"shares_cents": shares(found, lines)}


def polar_percent(case: Case) -> Answers:
    """A percentage of each line by itself, and of all together."""
    lines = [units.from_cents(each) for each in case.inputs["amounts_cents"]]
    coupon = percents(units.from_cents(case.inputs["basis_points"]))
    return {
        "per_line": [units.cents(apply(coupon, [line], CURRENCY).off) for line in lines],
        "on_total": units.cents(apply(coupon, lines, CURRENCY).off),
    }


def blesta_price(case: Case) -> Answers:
    """One price, which may be below zero."""
    inputs = case.inputs
    price, discount = units.money(inputs["price"]), units.money(inputs["discount"])
    if inputs["kind"] == "percent":
        return {"price_after": by_percent(discount, [price], CURRENCY).total}
    return {"price_after": in_turn(discount, [price]).total}


def blesta_prices(case: Case) -> Answers:
    """An amount that is used up price by price."""
    prices = [units.money(price) for price in case.inputs["prices"]]
    return {"total_after": in_turn(units.money(case.inputs["discount"]), prices).total}


SHAPES: tuple[Shape, ...] = (
    shape(LAGO, "base_cents coupon_cents", lago_amount, "already_used_cents"),
    shape(LAGO, "base_cents percent", lago_amount),
    shape(LAGO, "base coupons", lago_stack),
    shape(LAGO, "fee_cents coupons_cents tax_percent", lago_exceeds),
    shape(POLAR, "old_cents new_cents old_discount new_discount remaining", polar_change),
    shape(POLAR, "old_components_cents new_components_cents discount_cents remaining", polar_components),
    shape(POLAR, "discount_cents amounts_cents", polar_split),
    shape(POLAR, "basis_points amounts_cents", polar_percent),
    shape(BLESTA_PRICING, "price discount kind", blesta_price),
    shape(BLESTA_PRICING, "discount prices", blesta_prices),
)
