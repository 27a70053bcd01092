"""`larabill verify` finds each kind of damage that raw SQL can do, and nothing where there is none.

The damage is done inside a transaction that is rolled back, so that one shop serves all kinds. What would stop it, the
triggers and unique indexes, is taken away first: verify is for databases that somebody has been at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.faults.shop import Shop, build, manifest

from larabill_cli.verifying import find_violations
from larabill_core.ids import new_id
from larabill_core.module import load_target
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.billing import STORAGE as BILLING
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.provisioning import STORAGE as PROVISIONING
from larabill_sqlalchemy.triggers import expected_triggers

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
TABLES = {
    name.removeprefix("larabill_"): table
    for storage in (CORE, BILLING, PROVISIONING)
    for name, table in storage.metadata.tables.items()
}
Plant = Callable[[sa.Connection], None]


def change(table: str, **values: Any) -> Plant:
    """UPDATE the oldest row."""

    def plant(connection: sa.Connection) -> None:
        target = TABLES[table]
        key = next(iter(target.primary_key.columns))
        oldest = connection.scalar(sa.select(key).order_by(key).limit(1))
        connection.execute(sa.update(target).where(key == oldest).values(values))

    return plant


def change_all(table: str, **values: Any) -> Plant:
    return lambda connection: connection.execute(sa.update(TABLES[table]).values(values)) and None


def remove(table: str, **where: Any) -> Plant:
    """DELETE rows."""

    def plant(connection: sa.Connection) -> None:
        target = TABLES[table]
        connection.execute(sa.delete(target).where(*(target.c[name] == value for name, value in where.items())))

    return plant


def copy(table: str, **values: Any) -> Plant:
    """INSERT the oldest row again, with a new id and other values."""

    def plant(connection: sa.Connection) -> None:
        target = TABLES[table]
        row = connection.execute(sa.select(target).order_by(target.c.id).limit(1)).one()._asdict()
        connection.execute(sa.insert(target).values({**row, "id": new_id(), **values}))

    return plant


def both(one: Plant, other: Plant) -> Plant:
    def plant(connection: sa.Connection) -> None:
        one(connection)
        other(connection)

    return plant


LATER = START + timedelta(days=1)
PLANTED: dict[str, Plant] = {
    "payment-without-entry": remove("journal_entries", document_kind="payment"),
    "payment-unallocated": remove("payment_allocations"),
    "transaction-claimed-twice": change_all("payments", transaction_id="pay_1", account="bank1"),
    "payment-unaudited": change("payments", status="declined"),
    "service-has-two-resources": copy("resources", driver_ref="x", standing_ref="x", ref="x"),
    "driver-ref-shared": change_all("resources", driver_ref="x", account="host1"),
    "resource-without-driver-ref": change("resources", driver_ref=None),
    "periods-overlap": copy("charges", kind="recurring", period_start=date(2026, 2, 1), period_end=date(2026, 3, 1)),
    "subscription-periods": change("subscriptions", next_period=4),
    "entry-unbalanced": change("postings", amount=Decimal("1.23")),
    "currency-unbalanced": change("postings", amount=Decimal("1.24")),
    "invoice-without-entry": remove("journal_entries", document_kind="invoice"),
    "receivable-differs": change("invoice_states", status="issued", balance=Decimal("3.00")),
    "number-gap": change_all("invoice_series", next_number=99),
    "series-missing": remove("invoice_series"),
    "number-missing": remove("invoice_numbers"),
    "sums-differ": change("invoices", tax=Decimal("1.00")),
    "status-without-audit": change("resources", status="suspended"),
    "illegal-move": change_all("provision_audits", before="active", after="pending"),
    "order-state": change("orders", status="cancelled"),
    "subscription-state": change("subscriptions", status="ended"),
    "service-state": change("services", status="ended"),
    "invoice-without-state": remove("invoice_states"),
    "invoice-unaudited": change("invoice_states", status="void"),
    "suspended-though-paid": both(
        change_all("services", status="suspended", told_at=START - timedelta(days=2)),
        change_all("billing_audits", at=START - timedelta(days=2)),
    ),
    "resource-stalled": change("resources", status="suspended", desired="active"),
    "total-differs": change("invoices", total=Decimal("99.00")),
    "balance-differs": change("invoice_states", balance=Decimal("2.00")),
    "active-unconfirmed": remove("operations", subject_kind="resource"),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Two customers who paid, and whose services run; no trigger and no unique index is left."""
    folder: Path = tmp_path_factory.mktemp("planted")
    settings = manifest(f"sqlite:///{folder}/shop.db", folder, only_dedupes=False)
    build(settings)
    clock = ManualClock(START)
    shop = Shop(settings, clock)
    shop.open()
    shop.order(2)
    shop.engine.run_due()
    clock.advance(timedelta(minutes=10))
    shop.engine.run_due()
    with database_of(shop.engine).begin() as connection:
        for trigger in expected_triggers((CORE, BILLING, PROVISIONING), "sqlite"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        for table in TABLES.values():
            for index in table.indexes:
                if index.unique:
                    connection.exec_driver_sql(f"DROP INDEX {index.name}")
    yield shop
    shop.close()


def found_in(shop: Shop, connection: sa.Connection) -> set[str]:
    rules = [load_target(target) for module in shop.engine.modules for target in module.verify]
    return shop.engine.joined(connection).run(
        lambda tx: {violation.kind for rule in rules for violation in rule(tx)}, seller=shop.seller
    )


def test_a_clean_database_has_no_violations(shop: Shop) -> None:
    assert find_violations(shop.engine, live=True) == []


@pytest.mark.parametrize("kind", PLANTED)
def test_what_was_planted_is_named(shop: Shop, kind: str) -> None:
    with database_of(shop.engine).connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        assert kind not in found_in(shop, connection)
        PLANTED[kind](connection)
        assert kind in found_in(shop, connection)
        transaction.rollback()
