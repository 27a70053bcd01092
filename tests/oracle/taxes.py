"""Cases of taxes and of rounding: on top of prices and within them, after coupons, by line and by document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.oracle import units
from tests.oracle.proration import KILL_BILL, kill_bill_charge
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import multiply, ratio, rounded, total
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.proration.prorate import remaining, share
from larabill_billing.tax.calculate import calculate
from larabill_billing.tax.elsewhere import Coupon, Fees, precise
from larabill_billing.tax.model import Taxes, TaxRate

LAGO, POLAR, NINJA = "getlago/lago-api", "polarsource/polar", "invoiceninja/invoiceninja"
BLESTA = "blesta/pricing"
CURRENCY = "EUR"
OF_PLACES = {0: "JPY", 2: "EUR", 3: "KWD"}
"""A currency with so many decimals."""


def one(rate: Any, *, inclusive: bool = False) -> Taxes:
    """A rate in percent; no percent is the zero rate."""
    percent = Decimal(str(rate))
    category = "S" if percent else "Z"
    return (TaxRate(category=category, rate=percent, name="tax", inclusive=inclusive),)  # type: ignore[arg-type]


NO_TAX: Taxes = (TaxRate(category="O", rate=Decimal(0), name="no tax"),)  # type: ignore[arg-type]


def discount(kind: str, value: Any) -> Discount:
    number = Decimal(str(value))
    return Discount(name="x", percent=number) if kind == "percent" else Discount(name="x", amount=number)


def each_of(value: Any) -> list[Decimal]:
    """A number, or a list of them."""
    return [units.money(each) for each in (value if isinstance(value, list) else [value])]


def taxed_precisely(inputs: Any) -> tuple[Decimal, Decimal, Fees]:
    """The sum of the fees, that of the coupons over some of them or over all, and what comes of it."""
    fees = [units.from_cents(each) for each in inputs["fees_cents"]]
    coupons = [
        Coupon(units.from_cents(each["amount"]), range(len(fees)) if each["fees"] == "all" else each["fees"])
        for each in inputs["coupons"]
    ]
    found = precise(fees, coupons, [Decimal(each) for each in inputs["tax_percent"]], CURRENCY)
    return total(fees), total([coupon.amount for coupon in coupons]), found


def lago_coupons(case: Case) -> Answers:
    """The tax of each fee."""
    whole, off, found = taxed_precisely(case.inputs)
    return {
        "precise_coupons": [units.cents(each) for each in found.coupons],
        "taxes_cents": [units.cents(each) for each in found.taxes],
        "invoice_coupons_cents": units.cents(off),
        "sub_total_cents": units.cents(remaining(whole, [off])),
    }


def lago_coupons_invoice(case: Case) -> Answers:
    """The tax of the invoice."""
    whole, off, found = taxed_precisely(case.inputs)
    return {
        "taxes_cents": units.cents(found.tax),
        "total_cents": units.cents(total([remaining(whole, [off]), found.tax])),
    }


def lago_coupon(case: Case) -> Answers:
    """A coupon over all fees, each taxed by itself."""
    inputs = case.inputs
    fees = [units.from_cents(each) for each in inputs["fees_cents"]]
    coupon = Discount(name="x", amount=units.from_cents(inputs["coupon_cents"]))
    after = apply([coupon], fees, CURRENCY)
    taxed = calculate(after.amounts, [one(each) for each in inputs["tax_percent"]], CURRENCY, "line")
    return {
        "coupon_shares": [units.cents(each) for each in after.taken[0]],
        "taxes_cents": [units.cents(line.tax) for line in taxed.lines],
        "invoice_tax_cents": units.cents(taxed.tax),
        "total_cents": units.cents(taxed.gross),
    }


def lago_credit_note(case: Case) -> Answers:
    """What is unused of a plan, and the tax on it."""
    inputs = case.inputs
    part = units.fraction(f"{inputs['unused_days']}/{inputs['days_in_period']}")
    policy = ProrationPolicy(Convention.ACTUAL_DAYS)
    net = share(units.from_cents(inputs["plan_amount_cents"]), part, 1, policy, CURRENCY).amount
    taxed = calculate([net], [one(inputs["tax_percent"])], CURRENCY)
    return {
        "sub_total_excluding_taxes_cents": units.cents(taxed.net),
        "taxes_cents": units.cents(taxed.tax),
        "total_cents": units.cents(taxed.gross),
    }


def lago_wallet(case: Case) -> Answers:
    """Credits at a price."""
    inputs = case.inputs
    amount = rounded(multiply(units.money(inputs["paid_credits"]), units.money(inputs["rate"])), inputs["currency"])
    return {"credit_amount": amount, "invoice_total_cents": units.cents(amount)}


def polar_round(case: Case) -> Answers:
    return {"result": rounded(units.money(case.inputs["value"]), OF_PLACES[0])}


def polar_tax(case: Case) -> Answers:
    """A tax that is known, on top of an amount or in it."""
    inputs = case.inputs
    amount, tax = units.from_cents(inputs["amount_cents"]), units.from_cents(inputs["tax_cents"])
    if inputs["behavior"] == "exclusive":
        return {"net_cents": units.cents(amount), "total_cents": units.cents(total([amount, tax]))}
    return {"net_cents": units.cents(remaining(amount, [tax])), "total_cents": units.cents(amount)}


def blesta_tax(case: Case) -> Answers:
    """On top, within, or (Blesta's INCLUSIVE) so many percent of the price taken out of it."""
    inputs = case.inputs
    price, rate = units.money(inputs["price"]), inputs["rate_percent"]
    if inputs["mode"] == "INCLUSIVE":
        taken = apply([discount("percent", rate)], [price], CURRENCY)
        return {"tax": taken.off, "net": taken.amounts[0], "total": price}
    taxed = calculate([price], [one(rate, inclusive=inputs["mode"] != "EXCLUSIVE")], CURRENCY)
    return {"tax": taxed.tax, "net": taxed.net, "total": taxed.gross}


def blesta_discounted(case: Case) -> Answers:
    """A tax on what is left after discounts; or on the full price, and the discounts a line that is not taxed."""
    inputs = case.inputs
    price = units.money(inputs["price"])
    off = apply([discount(*each) for each in inputs["discounts"]], [price], CURRENCY)
    on_top = [(rate, mode) for rate, mode in inputs["taxes"] if mode == "EXCLUSIVE"]
    taxes = tuple(rate for percent, _ in on_top for rate in one(percent)) or NO_TAX
    if inputs["discount_taxes"]:
        taxed = calculate(off.amounts, [taxes], CURRENCY)
    else:
        taxed = calculate([price, units.negative(off.off)], [taxes, NO_TAX], CURRENCY)
    return {"discount": off.off, "tax": taxed.tax, "total": taxed.gross}


def zuora(case: Case) -> Answers:
    """Which of the two is rounded: the tax, as with us, or the net."""
    inputs = case.inputs
    gross, (rate,) = units.money(inputs["gross"]), one(inputs["rate_percent"], inclusive=True)
    if inputs["round"] == "tax":
        taxed = calculate([gross], [(rate,)], CURRENCY)
        return {"net": taxed.net, "tax": taxed.tax}
    net = rounded(ratio(gross, Decimal(100), rate.divisor), CURRENCY)
    return {"net": net, "tax": remaining(gross, [net])}


def ninja_inclusive(case: Case) -> Answers:
    """Each of several rates is taken out of the same gross, as if it were a line of its own."""
    gross, rates = units.money(case.inputs["gross"]), case.inputs["rates_percent"]
    taxed = calculate([gross for _ in rates], [one(each, inclusive=True) for each in rates], CURRENCY, "line")
    return {"tax": taxed.tax}


def ninja_lines(case: Case) -> Answers:
    """Gross lines, after a discount if there is one."""
    inputs = case.inputs
    given = [discount("amount", inputs["discount"])] if "discount" in inputs else []
    lines = apply(given, each_of(inputs["gross"]), CURRENCY).amounts
    taxed = calculate(lines, [one(inputs["rate_percent"], inclusive=True) for _ in lines], CURRENCY, "line")
    return {"tax": taxed.tax, "net": taxed.net, "gross_after": taxed.gross}


def ninja_round(case: Case) -> Answers:
    return {"result": rounded(units.money(case.inputs["value"]), OF_PLACES[case.inputs["places"]])}


def ninja_tax(case: Case) -> Answers:
    """A tax on top."""
    taxed = calculate([units.money(case.inputs["amount"])], [one(case.inputs["rate_percent"])], CURRENCY)
    return {"tax": taxed.tax, "total": taxed.gross}


TAX: tuple[Shape, ...] = (
    shape(LAGO, "fees_cents tax_percent coupons", lago_coupons),
    shape(LAGO, "fees_cents tax_percent coupon_cents", lago_coupon),
    shape(POLAR, "amount_cents tax_cents behavior", polar_tax),
    shape(BLESTA, "price rate_percent mode", blesta_tax),
    shape(BLESTA, "price discounts taxes discount_taxes", blesta_discounted),
    shape(NINJA, "gross rates_percent", ninja_inclusive),
    shape(NINJA, "gross rate_percent", ninja_lines, "discount"),
)

ROUNDING: tuple[Shape, ...] = (
    shape(
        KILL_BILL, "period_price charged_from charged_to_exclusive period_from period_to_exclusive", kill_bill_charge
    ),
    shape(LAGO, "plan_amount_cents unused_days days_in_period tax_percent", lago_credit_note),
    shape(LAGO, "fees_cents tax_percent coupons sub_total_excluding_taxes_cents", lago_coupons_invoice),
    shape(LAGO, "paid_credits rate currency", lago_wallet),
    shape(POLAR, "value", polar_round),
    shape("zuora.com", "gross rate_percent round", zuora),
    shape(NINJA, "gross rate_percent", ninja_lines, "discount"),
    shape(NINJA, "value places", ninja_round),
    shape("github.com", "amount rate_percent", ninja_tax),
    shape("github.com", "gross rate_percent", ninja_lines),
)
