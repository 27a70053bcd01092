"""Cases of credit: what is given back of a price, what of it becomes the customer's, and in which order it pays."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.oracle import units
from tests.oracle.periods import KILL_BILL, LAGO
from tests.oracle.proration import CHARGED, LAGO_DOCS, LAGO_POLICY, kill_bill_part
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.credits.lots import draw
from larabill_billing.credits.model import Lot
from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Allowance, Discount
from larabill_billing.invoicing.model import Charge, ChargeKind, DocumentType
from larabill_billing.invoicing.totals import Totals, totals
from larabill_billing.periods.alignment import calendar, clipped
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Period
from larabill_billing.proration.prorate import prorate, remaining, share, unused
from larabill_billing.tax.model import TaxCategory, TaxRate

CURRENCY = "USD"
NOBODY = UUID(int=0)


def invoice(lines: list[Decimal], tax_percent: Any = None, allowances: list[Decimal] | None = None) -> Totals:
    """What lines come to; the allowances stand for a discount on the whole document, line by line."""
    charges = [
        Charge(
            customer_id=NOBODY,
            kind=ChargeKind.PRORATION,
            cause="oracle",
            description="a line",
            quantity=Decimal(1),
            unit_price=amount,
            amount=amount,
            currency=CURRENCY,
            allowances=(Allowance(reason="coupon", amount=taken, document=True),) if taken else (),
        )
        for amount, taken in zip(lines, allowances or [Decimal(0) for _ in lines], strict=True)
    ]
    if tax_percent:
        rate = TaxRate(category=TaxCategory.STANDARD, rate=units.money(tax_percent), name="VAT")
    else:
        rate = TaxRate(category=TaxCategory.OUTSIDE, rate=Decimal(0), name="none")
    return totals(charges, [(rate,) for _ in charges], CURRENCY)


def credited(given_back: Decimal, charged: Decimal) -> Decimal:
    """What becomes credit when a document gives back more than it asks for."""
    found = invoice([units.negative(given_back), charged])
    return found.total if found.type is DocumentType.CREDIT_NOTE else Decimal(0)


def kill_bill_capped(case: Case) -> Answers:
    """No more is given back of an item than earlier adjustments have left of it."""
    inputs = case.inputs
    whole = Period(units.day(inputs["period_from"]), units.day(inputs["period_to_exclusive"]))
    rest = Period(units.day(inputs["change_date"]), whole.end)
    paid, adjusted = units.money(inputs["item_amount"]), units.size(units.money(inputs["item_adjustment"]))
    back = kill_bill_part({"price": inputs["item_amount"]}, rest, whole)["amount"]()
    back = min(back, remaining(paid, [Decimal(adjusted)]))
    new = kill_bill_part({"price": inputs["new_plan_price"]}, rest, whole)["amount"]()
    return {
        "new_plan_charge": new,
        "repair_adj": units.negative(back),
        "account_credit_from_this_invoice": credited(back, new),
    }


def kill_bill_net(case: Case) -> Answers:
    """What is given back pays for what is new first."""
    return {"account_credit": credited(units.money(case.inputs["repair"]), units.money(case.inputs["new_charge"]))}


def kill_bill_unused(case: Case) -> Answers:
    """The part of a period that is given back, written below zero."""
    inputs = case.inputs
    part = Period(units.day(inputs["charged_from"]), units.day(inputs["charged_to_exclusive"]))
    whole = Period(units.day(inputs["period_from"]), units.day(inputs["period_to_exclusive"]))
    return {"amount": units.negative(kill_bill_part(inputs, part, whole)["amount"]())}


def lago_days(case: Case) -> Answers:
    """Days that are counted already."""
    inputs = case.inputs
    price = units.from_cents(inputs["plan_amount_cents"])
    found = share(price, inputs["days_billed"], inputs["days_in_period"], LAGO_POLICY, CURRENCY)
    return {"amount_cents": units.cents(found.amount)}


def lago_terminated(case: Case) -> Answers:
    """A calendar month that starts late, and what is given back when it ends: that day is used."""
    inputs = case.inputs
    start, end = units.day(inputs["start"]), units.day(inputs["terminate"])
    price, month = units.from_cents(inputs["plan_amount_cents"]), calendar(start, Cycle.MONTHLY)
    charged, whole = clipped(month, 0, start), month.period(0)
    first = invoice([prorate(price, charged, whole, LAGO_POLICY, CURRENCY).amount], inputs["tax_percent"])
    rest = unused(Period(start, whole.end), end, LAGO_POLICY)
    back = prorate(price, rest, whole, LAGO_POLICY, CURRENCY).amount
    note = invoice([units.negative(back)], inputs["tax_percent"])
    return {
        "invoice_total_cents": units.cents(first.total),
        "credit_sub_total_cents": units.cents(note.net),
        "credit_tax_cents": units.cents(note.tax),
        "credit_total_cents": units.cents(note.total),
    }


def lago_note(case: Case) -> Answers:
    """A credit note of unused days, at the price that stands on the invoice's line."""
    inputs = case.inputs
    price = units.from_cents(inputs["fee_plan_amount_cents"])
    back = share(price, inputs["unused_days"], inputs["days_in_period"], LAGO_POLICY, CURRENCY).amount
    note = invoice([units.negative(back)], inputs["tax_percent"])
    return {
        "item_cents": units.cents(note.net),
        "tax_cents": units.cents(note.tax),
        "total_cents": units.cents(note.total),
    }


def lago_order(case: Case) -> Answers:
    """The coupon before tax; after tax the credit, by its lots in their order."""
    inputs = case.inputs
    lines = [units.money(f"{inputs[name]}.00") for name in ("subscription", "usage")]
    taken = apply([Discount(name="coupon", amount=units.money(inputs["coupon"]))], lines, CURRENCY).taken[0]
    found = invoice(lines, inputs["tax_percent"], [*taken])
    lots = [lot(number, units.money(inputs[name])) for number, name in enumerate(("credit_notes", "prepaid"))]
    paid = [part for _, part in draw(lots, found.total)]
    return {"sub_total": found.net, "total": found.total, "due": remaining(found.total, paid)}


def lot(number: int, amount: Decimal) -> Lot:
    return Lot(
        id=UUID(int=number),
        customer_id=NOBODY,
        currency=CURRENCY,
        source="oracle",
        source_id=UUID(int=number),
        amount=amount,
        remaining=amount,
        expires_on=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


SHAPES: tuple[Shape, ...] = (
    shape(
        KILL_BILL,
        "item_amount item_adjustment change_date period_from period_to_exclusive new_plan_price",
        kill_bill_capped,
    ),
    shape(KILL_BILL, "repair new_charge", kill_bill_net),
    shape(KILL_BILL, CHARGED, kill_bill_unused, "period_price price"),
    shape(LAGO, "days_billed days_in_period plan_amount_cents", lago_days, "*"),
    shape(LAGO, "plan_amount_cents tax_percent start terminate", lago_terminated, "billing_time"),
    shape(LAGO, "fee_plan_amount_cents unused_days days_in_period tax_percent", lago_note),
    shape(LAGO_DOCS, "subscription usage coupon tax_percent credit_notes prepaid", lago_order),
)
