"""The `[billing]` table of the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from larabill_billing.bank.settings import BankAccount
from larabill_billing.customers.checks import (
    attempt,
    check_billing_day,
    check_country,
    check_currency,
    check_email,
    check_language,
    check_lines,
    check_tax_id,
    check_text,
)
from larabill_billing.invoicing.numbering import Numbering
from larabill_billing.payments.policies import DisputePolicy, PlanPolicy, WriteOffPolicy
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.tax.settings import TaxRule, TaxSettings, check_rules
from larabill_core.clock import zone
from larabill_core.errors import Faults, InvalidInput

if TYPE_CHECKING:
    from larabill_core.ports.unit_of_work import Tx

Action: TypeAlias = Literal["remind", "retry", "suspend", "end"]

TAKING: Final[frozenset[Action]] = frozenset({"suspend", "end"})
"""Actions that take something away: they stand under the ceiling, and once each in a ladder."""


@attrs.frozen(kw_only=True)
class SellerSettings:
    """The legal entity of a single-seller installation. `address` is lines, the country apart.

    Raises `InvalidInput` with every fault, so that a manifest is refused before the seller is made of it.
    """

    name: str
    country: str
    currency: str
    time_zone: str = "UTC"
    language: str = "en"
    tax_id: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    registration: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        attempt(faults, lambda: check_text(self.name, "name", required=True), "")
        attempt(faults, lambda: check_country(self.country, "country"), "")
        attempt(faults, lambda: check_currency(self.currency, "currency"), "")
        attempt(faults, lambda: zone(self.time_zone, "time_zone").key, "")
        attempt(faults, lambda: check_language(self.language, "language"), "")
        attempt(faults, lambda: check_tax_id(self.tax_id, "tax_id"), "")
        attempt(faults, lambda: check_lines(self.address, "address"), self.address)
        attempt(faults, lambda: check_email(self.email, "email") if self.email else "", "")
        attempt(faults, lambda: check_text(self.phone, "phone"), "")
        attempt(faults, lambda: check_text(self.registration, "registration"), "")
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class LadderStep:
    """`after` counts from the moment at which the invoice became overdue: the start of the day after its due day."""

    after: timedelta
    do: Action


def check_ladder(ladder: Sequence[LadderStep], path: str = "overdue") -> None:
    """Raises `InvalidInput` with every fault, by key path.

    Steps stand in order, each later than the one before; `suspend` and `end` stand there at most once; nothing follows
    `end`.
    """
    faults = Faults()
    for index, (before, step) in enumerate(pairwise(ladder), start=1):
        with faults.at(path, index):
            if step.after <= before.after:
                faults.add("after", "must be later than the step before", value=_days(step.after))
            if before.do == "end":
                faults.add("do", "nothing can follow an end", value=step.do, remedy="put the end last")
    seen: set[Action] = set()
    for index, step in enumerate(ladder):
        with faults.at(path, index):
            if step.after < timedelta(0):
                faults.add("after", "must not be negative", value=_days(step.after))
            if step.do in TAKING and step.do in seen:
                faults.add("do", "stands in the ladder twice", value=step.do)
        seen.add(step.do)
    faults.raise_if_any()


def _days(after: timedelta) -> str:
    return f"{after / timedelta(days=1):g}d"


DEFAULT_LADDER: Final = (
    LadderStep(after=timedelta(days=3), do="remind"),
    LadderStep(after=timedelta(days=5), do="retry"),
    LadderStep(after=timedelta(days=10), do="suspend"),
    LadderStep(after=timedelta(days=30), do="end"),
)


LONGEST_WINDOW: Final = timedelta(days=92)
"""All periods that ended within the window are looked at again when the next one is billed."""


@attrs.frozen(kw_only=True)
class BillingSettings:
    """`payment_terms_days`: from issue to due day. `keep_data`: from an agreement's end to the destruction of data.
    `late_window`: how long after a period's end events of it are taken that come after it was billed.

    `proration`: for plans that name no convention of their own. `billing_day`: the day of the month on which all
    agreements are billed; None: each on the day of its begin. `group_invoices`: what one customer owes on a day for
    several agreements stands on one invoice. `taxes`: rules of the seller's own, which go before the rest of `tax`.
    `proforma`: a proforma asks for the money, and the invoice follows when it is paid; else it is issued at once.
    `voiding`: an invoice is taken back by a credit note of the whole, or by the mark `void` alone.
    `terms`: the terms of payment that stand on invoices.
    Raises `InvalidInput` with every fault of the ladder and the numbers.
    """

    seller: SellerSettings | None = None
    catalog: Path | None = None
    payment_terms_days: int = 7
    overdue: tuple[LadderStep, ...] = DEFAULT_LADDER
    keep_data: timedelta = timedelta(days=14)
    late_window: timedelta = timedelta(days=3)
    proration: ProrationPolicy = attrs.field(factory=lambda: ProrationPolicy(Convention.ACTUAL_DAYS))
    billing_day: int | None = None
    group_invoices: bool = False
    taxes: tuple[TaxRule, ...] = ()
    bank: tuple[BankAccount, ...] = ()
    disputes: DisputePolicy = attrs.field(factory=DisputePolicy)
    payment_plans: PlanPolicy = attrs.field(factory=PlanPolicy)
    write_off: WriteOffPolicy = attrs.field(factory=WriteOffPolicy)
    tax: TaxSettings = attrs.field(factory=TaxSettings)
    numbering: Numbering = attrs.field(factory=Numbering)
    proforma: bool = False
    voiding: Literal["credit_note", "mark"] = "credit_note"
    terms: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not 0 <= self.payment_terms_days <= 365:
            faults.add("payment_terms_days", "must be 0 to 365", value=self.payment_terms_days)
        attempt(faults, lambda: check_text(self.terms, "terms"), "")
        attempt(faults, lambda: check_billing_day(self.billing_day, "billing_day"), None)
        attempt(faults, lambda: check_rules(self.taxes, self.tax), None)
        if self.keep_data < timedelta(0):
            faults.add("keep_data", "must not be negative", value=_days(self.keep_data))
        if not timedelta(0) <= self.late_window <= LONGEST_WINDOW:
            faults.add("late_window", f"must be 0 to {_days(LONGEST_WINDOW)}", value=_days(self.late_window))
        try:
            check_ladder(self.overdue)
        except InvalidInput as error:
            faults.include(error)
        faults.raise_if_any()


def settings_of(tx: Tx) -> BillingSettings:
    """The settings of the engine that opened this transaction."""
    settings: BillingSettings = tx.engine.manifest.settings["billing"]
    return settings
