"""Renewal of many subscriptions: SQL statements for each, and how the cost grows with their number.

    python -m benchmarks.renewal --database URL --n 1000

Two sizes alternate in one process, so that the machine's mood cancels out: what counts are the ratios. The database
`URL` names is not touched: one beside it is made and dropped.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.handlers import place
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.renew import BATCH, renew_batch
from larabill_cli.demo.databases import temporary
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.keyring import KeyRing
from larabill_core.messages import Nothing
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=31)
CATALOG = """
[[plans]]
code = "one"
name = "One"
release = "placed"
prices.EUR = { monthly = "5.00" }
"""


def shop(url: str, folder: Path, subscriptions: int) -> tuple[Engine, ManualClock]:
    """An engine on a new database with so many subscriptions, none of them due yet."""
    settings: dict[str, Any] = {
        "larabill": {"database": url, "keys": str(folder / new_id().hex), "modules": ["billing"]},
        "billing": {"seller": {"name": "S", "country": "DE", "currency": "EUR"}, "payment_terms_days": 365},
    }
    KeyRing.generate_file(settings["larabill"]["keys"])
    manifest = load_manifest(settings)
    upgrade(open_database(url), storages_of(manifest.modules))
    clock = ManualClock(START)
    engine = open_engine(manifest, clock=clock)
    seller = engine.billing.default_seller()
    engine.billing.catalog.load(seller, parse_catalog(CATALOG))
    customer = engine.billing.customers.create(seller, NewCustomer(name="N", email="n@example.com", country="DE"))
    item = NewItem(plan_code="one", cycle=Cycle.MONTHLY)
    wanted = [
        PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,))
        for _ in range(subscriptions)
    ]
    engine.run(lambda tx: [place(tx, one) for one in wanted], seller=seller)
    engine.run_due()
    return engine, clock


def renew(engine: Engine, clock: ManualClock, subscriptions: int) -> tuple[float, int]:
    """CPU seconds and statements of one month's renewals: charges, invoices, ledger, audits, jobs, next periods."""
    seller = engine.billing.default_seller()
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    database = database_of(engine)
    clock.advance(MONTH)
    sa.event.listen(database, "before_cursor_execute", count)
    begun = time.process_time()
    for _ in range(-(-subscriptions // BATCH)):
        engine.run(lambda tx: renew_batch(tx, Nothing()), seller=seller)
    spent = time.process_time() - begun
    sa.event.remove(database, "before_cursor_execute", count)
    return spent, statements


@click.command()
@click.option("--database", default="sqlite://", show_default="SQLite in a temporary folder")
@click.option("--n", default=500, show_default=True, help="Subscriptions of the large side; the small has a fifth.")
@click.option("--rounds", default=5, show_default=True)
def main(database: str, n: int, rounds: int) -> None:
    """Measure and print one JSON object."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/bench.db" if database == "sqlite://" else database
        with temporary(url, keep=False) as large, temporary(url, keep=False) as small:
            sides = [
                (size, *shop(made.render_as_string(hide_password=False), folder, size))
                for size, made in ((n, large), (n // 5, small))
            ]
            costs: dict[int, list[tuple[float, int]]] = {n: [], n // 5: []}
            for _ in range(rounds):
                for size, engine, clock in sides:
                    costs[size].append(renew(engine, clock, size))
            for _, engine, _ in sides:
                database_of(engine).dispose()
    middle = {size: sorted(each)[len(each) // 2] for size, each in costs.items()}
    each = {size: seconds / size for size, (seconds, _) in middle.items()}
    result = {
        "database": database.partition(":")[0],
        "n": n,
        "sql_per_renewal": round(middle[n][1] / n, 3),
        "growth_ratio": round(each[n] / each[n // 5], 2),
        "renewals_per_cpu_second": round(1 / each[n]),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
