"""What a renewal costs, beside the plain driver, an ORM, and ourselves one by one.

    python -m benchmarks.renewal --database URL --n 20000 --json

A renewal is one agreement on two items that goes on for a month: its charges, with 5 % off for loyalty, invoice with
two lines, tax, what is deferred of it, ledger entries, audits, outbox row, and the step to its next period. A fifth of
the customers has a coupon, a cycle of which is used up; a tenth has credit, which pays the invoice. The two sides of
each ratio alternate in one process and do the same work, so that the machine's mood cancels out; a ratio is the median
over the rounds. CPU is this process's: on a server what the client spends, on SQLite the database's too. The database
that `URL` names is not touched: some beside it are made and dropped.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

if not __package__:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.sides.rounds import measure


@click.command()
@click.option("--database", default="sqlite://", show_default="SQLite in a temporary folder")
@click.option("--n", default=20_000, show_default=True, help="Agreements of the large side; the small has a tenth.")
@click.option("--batch", default=500, show_default=True, help="Agreements in one transaction.")
@click.option("--rounds", default=7, show_default=True)
@click.option("--json", "only_json", is_flag=True, help="Nothing but the JSON object.")
def main(database: str, n: int, batch: int, rounds: int, only_json: bool) -> None:
    """Measure and print one JSON object as the last line."""

    def say(text: str) -> None:
        if not only_json:
            click.echo(text, err=True)

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db" if database == "sqlite://" else database
        result = measure(url, n, batch, rounds, Path(folder), say)
    if not only_json:
        for name, value in result.items():
            click.echo(f"{name:>26}  {value}")
    click.echo(json.dumps(result))


if __name__ == "__main__":
    main()
