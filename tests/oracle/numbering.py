"""Cases of document numbers: the sources' schemes as our formats."""

from __future__ import annotations

from tests.oracle import units
from tests.oracle.runner import Answers, Case, Shape, shape

from larabill_billing.invoicing.numbering import NumberFormat

LAGO, PAYMENTER = "getlago/lago-api", "Paymenter/Paymenter"
ANY_DAY = units.day("2026-01-01")
"""For formats without a date in them."""


def per_customer(case: Case) -> Answers:
    """A format of its own for each customer."""
    inputs = case.inputs
    formats = [NumberFormat(f"{inputs['prefix']}-{customer:03}-{{seq:03}}") for customer in inputs["customer_seq"]]
    return {"numbers": [each.number(inputs["invoice_seq"], ANY_DAY) for each in formats]}


def per_entity(case: Case) -> Answers:
    """Year and month stand in the number; the sequence goes on."""
    inputs = case.inputs
    last = inputs["last_sequence"] if "last_sequence" in inputs else inputs["invoices_before"]
    made = NumberFormat(f"{inputs['prefix']}-{{year}}{{month}}-{{seq:03}}")
    return {"numbers": made.following(last, len(case.expected["numbers"]), units.day(inputs["date"]))}


def paymenter(case: Case) -> Answers:
    """Nothing but the sequence."""
    return {"numbers": NumberFormat("{seq}").following(case.inputs["last_number"], case.inputs["count"], ANY_DAY)}


def paymenter_proforma(case: Case) -> Answers:
    """A proforma takes no number of the invoices'; what was paid takes the next."""
    numbers = NumberFormat("{seq}").following(case.inputs["last_number"], 1, ANY_DAY)
    return {"number_after_create": None, "number_after_pay": numbers[0] if "pay" in case.inputs["events"] else None}


SHAPES: tuple[Shape, ...] = (
    shape(LAGO, "prefix customer_seq invoice_seq", per_customer, "scheme"),
    shape(LAGO, "prefix date last_sequence", per_entity, "scheme timezone"),
    shape(LAGO, "prefix date invoices_before", per_entity, "scheme timezone"),
    shape(PAYMENTER, "last_number count", paymenter),
    shape(PAYMENTER, "last_number events", paymenter_proforma),
)
