"""The company of a scenario: its engine in memory, its plans, its customers, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar
from uuid import UUID

import attrs

from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.invoicing.model import Invoice, InvoiceState
from larabill_billing.payments.model import PaymentMethod
from larabill_cli.simulate.labels import Labels
from larabill_cli.simulate.scenario import Buyer, Scenario, Step
from larabill_cli.simulate.stage import STAGE
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.module import installed_modules
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.opening import open_in_memory

T = TypeVar("T")

GATEWAY: Final = "cards"
"""The account of the pretended gateway."""
RATES: Final = "scenario"
"""The source of the exchange rates that stand in a scenario."""
PAGE: Final = 1000


def every(
    page: Callable[..., Sequence[T]], *arguments: Any, id_of: Callable[[T], UUID] = attrgetter("id"), **more: Any
) -> Iterator[T]:
    """All of a list that is paged by id."""
    after = None
    while found := page(*arguments, after=after, limit=PAGE, **more):
        yield from found
        after = id_of(found[-1])


def id_of_invoice(found: tuple[Invoice, InvoiceState]) -> UUID:
    """For lists of invoices with their states."""
    return found[0].id


@attrs.frozen(kw_only=True)
class Reject:
    """An entry of the timeline that was refused, and why; the scenario goes on without it."""

    step: Step
    problem: LarabillError


@attrs.define(kw_only=True)
class Company:
    """What verbs and reports need of a scenario that is being played."""

    scenario: Scenario
    engine: Engine
    clock: ManualClock
    seller: UUID
    labels: Labels = attrs.field(factory=Labels)
    customers: dict[str, UUID] = attrs.field(factory=dict)
    subscriptions: dict[str, UUID] = attrs.field(factory=dict)
    cards: dict[str, PaymentMethod] = attrs.field(factory=dict)
    rejects: list[Reject] = attrs.field(factory=list)

    def buyer(self, label: str) -> Buyer:
        """The customer as the scenario describes them."""
        return next(buyer for buyer in self.scenario.customers if buyer.id == label)

    def store_card(self, label: str, token: str) -> None:
        """The customer's default method from now on: `pm_ok` pays, the others do not."""
        words = "a card" if token == "pm_ok" else "a card that is declined"  # noqa: S105 - the fake's name for it
        self.cards[label] = self.engine.billing.payments.add_method(
            self.seller, self.customers[label], GATEWAY, token, words
        )


def _settings(scenario: Scenario) -> dict[str, Any]:
    limits = {"rate": 1e6, "burst": 1_000_000, "concurrency": 1_000_000}
    return {
        "larabill": {"modules": ["billing", STAGE.name]},
        "billing": {**scenario.policies, **({"exchange": {"source": RATES}} if scenario.rates else {})},
        "drivers": {GATEWAY: {"driver": "fake_gateway", "limits": limits}},
    }


def found(scenario: Scenario) -> Company:
    """The seller, the plans and the customers, at the scenario's start. Raises `InvalidInput`, `ConfigurationError`."""
    clock = ManualClock(scenario.start)
    engine = open_in_memory(_settings(scenario), clock=clock, installed={**installed_modules(), STAGE.name: STAGE})
    billing = engine.billing
    seller = billing.sellers.create(
        NewSeller(name="Simulated Ltd", country="DE", currency=scenario.currency, time_zone=scenario.timezone)
    ).id
    company = Company(scenario=scenario, engine=engine, clock=clock, seller=seller)
    company.labels.give(seller, "seller")
    billing.catalog.load(seller, scenario.catalogue)
    if scenario.rates:
        billing.exchange.load(seller, RATES, scenario.rates)
    for coupon in scenario.coupons:
        billing.coupons.create(seller, coupon)
    for buyer in scenario.customers:
        new = NewCustomer(
            name=buyer.id,
            email=f"{buyer.id}@example.com",
            country=buyer.country,
            tax_id=buyer.tax_id,
            currency=buyer.currency,
            time_zone=buyer.timezone,
            group=buyer.group,
        )
        company.customers[buyer.id] = billing.customers.create(seller, new).id
        company.labels.give(company.customers[buyer.id], buyer.id)
        if buyer.pays == "card":
            company.store_card(buyer.id, "pm_ok")
    return company
