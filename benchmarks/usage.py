"""What it costs to record usage, beside the plain driver writing the same rows.

    python -m benchmarks.usage --database URL --n 100000 --json

Ours reads lines of NDJSON, checks each event against its agreement, item and meter, leaves out what is known, and
commits batches of 5,000. The driver's side is its own `executemany` of the finished rows into a table with the same
columns and indexes, in the same batches: it decodes, checks and leaves out nothing. The two sides alternate in one
process, each on a database of its own that grows alike, so that the machine's mood cancels out; a ratio is the median
over the rounds. The database that `URL` names is not touched: two beside it are made and dropped.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import attrs
import click
import sqlalchemy as sa

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.usage.parse import BATCH, read
from larabill_cli.demo.databases import temporary
from larabill_core.engine import Engine
from larabill_core.ids import new_id, new_ids, public_id
from larabill_core.keyring import KeyRing
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.billing.usage_tables import EVENTS
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGREEMENTS = 100
CATALOG = """
[[meters]]
code = "requests"
aggregation = "sum"
unit = "requests"

[[plans]]
code = "metered"
name = "Metered"
release = "placed"
prices.EUR = { monthly = "5.00" }
usage = [{ meter = "requests", prices.EUR = "0.0001" }]
"""


@attrs.frozen
class Shop:
    """Our side: an engine on a new database with agreements that are metered."""

    engine: Engine
    agreements: Sequence[tuple[Any, Any]]

    @property
    def seller(self) -> Any:
        """The only one."""
        return self.engine.billing.default_seller()


def open_shop(url: str, folder: Path, agreements: int = AGREEMENTS) -> Shop:
    """Make the tables, a seller, and so many agreements of one item each."""
    settings: dict[str, Any] = {
        "larabill": {"database": url, "keys": str(folder / new_id().hex), "modules": ["billing"]},
        "billing": {"seller": {"name": "S", "country": "DE", "currency": "EUR"}},
    }
    KeyRing.generate_file(settings["larabill"]["keys"])
    manifest = load_manifest(settings)
    database = open_database(url)
    upgrade(database, storages_of(manifest.modules))
    database.dispose()
    clock = ManualClock(START)
    engine = open_engine(manifest, clock=clock)
    billing, seller = engine.billing, engine.billing.default_seller()
    billing.catalog.load(seller, parse_catalog(CATALOG))
    customer = billing.customers.create(seller, NewCustomer(name="N", email="n@example.com", country="DE"))
    item = NewItem(plan_code="metered", cycle="monthly")
    for _ in range(agreements):
        billing.orders.place(
            seller, PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,))
        )
    engine.run_due()
    found = engine.run(lambda tx: tx.billing.subscriptions.page(limit=agreements), seller=seller)
    items = engine.run(lambda tx: tx.billing.subscriptions.items([each.id for each in found]), seller=seller)
    clock.set(START + timedelta(days=20))
    return Shop(engine, [(each.id, items[each.id][0].id) for each in found])


def lines_for(shop: Shop, n: int) -> list[bytes]:
    """So many new events as lines, spread over the agreements and over twenty days."""
    lines = []
    for number in range(n):
        subscription, item = shop.agreements[number % len(shop.agreements)]
        event = {
            "idempotency_id": f"req-{new_id().hex}",
            "subscription_id": public_id("sub", subscription),
            "subscription_item_id": public_id("itm", item),
            "meter": "requests",
            "quantity": f"{number % 1000}.{number % 100:02}",
            "occurred_at": (START + timedelta(seconds=number * 1_700_000 // n)).isoformat(),
        }
        lines.append(json.dumps(event).encode() + b"\n")
    return lines


def rows_for(shop: Shop, database: sa.Engine, lines: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """The same events as rows that the driver takes as they are."""
    convert = [column.type.dialect_impl(database.dialect).bind_processor(database.dialect) for column in EVENTS.c]
    now = shop.engine.clock.now()
    rows = []
    for event, id in zip(read(lines).events, new_ids(len(lines)), strict=True):
        more = {"id": id, "seller_id": shop.seller, "recorded_at": now}
        values = [more[column.name] if column.name in more else getattr(event, column.name) for column in EVENTS.c]
        pairs = zip(convert, values, strict=True)
        rows.append(tuple(value if fit is None else fit(value) for fit, value in pairs))
    return rows


def by_the_driver(database: sa.Engine, rows: Sequence[tuple[Any, ...]]) -> None:
    """The driver's own executemany, a batch in each transaction."""
    mark = "?" if database.dialect.name == "sqlite" else "%s"
    marks = ", ".join([mark] * len(EVENTS.c))
    insert = f"INSERT INTO {EVENTS.name} ({', '.join(EVENTS.c.keys())}) VALUES ({marks})"
    raw = database.raw_connection()
    cursor = raw.cursor()
    for start in range(0, len(rows), BATCH):
        if database.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(insert, rows[start : start + BATCH])
        raw.commit()
    cursor.close()
    raw.close()


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def record(shop: Shop, lines: Sequence[bytes], new: int) -> None:
    """Our side's work; that it was done is part of it."""
    report = shop.engine.billing.usage.ingest(shop.seller, iter(lines))
    if (report.new, report.new + report.known) != (new, len(lines)):
        raise AssertionError(f"not recorded as it should be: {report}")


def measure(url: str, n: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Alternate the sides. Besides, with a fifth of the events: all of them sent again, and a tenth of them known."""
    few = max(n // 5, 10)
    with temporary(url, keep=False) as ours, temporary(url, keep=False) as theirs:
        shop, other = (
            open_shop(each.render_as_string(hide_password=False), folder, min(n, AGREEMENTS)) for each in (ours, theirs)
        )
        plain = database_of(other.engine)
        times: list[tuple[float, float, float, float]] = []
        warm = lines_for(shop, few)
        record(shop, warm, few)
        by_the_driver(plain, rows_for(shop, plain, warm))
        for _ in range(rounds):
            lines = lines_for(shop, n)
            again, mixed = lines[:few], [*lines_for(shop, few - few // 10), *lines[: few // 10]]
            rows = rows_for(shop, plain, lines)
            # what the benchmark itself holds is not to be walked through on the time of whoever makes objects
            gc.collect()
            gc.freeze()
            times.append(
                (
                    seconds(lambda: by_the_driver(plain, rows)) / n,  # noqa: B023 - called at once
                    seconds(lambda: record(shop, lines, n)) / n,  # noqa: B023
                    seconds(lambda: record(shop, again, 0)) / few,  # noqa: B023
                    seconds(lambda: record(shop, mixed, few - few // 10)) / few,  # noqa: B023
                )
            )
            gc.unfreeze()
        database_of(shop.engine).dispose()
        plain.dispose()
    return told(url, n, times)


def told(url: str, n: int, times: Sequence[tuple[float, float, float, float]]) -> dict[str, Any]:
    """The medians, of seconds for each event."""
    driver, new, again, mixed = (median(column) for column in zip(*times, strict=True))
    return {
        "database": url.partition(":")[0].partition("+")[0],
        "n": n,
        "batch": BATCH,
        "rounds": len(times),
        "ratio_to_driver": round(median(each[0] / each[1] for each in times), 2),
        "ratio_with_a_tenth_known": round(median(each[0] / each[3] for each in times), 2),
        "events_per_second": round(1 / new),
        "driver_rows_per_second": round(1 / driver),
        "known_events_per_second": round(1 / again),
        "mixed_events_per_second": round(1 / mixed),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


@click.command()
@click.option("--database", default="sqlite://", show_default="SQLite in a temporary folder")
@click.option("--n", default=20_000, show_default=True, help="Events in each round.")
@click.option("--rounds", default=7, show_default=True)
@click.option("--json", "only_json", is_flag=True, help="Nothing but the JSON object.")
def main(database: str, n: int, rounds: int, only_json: bool) -> None:
    """Measure and print one JSON object as the last line."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db" if database == "sqlite://" else database
        result = measure(url, n, rounds, Path(folder))
    if not only_json:
        for name, value in result.items():
            click.echo(f"{name:>26}  {value}")
    click.echo(json.dumps(result))


if __name__ == "__main__":
    main()
