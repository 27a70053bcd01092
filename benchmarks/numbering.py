"""How long an invoice waits for its number when several processes issue side by side.

    python -m benchmarks.numbering --database URL --n 5000 --processes 8 --json

So many invoices are issued twice, each time on a database of its own: by one process, and by several that share the
work. A wait is the time from asking for numbers to having them, the lock on the series included; one process never
waits for another, so its times are the floor. With `--kills` so many processes are killed in their midst (SIGKILL) and
started again. The database that `URL` names is not touched: two beside it are made and dropped.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import attrs
import click

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from larabill_billing.credits.documents import issue
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest
from larabill_cli.demo.databases import temporary
from larabill_cli.verifying import find_violations
from larabill_core.clock import SystemClock
from larabill_core.ids import derived_id
from larabill_core.keyring import KeyRing
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.billing.numbering import Series
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

TIMEOUT = 600


@attrs.frozen
class Task:
    """What a process issues: its share, in transactions of so many."""

    settings: dict[str, Any]
    seller: UUID
    customer: UUID
    worker: int
    transactions: int
    batch: int


def prepare(url: str, folder: Path) -> tuple[dict[str, Any], UUID, UUID]:
    """Tables, a seller and a customer: the settings and their ids."""
    keys = folder / f"{Path(url).name}.keys"
    settings: dict[str, Any] = {
        "larabill": {"database": url, "keys": str(keys), "modules": ["billing"]},
        "billing": {
            "seller": {"name": "S", "country": "DE", "currency": "EUR"},
            "numbering": {"invoice": {"format": "INV-{year}-{seq:05}"}},
            "taxes": [{"country": "DE", "rate": "19"}],
        },
    }
    KeyRing.generate_file(str(keys))
    manifest = load_manifest(settings)
    database = open_database(url)
    upgrade(database, storages_of(manifest.modules))
    database.dispose()
    engine = open_engine(settings)
    seller = engine.billing.default_seller()
    customer = engine.billing.customers.create(seller, NewCustomer(name="N", email="n@example.com", country="DE"))
    database_of(engine).dispose()
    return settings, seller, customer.id


def requests(task: Task, transaction: int) -> list[InvoiceRequest]:
    """The invoices of one transaction: the same whoever asks, so that what is done already can be seen."""
    due = SystemClock().now().date() + timedelta(days=7)
    return [
        InvoiceRequest(
            id=derived_id(task.seller, f"{task.worker}:{transaction}:{number}"),
            customer_id=task.customer,
            currency="EUR",
            due_on=due,
            charges=(
                Charge(
                    customer_id=task.customer,
                    kind=ChargeKind.ONE_TIME,
                    cause=f"{task.worker}:{transaction}:{number}",
                    description="Web hosting",
                    quantity=Decimal(1),
                    unit_price=Decimal("9.90"),
                    amount=Decimal("9.90"),
                    currency="EUR",
                ),
            ),
        )
        for number in range(task.batch)
    ]


def work(task: Task, ready: Any, waits: Any) -> None:
    """One process: issue what is missing of the share, and say how long each transaction waited for its numbers."""
    engine = open_engine(task.settings)
    found: list[float] = []
    take = Series.take

    def timed(self: Series, *args: Any, **more: Any) -> int:
        begin = time.perf_counter()
        first = take(self, *args, **more)
        found.append(time.perf_counter() - begin)
        return first

    Series.take = timed  # type: ignore[method-assign]
    if ready is not None:
        ready.wait()
    for transaction in range(task.transactions):
        wanted = requests(task, transaction)
        if engine.run(lambda tx, id=wanted[0].id: tx.billing.invoices.states([id]), seller=task.seller):
            continue
        engine.run(lambda tx, wanted=wanted: issue(tx, wanted), seller=task.seller)
    waits.put(found)
    database_of(engine).dispose()


def side_by_side(url: str, folder: Path, *, n: int, processes: int, batch: int, kills: int = 0) -> dict[str, Any]:
    """Issue `n` invoices with so many processes; what came of it."""
    settings, seller, customer = prepare(url, folder)
    spawn = multiprocessing.get_context("spawn")
    waits = spawn.SimpleQueue()
    ready = None if kills else spawn.Barrier(processes + 1)
    share = n // (processes * batch)
    tasks = [Task(settings, seller, customer, worker, share, batch) for worker in range(processes)]
    running = {task.worker: spawn.Process(target=work, args=(task, ready, waits)) for task in tasks}
    for process in running.values():
        process.start()
    if ready is not None:
        ready.wait()
    begin = time.perf_counter()
    for _ in range(kills):
        _kill_one(running, tasks, spawn, waits)
    found: list[float] = []
    deadline = time.monotonic() + TIMEOUT
    while any(process.is_alive() for process in running.values()) or not waits.empty():
        if not waits.empty():
            found += waits.get()
        elif time.monotonic() > deadline:
            raise TimeoutError("the processes did not end")
        else:
            time.sleep(0.01)
    seconds = time.perf_counter() - begin
    return {
        "processes": processes,
        "invoices": share * batch * processes,
        "failed": sum(process.exitcode != 0 for process in running.values()),
        "seconds": round(seconds, 2),
        **_waits(found),
        **_numbers(settings),
    }


def _kill_one(running: dict[int, Any], tasks: Sequence[Task], spawn: Any, waits: Any) -> None:
    """Kill a process in the midst of its work, and start another that goes on with it."""
    time.sleep(random.uniform(0.1, 0.6))  # noqa: S311 - not for secrets
    alive = [worker for worker, process in running.items() if process.is_alive()]
    if not alive:
        return
    worker = random.choice(alive)  # noqa: S311 - not for secrets
    running[worker].kill()
    running[worker].join()
    running[worker] = spawn.Process(target=work, args=(tasks[worker], None, waits))
    running[worker].start()


def _waits(found: list[float]) -> dict[str, float]:
    if not found:
        return {}
    ordered = sorted(found)
    return {
        "longest_wait_ms": round(ordered[-1] * 1000, 2),
        "p99_wait_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 2),
        "median_wait_ms": round(median(ordered) * 1000, 2),
    }


def _numbers(settings: dict[str, Any]) -> dict[str, int]:
    engine = open_engine(settings)
    with database_of(engine).connect() as connection:
        rows = connection.exec_driver_sql("SELECT number, sequence FROM larabill_invoice_numbers").all()
    violations = find_violations(engine)
    for violation in violations[:10]:
        print(f"# {violation.kind} {violation.subject}: {violation.message}")
    database_of(engine).dispose()
    sequences = sorted(sequence for _, sequence in rows)
    return {
        "numbers": len(rows),
        "duplicates": len(rows) - len({number for number, _ in rows}),
        "gaps": (sequences[-1] if sequences else 0) - len(set(sequences)),
        "violations": len(violations),
    }


@click.command()
@click.option("--database", default="sqlite:///benchmark.db", help="A server, or a file beside which others are made.")
@click.option("--n", default=5000, help="Invoices on each side.")
@click.option("--processes", default=8)
@click.option("--batch", default=25, help="Invoices in one transaction.")
@click.option("--kills", default=0, help="Processes to kill in their midst.")
@click.option("--json", "as_json", is_flag=True, help="Nothing but one JSON object.")
def main(database: str, n: int, processes: int, batch: int, kills: int, as_json: bool) -> None:
    """Issue by one process, then by several; exit code 1 for a gap, a duplicate or a process that failed."""
    sides = []
    with tempfile.TemporaryDirectory() as folder:
        for count, deaths in ((1, 0), (processes, kills)):
            with temporary(database, keep=False) as url:
                shown = url.render_as_string(hide_password=False)
                sides.append(side_by_side(shown, Path(folder), n=n, processes=count, batch=batch, kills=deaths))
                if not as_json:
                    print(sides[-1])
    one, several = sides
    ratio = round(several["longest_wait_ms"] / one["longest_wait_ms"], 1)
    print(json.dumps({"database": database.partition(":")[0], "one": one, "several": several, "longest_ratio": ratio}))
    if any(side["failed"] or side["gaps"] or side["duplicates"] or side["violations"] for side in sides):
        sys.exit(1)


if __name__ == "__main__":
    main()
