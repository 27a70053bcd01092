"""The part of `engine.billing` that is about tax."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from larabill_billing.facade.area import Area
from larabill_billing.invoicing.taxing import treatments
from larabill_billing.settings import settings_of
from larabill_billing.tax import ask, check_ids, handlers
from larabill_billing.tax.determine import Treatment
from larabill_billing.tax.facts import Evidence, Exemption, IdCheck
from larabill_billing.tax.handlers import NewExemption, Whereabouts
from larabill_billing.tax.table import Period, rate_table
from larabill_core.access import SYSTEM, Actor


class Taxes(Area):
    """`engine.billing.taxes`."""

    def rates(self, seller: UUID, country: str, on: date, *, actor: Actor = SYSTEM) -> Period | None:
        """The rates of a country on a day, by our table and the seller's; None where neither knows them."""
        return self._run("taxes.read", seller, actor, lambda tx: rate_table(settings_of(tx).tax.table).on(country, on))

    def treatment(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Treatment:
        """Which taxes hold for a customer now, and because of what.

        Raises `NotFound`, and `Conflict` while the provider has not said it.
        """
        return self._run(
            "taxes.read",
            seller,
            actor,
            lambda tx: treatments(tx, {customer_id: tx.billing.customers.get(customer_id)})[customer_id],
        )

    def ask(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Treatment:
        """Ask the provider which taxes hold for a customer. Raises `NotFound`, and `RetryLater` when it cannot say."""
        self._access.require(actor, "taxes.write")
        ask.ask_about(self._engine.outside("billing.taxes.ask"), seller, customer_id, actor)
        return self.treatment(seller, customer_id, actor=SYSTEM)

    def exempt(self, seller: UUID, customer_id: UUID, new: NewExemption, *, actor: Actor = SYSTEM) -> Exemption:
        """Charge a customer nothing while the exemption holds. Raises `NotFound`, `InvalidInput` with every fault."""
        return self._run("taxes.write", seller, actor, lambda tx: handlers.exempt(tx, customer_id, new))

    def end_exemption(
        self, seller: UUID, exemption_id: UUID, on: date | None = None, *, actor: Actor = SYSTEM
    ) -> Exemption:
        """From the day `on` (today) it holds no more. Raises `NotFound`, `Conflict`."""
        return self._run("taxes.write", seller, actor, lambda tx: handlers.end_exemption(tx, exemption_id, on))

    def exemptions(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[Exemption]:
        """All of a customer, oldest first, those that ended too."""
        return self._run(
            "taxes.read",
            seller,
            actor,
            lambda tx: [
                each for facts in tx.billing.tax.exemptions([customer_id]).values() for each in facts.exemptions
            ],
        )

    def check_id(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> IdCheck:
        """Ask the register about the customer's VAT id, and keep its answer.

        Raises `NotFound`, `InvalidInput` for what is none, `ConfigurationError` where no register is configured.
        """
        self._access.require(actor, "taxes.write")
        return check_ids.check_one(self._engine.outside("billing.taxes.check_id"), seller, customer_id, actor)

    def checks(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[IdCheck]:
        """What was answered about the customer's ids, oldest first."""
        return self._run("taxes.read", seller, actor, lambda tx: tx.billing.tax.checks(customer_id))

    def note_evidence(
        self,
        seller: UUID,
        customer_id: UUID,
        kind: str,
        country: str,
        source: str = "",
        *,
        actor: Actor = SYSTEM,
    ) -> Evidence:
        """Keep where a customer was seen: by `ip`, `bank`, `card`, `phone` or `other`.

        `country` is an ISO 3166 code: the address that it was found by stays with the caller. Raises `NotFound`,
        `InvalidInput`.
        """
        return self._run(
            "taxes.write",
            seller,
            actor,
            lambda tx: handlers.note_evidence(tx, customer_id, kind, country, source),
        )

    def whereabouts(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Whereabouts:
        """Where a customer is taxed, and the evidence for it. Raises `NotFound`."""
        return self._run("taxes.read", seller, actor, lambda tx: handlers.whereabouts(tx, customer_id))

    def contradicted(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Whereabouts]:
        """Of the next `limit` customers with evidence those whose pieces contradict each other."""
        return self._run("taxes.read", seller, actor, lambda tx: handlers.contradicted(tx, after=after, limit=limit))
