"""Cases of refunds: how much of what is given back is tax, and how much of an unused part was paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_billing.invoicing.shares import Share, share_of, tax_share
from larabill_billing.payments.spread import spread
from larabill_billing.pricing.exact import total
from larabill_core.ids import new_id
from larabill_core.money import allocate

LAGO, POLAR = "getlago/lago-api", "polarsource/polar"
CURRENCY = "EUR"


def polar_total(case: Case) -> Answers:
    """A refund of so much with tax. What the balance paid of the order is not refunded."""
    inputs = case.inputs
    amount, tax = units.from_cents(inputs["amount_cents"]), units.from_cents(inputs["tax_cents"])
    gross = amount if inputs["behavior"] == "inclusive" else total([amount, tax])
    most = total([gross, units.from_cents(inputs["applied_balance_cents"])])
    refund = units.from_cents(inputs["refund_total_cents"])
    share = _share(Share(gross=gross, tax=tax), refund, most)
    return {"net_and_tax_cents": [units.cents(share.net), units.cents(share.tax)]}


def polar_net(case: Case) -> Answers:
    """A refund of so much without tax, of which the tax is a share of the net amount."""
    inputs = case.inputs
    net, tax = units.from_cents(inputs["net_cents"]), units.from_cents(inputs["tax_cents"])
    most = total([net, units.from_cents(inputs["applied_balance_cents"])])
    refund = units.from_cents(inputs["refund_net_cents"])
    share = _share(Share(gross=net, tax=tax), refund, most)
    return {"refund_tax_cents": units.cents(share.tax)}


def _share(whole: Share, refund: Decimal, most: Decimal) -> Share:
    """What leaves nothing takes all of the tax."""
    return Share(gross=refund, tax=whole.tax) if refund == most else tax_share(whole, refund, CURRENCY)


def lago_termination(case: Case) -> Answers:
    """The unused part becomes credit, and is paid back as far as more than the used part was paid."""
    inputs = case.inputs
    price, coupon = units.from_cents(inputs["plan_cents"]), units.from_cents(inputs["coupon_cents"])
    unused, used = allocate(price, [inputs["unused_days"], inputs["used_days"]], CURRENCY)
    earlier = units.from_cents(inputs["previous_credit_note_items_cents"])
    creditable = Share(gross=unused, tax=earlier).net
    given, kept = (_taxed(_discounted(part, price, coupon), inputs) for part in (creditable, used))
    refund = _paid_beyond(_paid(inputs), kept.gross, given.gross)
    return {
        "total_cents": units.cents(given.gross),
        "tax_cents": units.cents(given.tax),
        "refund_cents": units.cents(refund),
        "credit_cents": units.cents(Share(gross=given.gross, tax=refund).net),
    }


def _discounted(part: Decimal, price: Decimal, coupon: Decimal) -> Decimal:
    """The part less its share of the coupon."""
    return Share(gross=part, tax=share_of(coupon, part, price, CURRENCY)).net


def _taxed(net: Decimal, inputs: Any) -> Share:
    tax = share_of(net, Decimal(inputs["tax_percent"]), Decimal(100), CURRENCY)
    return Share(gross=total([net, tax]), tax=tax)


def _paid(inputs: Any) -> Decimal:
    """What was paid for this fee: given, or its share of what was paid for the whole invoice."""
    if "paid_share_of_fee_cents" in inputs:
        return units.from_cents(inputs["paid_share_of_fee_cents"])
    whole, fee = inputs["invoice_total_incl_tax_cents"], inputs["fee_after_coupon_incl_tax_cents"]
    return share_of(
        units.from_cents(inputs["paid_total_cents"]), units.from_cents(fee), units.from_cents(whole), CURRENCY
    )


def _paid_beyond(paid: Decimal, used: Decimal, unused: Decimal) -> Decimal:
    """What was paid goes to the used part first; this is what of it is left for the other."""
    first, second = (_owed(part, day) for part, day in ((used, 1), (unused, 2)))
    parts = {part.invoice_id: part.amount for part in spread(paid, [first, second])}
    return parts.get(second.invoice_id, Decimal(0))


def _owed(balance: Decimal, day: int) -> InvoiceState:
    return InvoiceState(
        invoice_id=new_id(),
        seller_id=new_id(),
        customer_id=new_id(),
        subscription_id=None,
        currency=CURRENCY,
        due_on=date(2023, 1, day),
        status=InvoiceStatus.ISSUED,
        balance=balance,
        version=1,
        paid_at=None,
    )


_TERMINATION = "previous_credit_note_items_cents coupon_cents plan_cents tax_percent unused_days used_days"

SHAPES: tuple[Shape, ...] = (
    shape(POLAR, "amount_cents tax_cents behavior applied_balance_cents refund_total_cents", polar_total),
    shape(POLAR, "net_cents tax_cents applied_balance_cents refund_net_cents", polar_net),
    shape(LAGO, f"paid_share_of_fee_cents {_TERMINATION}", lago_termination),
    shape(
        LAGO,
        f"paid_total_cents fee_after_coupon_incl_tax_cents invoice_total_incl_tax_cents {_TERMINATION}",
        lago_termination,
    ),
)
