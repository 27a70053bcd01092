"""Start several `larabill run-due` at once on subscriptions that are all due, and count what came of it.

    python -m tests.faults.run_due_together --processes 8 --due 500 --database URL

The database `URL` names is not touched: one beside it is made and dropped. The last line is one JSON object; exit code
0 when every period was charged once, numbers have no gap, and no process failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from tests.faults.shop import build

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.handlers import place
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_cli.demo.databases import temporary
from larabill_cli.verifying import find_violations
from larabill_core.clock import SystemClock
from larabill_core.ids import new_id
from larabill_core.manifest import read_manifest
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.opening import database_of

MANIFEST = """
[larabill]
database = "{url}"
modules = ["billing"]
[billing]
payment_terms_days = 365
[billing.seller]
name = "Shop"
country = "DE"
currency = "EUR"
"""
CATALOG = """
[[plans]]
code = "one"
name = "One"
release = "placed"
prices.EUR = { monthly = "5.00" }
"""
AGO = timedelta(days=45)
"""When the orders were placed: since then exactly one more period has begun."""
IN_ONE = 50


def run(url: str, folder: Path, *, due: int, processes: int) -> dict[str, Any]:
    """The whole run; the counts as they are printed."""
    file = folder / "larabill.toml"
    file.write_text(MANIFEST.format(url=url))
    settings = read_manifest(file)
    build(settings)
    _sell(settings, due)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "larabill_cli", "--config", str(file), "run-due"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    said = [process.communicate(timeout=300)[1] for process in started]
    for process, words in zip(started, said, strict=True):
        if process.returncode:
            print(f"# exit {process.returncode}: {words}")
    return {
        "processes": processes,
        "due": due,
        "failed": sum(process.returncode != 0 for process in started),
        **_count(settings, due),
    }


def _sell(settings: dict[str, Any], due: int) -> None:
    engine = open_engine(settings, clock=ManualClock(SystemClock().now() - AGO))
    seller = engine.billing.default_seller()
    engine.billing.catalog.load(seller, parse_catalog(CATALOG))
    customer = engine.billing.customers.create(seller, NewCustomer(name="N", email="n@example.com", country="DE"))
    wanted = [
        PlaceOrder(
            order_uuid=new_id(),
            customer_id=customer.id,
            currency="EUR",
            items=(NewItem(plan_code="one", cycle=Cycle.MONTHLY),),
        )
        for _ in range(due)
    ]
    for start in range(0, due, IN_ONE):
        engine.run(lambda tx, part=wanted[start : start + IN_ONE]: [place(tx, one) for one in part], seller=seller)
    engine.run_due()
    database_of(engine).dispose()


def _count(settings: dict[str, Any], due: int) -> dict[str, int]:
    engine = open_engine(settings)
    seller = engine.billing.default_seller()
    with database_of(engine).connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT subscription_item_id, period_start FROM larabill_charges WHERE kind = 'recurring'"
        ).all()
        numbers = (
            connection.exec_driver_sql("SELECT sequence FROM larabill_invoice_numbers ORDER BY sequence")
            .scalars()
            .all()
        )
    items = Counter(item for item, _ in rows)
    violations = find_violations(engine)
    for violation in violations[:10]:
        print(f"# {violation.kind} {violation.subject}: {violation.message}")
    database_of(engine).dispose()
    return {
        "charged_once": sum(count == 2 for count in items.values()),
        "charged_twice": len(rows) - len(set(rows)),
        "gaps": int(list(numbers) != list(range(1, 2 * due + 1))),
        "violations": len(violations) + int(not seller),
    }


def is_right(result: dict[str, Any]) -> bool:
    """Every period once, nothing else."""
    bad = ("failed", "charged_twice", "gaps", "violations")
    return result["charged_once"] == result["due"] and not any(result[name] for name in bad)


@click.command()
@click.option("--processes", default=8, show_default=True)
@click.option("--due", default=500, show_default=True)
@click.option("--database", required=True)
def main(processes: int, due: int, database: str) -> None:
    """Start them together and print what came of it."""
    with tempfile.TemporaryDirectory() as folder, temporary(database, keep=False) as made:
        result = run(made.render_as_string(hide_password=False), Path(folder), due=due, processes=processes)
    print(json.dumps(result))
    sys.exit(not is_right(result))


if __name__ == "__main__":
    main()
