"""The shop that is killed again and again: its manifest, its orders, and what is counted at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs
from tests.faults.provider import Provider

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_cli.verifying import find_violations
from larabill_core.clock import Clock
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.keyring import KeyRing
from larabill_drivers.world import FakeWorld
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

DEDUPES: Final = {"dedupes": True, "finds": False}
FINDS: Final = {"dedupes": False, "finds": True}

CATALOG: Final = """
[[plans]]
code = "one"
name = "One"
provision = true
regions = {regions}
prices.EUR = {{ monthly = "5.00", setup = "1.00" }}

[[plans]]
code = "two"
name = "Two"
provision = true
regions = {regions}
prices.EUR = {{ monthly = "7.00" }}
"""


@attrs.frozen(kw_only=True)
class Counts:
    """What must all be 0. `orphans`: resources that no service knows. `duplicates`: more than one for a service.
    `double_charges`: more than one for a payment or invoice. `unrecorded`: taken, but not in our books.
    """

    orphans: int
    duplicates: int
    double_charges: int
    unrecorded: int
    violations: int


def manifest(url: str, folder: Path, *, only_dedupes: bool, at: Provider | None = None) -> dict[str, Any]:
    """Two hosts and two banks: one of each that deduplicates but cannot find, one that finds but repeats.

    `only_dedupes`: both of each deduplicate and cannot find, for the mutant that matters only there. `at`: both hosts
    are accounts at this provider.
    """
    second = DEDUPES if only_dedupes else FINDS
    fast = {"limits": {"rate": 100_000, "burst": 100_000, "concurrency": 10_000}}
    latency = {"latency_ms": 1}
    hosts: dict[str, Any] = {
        "host1": {"driver": "fake", "world": str(folder / "host1.world"), **DEDUPES, **latency, **fast},
        "host2": {"driver": "fake", "world": str(folder / "host2.world"), **second, **latency, **fast},
    }
    plans: list[Mapping[str, Any]] = [{"provider_plan": "small"}] * 2
    if at is not None:
        hosts = {host: {"driver": at.api.name, **at.api.settings(at.address), **fast} for host in hosts}
        plans = [at.api.plans["small"], at.api.plans["large"]]
    return {
        "larabill": {"database": url, "keys": str(folder / "keys"), "documents": str(folder / "documents")},
        "billing": {"seller": {"name": "Shop", "country": "DE", "currency": "EUR"}},
        "provisioning": {
            "plans": [
                {"plan": "one", "account": "host1", **plans[0]},
                {"plan": "two", "account": "host2", **plans[1]},
            ]
        },
        "drivers": {
            **hosts,
            "bank1": {"driver": "fake_gateway", "world": str(folder / "bank1.world"), **DEDUPES, **latency, **fast},
            "bank2": {"driver": "fake_gateway", "world": str(folder / "bank2.world"), **second, **latency, **fast},
        },
    }


class Shop:
    """An engine on the shop's database, and the worlds behind its accounts."""

    def __init__(self, settings: dict[str, Any], clock: Clock, at: Provider | None = None) -> None:
        self.engine: Engine = open_engine(settings, clock=clock)
        self._at = at
        drivers = settings["drivers"]
        self._hosts = [] if at else [FakeWorld.open(drivers[name]["world"]) for name in ("host1", "host2")]
        self.banks = [FakeWorld.open(drivers[name]["world"]) for name in ("bank1", "bank2")]

    @cached_property
    def seller(self) -> UUID:
        """The one of the manifest; made when it is asked for the first time."""
        found: UUID = self.engine.billing.default_seller()
        return found

    def open(self) -> None:
        """Catalogue and plan maps into force."""
        plans = self._at.api.plans.values() if self._at else ()
        regions = json.dumps(sorted({plan["region"] for plan in plans if plan.get("region")}))
        self.engine.billing.catalog.load(self.seller, parse_catalog(CATALOG.format(regions=regions)))
        self.engine.provisioning.plans.sync(self.seller)

    def order(self, count: int) -> None:
        """So many customers with a stored method, each with one order; hosts and banks mixed."""
        billing = self.engine.billing
        for number in range(count):
            customer = billing.customers.create(
                self.seller, NewCustomer(name=f"N {number}", email=f"n{new_id().hex}@example.com", country="DE")
            )
            bank = "bank1" if number % 2 else "bank2"
            method = billing.payments.add_method(self.seller, customer.id, bank, "pm_ok", "test")
            code = "one" if number % 4 < 2 else "two"
            item = NewItem(plan_code=code, cycle=Cycle.MONTHLY, **self._wishes(code, customer.id))
            wanted = PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,))
            order = billing.orders.place(self.seller, wanted)
            billing.payments.charge_invoice(self.seller, order.invoice_id, method.id)

    def _wishes(self, code: str, customer: UUID) -> dict[str, Any]:
        """What a customer asks for beside the plan, where the provider wants to know it."""
        if self._at is None:
            return {}
        plan = self._at.api.plans["small" if code == "one" else "large"]
        return {"region": plan.get("region", ""), "spec": self._at.api.spec(customer.int % 10**9)}

    def close(self) -> None:
        database_of(self.engine).dispose()

    def count(self) -> Counts:
        """Compare the worlds with the books."""
        resources = self.engine.run(lambda tx: tx.provisioning.resources.list(limit=1_000_000), seller=self.seller)
        payments = self.engine.run(lambda tx: tx.billing.payments.page(limit=1_000_000), seller=self.seller)
        ref_for = self.engine.drivers.get("host1").ref_for
        known = {ref_for(resource.service_id) for resource in resources if resource.driver_ref}
        standing = self._standing()
        taken = [thing for world in self.banks for thing in world.payments() if thing.status == "captured"]
        booked = {payment.transaction_id for payment in payments if payment.transaction_id}
        violations = find_violations(self.engine)
        for violation in violations[:20]:
            print(f"# {violation.invariant} {violation.kind} {violation.subject}: {violation.message}")
        return Counts(
            orphans=sum(ref not in known for ref in standing),
            duplicates=_more_than_one(standing),
            double_charges=_more_than_one(thing.ref for thing in taken)
            + _more_than_one(thing.body["invoice"] for thing in taken),
            unrecorded=sum(thing.id not in booked for thing in taken),
            violations=len(violations) + self.unfinished(),
        )

    def _standing(self) -> list[str]:
        """The refs of what stands at the hosts."""
        if self._at is not None:
            return self._at.standing()
        return [thing.ref for world in self._hosts for thing in world.resources()]

    def unfinished(self) -> int:
        """Jobs in the operator's list, and services without a machine: in this shop nothing may end there."""
        jobs = self.engine.run(
            lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD, JobStatus.PARKED, JobStatus.READY), limit=1_000)
        )
        now = self.engine.clock.now()
        stuck = [job for job in jobs if job.status is not JobStatus.READY or job.run_at <= now]
        resources = self.engine.run(lambda tx: tx.provisioning.resources.list(limit=1_000_000), seller=self.seller)
        idle = [resource for resource in resources if resource.status not in ("active", "suspended", "deprovisioned")]
        for job in stuck[:10]:
            print(f"# job {job.handler} is {job.status}: {job.last_error}")
        for resource in idle[:10]:
            print(f"# resource {resource.id} is {resource.status}: {resource.last_error}")
        return len(stuck) + len(idle)


def _more_than_one(names: Any) -> int:
    return sum(count - 1 for count in Counter(names).values())


def build(settings: dict[str, Any]) -> None:
    """Keys and tables."""
    KeyRing.generate_file(settings["larabill"]["keys"])
    checked = load_manifest(settings)
    database = open_database(checked.basics.database)
    upgrade(database, storages_of(checked.modules))
    database.dispose()
