"""What is known of a customer that tax depends on: exemptions, answers about tax ids, evidence of the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import attrs

from larabill_billing.tax.model import TaxCategory, Taxes, TaxRate, parse_category
from larabill_core.errors import Faults, InvalidInput
from larabill_core.ids import new_id

NEVER_TAXED = frozenset(TaxCategory) - {TaxCategory.STANDARD, TaxCategory.CANARY_ISLANDS, TaxCategory.CEUTA_MELILLA}


@attrs.frozen(kw_only=True)
class Exemption:
    """Why nothing is taxed at one customer, from the day `since` to before the day `until` (None: until it is ended).

    `reason` is printed (BT-120), `reason_code` is a VATEX code (BT-121), `certificate` the number of the paper that
    proves it. Raises `InvalidInput` with every fault.
    """

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    customer_id: UUID
    category: TaxCategory = attrs.field(default=TaxCategory.EXEMPT, converter=parse_category)
    reason: str
    reason_code: str = ""
    certificate: str = ""
    since: date
    until: date | None = None
    created_at: datetime

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.category not in NEVER_TAXED:
            known = ", ".join(sorted(NEVER_TAXED))
            faults.add("category", "is not one without tax", value=self.category, remedy=f"one of: {known}")
        if not self.reason.strip():
            faults.add("reason", "is missing", remedy="it is printed on the invoice")
        days = {"since": self.since} if self.until is None else {"since": self.since, "until": self.until}
        wrong = [name for name, day in days.items() if type(day) is not date]
        for name in wrong:
            faults.add(name, "must be a date", value=days[name])
        if self.until is not None and not wrong and self.until < self.since:
            faults.add("until", "is before since", value=self.until)
        faults.raise_if_any()

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


class IdAnswer(StrEnum):
    """UNKNOWN: nobody could say; it is never taken for INVALID (I10)."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class IdCheck:
    """One answer about a customer's tax id. Never changes; the next answer is another one.

    `account`: who was asked. `consultation`: the number under which the authority keeps its answer.
    """

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    customer_id: UUID
    tax_id: str = attrs.field(repr=False)
    answer: IdAnswer = attrs.field(converter=IdAnswer)
    account: str
    consultation: str = ""
    reason: str = ""
    checked_at: datetime


class EvidenceKind(StrEnum):
    """Implementing Regulation (EU) 282/2011, article 24f. BILLING is the customer's own address, never stored here."""

    BILLING = "billing"
    IP = "ip"
    BANK = "bank"
    CARD = "card"
    PHONE = "phone"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class Evidence:
    """A piece of evidence of where a customer is. Never changes; a newer one of its kind takes its place.

    `source` says where it is from (an order, a payment); never the address itself.
    """

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    customer_id: UUID
    kind: EvidenceKind = attrs.field(converter=EvidenceKind)
    country: str
    source: str = ""
    seen_at: datetime

    def __attrs_post_init__(self) -> None:
        if self.kind is EvidenceKind.BILLING:
            raise InvalidInput.one("kind", "is the customer's own address", self.kind, "change the customer instead")


@attrs.frozen(kw_only=True)
class Place:
    """Where a customer is. `proven`: two pieces of evidence agree; `contradicted`: some piece says otherwise."""

    country: str
    proven: bool
    contradicted: bool


def place(billing_country: str, evidence: Sequence[Evidence]) -> Place:
    """The country that most pieces name, each kind's newest counting once; the address where there are as many.

    Two that agree prove it (article 24b). So an address that two other kinds contradict together gives way; one that is
    contradicted by one kind stands, unproven, until a person or a further piece settles it.
    """
    newest = {each.kind: each.country for each in sorted(evidence, key=lambda each: (each.seen_at, each.id))}
    named = [billing_country, *newest.values()]
    # max takes the first of equals, which is the address
    country = max(named, key=named.count)
    return Place(country=country, proven=named.count(country) > 1, contradicted=any(each != country for each in named))


@attrs.frozen(kw_only=True)
class TaxFacts:
    """All that is stored about one customer."""

    exemptions: tuple[Exemption, ...] = ()
    checks: tuple[IdCheck, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def exempt(self, on: date) -> TaxRate | None:
        """What the customer is taxed at while an exemption holds; the newest one's reason. None: there is none."""
        holding = [each for each in self.exemptions if each.holds(on)]
        if not holding:
            return None
        last = max(holding, key=lambda each: (each.since, each.id))
        return TaxRate(
            category=last.category,
            rate=Decimal(0),
            name="no tax",
            reason=last.reason,
            reason_code=last.reason_code,
        )

    def answer(self, tax_id: str) -> IdAnswer:
        """The last answer about this id that says something; UNKNOWN where there is none."""
        said = [each for each in self.checks if each.tax_id == tax_id and each.answer is not IdAnswer.UNKNOWN]
        return max(said, key=lambda each: (each.checked_at, each.id)).answer if said else IdAnswer.UNKNOWN


@attrs.frozen(kw_only=True)
class BilledTaxes:
    """What a line of an agreement was taxed at, and for which days."""

    subscription_item_id: UUID
    period_start: date
    period_end: date
    taxes: Taxes


def taxed_before(billed: Sequence[BilledTaxes], on: date) -> Taxes | None:
    """What the day was taxed at when it was billed last; where no line holds it, the last line. None: none was billed.

    `billed` stands with the oldest first. Days that were paid before a pause lie elsewhere by then.
    """
    holding = [each for each in billed if each.period_start <= on < each.period_end] or billed
    return holding[-1].taxes if holding else None


NOTHING_KNOWN = TaxFacts()
