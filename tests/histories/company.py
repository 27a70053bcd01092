"""A whole company for a history: billing and provisioning, a gateway and a provider with a memory, a few customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.invoicing.model import Invoice, InvoiceState
from larabill_billing.module import MODULE as BILLING
from larabill_billing.payments.model import Payment
from larabill_billing.payments.webhooks import receive
from larabill_billing.subscriptions.model import Subscription
from larabill_core.engine import Engine
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE as PROVISIONING

T = TypeVar("T")

MODULES: Final = (BILLING, PROVISIONING)
GATEWAY: Final = "cards"
PROVIDER: Final = "cloud"
SECRET: Final = "whsec_0123456789abcdef0123456789abcdef"
SECRET_VARIABLE: Final = "TEST_WEBHOOK_SECRET"
CUSTOMERS: Final = (("DE", "EUR"), ("FR", "EUR"), ("US", "USD"), ("JP", "JPY"))
"""Country and currency: with tax, with another tax, outside its scope, and without decimals."""

CATALOG: Final = """
[[plans]]
code = "web"
name = "Web hosting"
provision = true
on_failure = "credit"
prices.EUR = { weekly = "2.49", monthly = "9.90", annual = "99.00", setup = "5.00" }
prices.USD = { weekly = "2.99", monthly = "10.90", annual = "109.00", setup = "6.00" }
prices.JPY = { weekly = "333", monthly = "1100", annual = "11000", setup = "500" }

[[plans]]
code = "vps"
name = "Server"
provision = true
on_failure = "refund"
prices.EUR = { monthly = "33.33", annual = "333.00" }
prices.USD = { monthly = "35.00", annual = "350.00" }
prices.JPY = { monthly = "3999", annual = "39999" }

[[plans]]
code = "trust"
name = "Hosting on trust"
provision = true
release = "placed"
on_failure = "credit"
prices.EUR = { monthly = "7.77" }
prices.USD = { monthly = "8.88" }
prices.JPY = { monthly = "777" }

[[plans]]
code = "trial"
name = "Hosting to try"
provision = true
trial = { days = 14 }
prices.EUR = { monthly = "4.44" }
prices.USD = { monthly = "5.55" }
prices.JPY = { monthly = "444" }

[[plans]]
code = "advice"
name = "An hour of advice"
prices.EUR = { one_time = "79.99" }
prices.USD = { one_time = "89.99" }
prices.JPY = { one_time = "9999" }
"""
COUPONS: Final = (
    {"name": "A tenth", "percent": "10", "cycles": "forever", "codes": ["TENTH"]},
    {"name": "A third once", "percent": "33.3", "cycles": "once", "limit": 3, "codes": ["THIRD", "DRITTEL"]},
    {
        "name": "Some off",
        "amounts": {"EUR": "5.00", "USD": "6.00", "JPY": "500"},
        "cycles": 3,
        "scope": {"plans": ["web"], "setup_fees": True},
        "limit_per_customer": 1,
        "codes": ["SOME"],
    },
)
CODES: Final = ("", "", "TENTH", "THIRD", "SOME")
RECURRING: Final = ("web", "vps", "trust", "trial")
CYCLES: Final = {"web": ("weekly", "monthly", "annual"), "vps": ("monthly", "annual")}


def settings(world: str) -> dict[str, Any]:
    """The manifest's tables besides `[larabill]`; the fakes live in this process under the name `world`."""
    limits = {"rate": 1e6, "burst": 1_000_000, "concurrency": 1_000_000, "failures_to_open": 1_000_000}
    secret = {"env": SECRET_VARIABLE}
    return {
        "billing": {
            "taxes": [
                {"country": "DE", "rate": "19"},
                {"country": "FR", "rate": "20"},
            ],
        },
        "provisioning": {
            "plans": [{"plan": plan, "account": PROVIDER, "provider_plan": plan} for plan in RECURRING],
        },
        "drivers": {
            GATEWAY: {
                "driver": "fake_gateway",
                "world": f"{world}-gateway",
                "webhook_secret": secret,
                "limits": limits,
            },
            PROVIDER: {"driver": "fake", "world": f"{world}-provider", "webhook_secret": secret, "limits": limits},
        },
    }


@attrs.frozen(kw_only=True)
class Company:
    """One seller; `run` opens a transaction of theirs."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    customers: tuple[UUID, ...]

    @classmethod
    def found(cls, engine: Engine, clock: ManualClock) -> Company:
        billing = engine.billing
        new = NewSeller(name="Hosting Ltd", country="DE", currency="EUR", time_zone="Europe/Berlin")
        seller = billing.sellers.create(new).id
        billing.catalog.load(seller, parse_catalog(CATALOG))
        for coupon in COUPONS:
            billing.coupons.create(seller, coupon)
        engine.provisioning.plans.sync(seller)
        customers = tuple(
            billing.customers.create(
                seller,
                NewCustomer(
                    name=f"Customer {country}", email=f"{country}@example.com", country=country, currency=currency
                ),
            ).id
            for country, currency in CUSTOMERS
        )
        return cls(engine=engine, clock=clock, seller=seller, customers=customers)

    def run(self, fn: Callable[[Any], T]) -> T:
        return self.engine.run(fn, seller=self.seller)

    @property
    def database(self) -> sa.Engine:
        """What the engine's statements go to."""
        found: sa.Engine = self.engine._unit_of_work.database  # type: ignore[attr-defined]
        return found

    @property
    def gateway(self) -> FakeWorld:
        world: FakeWorld = self.engine.drivers.get(GATEWAY).world
        return world

    @property
    def provider(self) -> FakeWorld:
        world: FakeWorld = self.engine.drivers.get(PROVIDER).world
        return world

    def currency(self, customer: UUID) -> str:
        return CUSTOMERS[self.customers.index(customer)][1]

    def invoices(self) -> Sequence[tuple[Invoice, InvoiceState]]:
        found: Sequence[tuple[Invoice, InvoiceState]] = self.engine.billing.invoices.list(self.seller, limit=1000)
        return found

    def payments(self) -> Sequence[Payment]:
        found: Sequence[Payment] = self.engine.billing.payments.list(self.seller, limit=1000)
        return found

    def subscriptions(self) -> Sequence[Subscription]:
        found: Sequence[Subscription] = self.engine.billing.subscriptions.list(self.seller, limit=1000)
        return found

    def work(self) -> None:
        """Carry out what is due now."""
        self.engine.run_due()

    def go(self, *, step: timedelta = timedelta(days=7), **by: int) -> None:
        """Move on, and carry out what is due at each time at which something is.

        No payment is on its way for longer than an hour: it is asked for every few minutes, which takes long.
        """
        until = self.clock.now() + timedelta(**by)
        while True:
            self.engine.run_due()
            self.slow_payments_end(self.clock.now() - timedelta(hours=1))
            if self.clock.now() >= until:
                return
            due = self.engine.run(lambda tx: tx.jobs.next_run_at())
            next_step = min(until, self.clock.now() + step)
            self.clock.set(max(self.clock.now(), next_step if due is None else min(due, next_step)))

    def slow_payments_end(self, before: datetime) -> None:
        """Those that were begun before come in, and the webhooks say so."""
        begun = [thing for thing in self.gateway.payments() if thing.status == "pending"]
        for thing in begun:
            if datetime.fromisoformat(thing.body["at"]) <= before:
                self.gateway.settle(thing.ref)
                self.deliver()

    def deliver(self, times: int = 1) -> None:
        """The webhooks that were not sent yet arrive, so many times each."""
        self.gateway.deliver_webhooks(
            lambda headers, body: receive(self.engine, GATEWAY, headers, body),
            secret=Secret(SECRET),
            at=self.clock.now(),
            account=GATEWAY,
            times=times,
        )

    def balances(self) -> dict[tuple[str, str], Decimal]:
        """What stands on each account, by its name and currency."""
        found = self.run(lambda tx: tx.billing.ledger.trial_balance())
        return {(line.account, line.currency): line.balance for line in found}
