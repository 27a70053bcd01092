"""Exemptions, and evidence of where customers are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.customers.checks import attempt, check_country, check_text
from larabill_billing.customers.model import Customer
from larabill_billing.tax.facts import NOTHING_KNOWN, Evidence, EvidenceKind, Exemption, Place, place
from larabill_billing.tax.model import TaxCategory
from larabill_billing.tax.ports import TaxTx
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults


@attrs.frozen(kw_only=True)
class NewExemption:
    """An exemption as asked for. `since`: today where it is left out. For the rest see `Exemption`."""

    category: TaxCategory = TaxCategory.EXEMPT
    reason: str
    reason_code: str = ""
    certificate: str = ""
    since: date | None = None
    until: date | None = None


def exempt(tx: TaxTx, customer_id: UUID, new: NewExemption) -> Exemption:
    """From then on nothing is taxed at this customer. Raises `NotFound`, `InvalidInput` with every fault."""
    customer = tx.billing.customers.get(customer_id)
    faults = Faults()
    reason = attempt(faults, lambda: check_text(new.reason, "reason", required=True), "?")
    reason_code = attempt(faults, lambda: check_text(new.reason_code, "reason_code"), "")
    certificate = attempt(faults, lambda: check_text(new.certificate, "certificate"), "")
    made = attempt(
        faults,
        lambda: Exemption(
            seller_id=tx.seller_id,
            customer_id=customer_id,
            category=new.category,
            reason=reason,
            reason_code=reason_code,
            certificate=certificate,
            since=new.since or local_date(tx.now, customer.time_zone),
            until=new.until,
            created_at=tx.now,
        ),
        None,
    )
    faults.raise_if_any()
    if made is None:
        raise AssertionError("what is missing is a fault")
    tx.billing.tax.add_exemption(made)
    record(tx, "customer", customer_id, "exempt", after=made.category.value)
    return made


def end_exemption(tx: TaxTx, exemption_id: UUID, on: date | None = None) -> Exemption:
    """From the day `on` (today) it holds no more. Documents of before stay. Raises `NotFound`, `Conflict`."""
    found = tx.billing.tax.exemption(exemption_id, lock=True)
    customer = tx.billing.customers.get(found.customer_id)
    day = max(on or local_date(tx.now, customer.time_zone), found.since)
    if found.until is not None and found.until <= day:
        raise Conflict(f"tax exemption {exemption_id}", f"it ends on {found.until} already")
    ended = attrs.evolve(found, until=day)
    tx.billing.tax.end_exemption(ended)
    record(tx, "customer", found.customer_id, "end_exemption", before=found.category.value)
    return ended


def note_evidence(tx: TaxTx, customer_id: UUID, kind: str, country: str, source: str = "") -> Evidence:
    """Keep a piece of evidence of where the customer is, with the time. Raises `NotFound`, `InvalidInput`."""
    tx.billing.customers.get(customer_id)
    faults = Faults()
    attempt(faults, lambda: check_country(country, "country"), "")
    attempt(faults, lambda: check_text(source, "source"), "")
    kinds = [each.value for each in EvidenceKind if each is not EvidenceKind.BILLING]
    if kind not in kinds:
        faults.add("kind", "is no kind of evidence", value=kind, remedy=f"one of: {', '.join(kinds)}")
    faults.raise_if_any()
    piece = Evidence(
        seller_id=tx.seller_id,
        customer_id=customer_id,
        kind=EvidenceKind(kind),
        country=country,
        source=source,
        seen_at=tx.now,
    )
    tx.billing.tax.add_evidence([piece])
    return piece


@attrs.frozen(kw_only=True)
class Whereabouts:
    """Where a customer is by what is known, and the pieces that say so, oldest first."""

    customer_id: UUID
    billing_country: str
    place: Place
    evidence: tuple[Evidence, ...]


def whereabouts(tx: TaxTx, customer_id: UUID) -> Whereabouts:
    """Raises `NotFound`."""
    customer = tx.billing.customers.get(customer_id)
    return _where(customer, tx.billing.tax.evidence(customer_id))


def contradicted(tx: TaxTx, *, after: UUID | None = None, limit: int = 100) -> list[Whereabouts]:
    """Customers whose evidence contradicts itself, for a person to look at: of the next `limit` who have any."""
    ids = tx.billing.tax.with_evidence(after=after, limit=limit)
    customers, facts = tx.billing.customers.get_many(ids), tx.billing.tax.for_customers(ids)
    found = [_where(customers[id], facts.get(id, NOTHING_KNOWN).evidence) for id in ids if id in customers]
    return [each for each in found if each.place.contradicted]


def _where(customer: Customer, evidence: Sequence[Evidence]) -> Whereabouts:
    return Whereabouts(
        customer_id=customer.id,
        billing_country=customer.country,
        place=place(customer.country, evidence),
        evidence=tuple(evidence),
    )
