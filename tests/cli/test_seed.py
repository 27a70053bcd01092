"""Seed data is a year of real business, the same for the same seed, and keeps every promise."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from larabill_cli.main import main
from larabill_cli.seed import bulk
from larabill_cli.seed.people import invent
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import create_schema
from larabill_sqlalchemy.opening import load_manifest, storages_of

UNTIL = ("--until", "2026-11-01")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `init` writes, and an empty database."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    empty_database(tmp_path)
    return tmp_path


def empty_database(folder: Path) -> None:
    for file in folder.glob("larabill.db*"):
        file.unlink()
    manifest = load_manifest(folder / "larabill.toml")
    database = open_database(manifest.basics.database)
    create_schema(database, storages_of(manifest.modules))
    database.dispose()


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    database = open_database(f"sqlite:///{folder}/larabill.db")
    with database.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    database.dispose()
    return found


def business(folder: Path) -> list[tuple[Any, ...]]:
    """Everything but ids: customers, and what they were billed, when."""
    return [
        *rows(folder, "SELECT name, email, country FROM larabill_customers ORDER BY email"),
        *rows(
            folder,
            "SELECT number, total, issued_on FROM larabill_invoices"
            " JOIN larabill_invoice_numbers ON invoice_id = id ORDER BY number",
        ),
        *rows(folder, "SELECT status, COUNT(*) FROM larabill_subscriptions GROUP BY status ORDER BY status"),
    ]


def test_a_year_of_business_keeps_every_promise(installation: Path) -> None:
    result = run("seed", *UNTIL, "--customers", "12", "--subscriptions", "20", "--json")
    assert result.exit_code == 0, result.stderr
    written = json.loads(result.stdout)
    assert (written["customers"], written["subscriptions"]) == (12, 20)
    assert written["invoices"] >= 20
    assert run("verify").stdout == "No violations.\n"
    days = [row[0] for row in rows(installation, "SELECT issued_on FROM larabill_invoices")]
    assert min(days) >= "2025-11-01"
    assert max(days) < "2026-11-01"
    assert {email.rpartition("@")[2] for (email,) in rows(installation, "SELECT email FROM larabill_customers")} == {
        "example.com"
    }


def test_the_same_seed_makes_the_same_year_and_another_another(installation: Path) -> None:
    few = (*UNTIL, "--customers", "5", "--subscriptions", "6")
    assert run("seed", *few).exit_code == 0
    first = business(installation)
    empty_database(installation)
    assert run("seed", *few).exit_code == 0
    assert business(installation) == first
    empty_database(installation)
    assert run("seed", *few, "--seed", "2").exit_code == 0
    assert business(installation) != first


def test_by_default_there_are_about_800_invoices() -> None:
    """Reckoned from the wishes: as many periods begin in the year as are billed."""
    start, end = date(2025, 11, 1), date(2026, 11, 1)
    people = invent(Random(1), customers=300, subscriptions=500, start=start, end=end)
    months = {"monthly": 1, "quarterly": 3, "annual": 12}
    begun = sum(-(-(end - wish.on).days // (months[wish.cycle] * 30.4)) for wish in people.wishes)
    assert 720 <= begun <= 900
    assert len(people.customers) == 300
    assert {wish.buyer for wish in people.wishes} == set(range(300))


def test_nobody_is_written_into_a_database_that_holds_customers(installation: Path) -> None:
    assert run("seed", *UNTIL, "--bulk", "2").exit_code == 0
    before = business(installation)
    result = run("seed", *UNTIL, "--bulk", "2")
    assert result.exit_code == 1
    assert "--add" in result.stderr
    assert business(installation) == before
    assert run("seed", *UNTIL, "--bulk", "2", "--add").exit_code == 0
    assert rows(installation, "SELECT COUNT(*) FROM larabill_customers") == [(4,)]


def test_what_was_on_sale_stays_on_sale(installation: Path) -> None:
    assert run("catalog", "load", "catalog.toml").exit_code == 0
    assert run("seed", *UNTIL, "--customers", "1", "--subscriptions", "1").exit_code == 0
    sold = {code for (code,) in rows(installation, "SELECT code FROM larabill_plans WHERE active")}
    assert {"web-m", "domain-check", "seed-web"} <= sold
    assert rows(installation, "SELECT MAX(version) FROM larabill_plans") == [(1,)]


def test_nothing_is_built_mailed_or_charged(installation: Path) -> None:
    """Provisioning is on in this manifest, and must not hear of it."""
    assert run("seed", *UNTIL, "--customers", "3", "--subscriptions", "3").exit_code == 0
    handlers = Counter(row[0].partition(".")[0] for row in rows(installation, "SELECT handler FROM larabill_jobs"))
    assert set(handlers) == {"billing"}
    assert rows(installation, "SELECT DISTINCT account FROM larabill_payments") == [("manual",)]
    assert rows(installation, "SELECT COUNT(*) FROM larabill_operations") == [(0,)]


def test_bulk_writes_agreements_that_keep_every_promise_and_fall_due_together(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 7)
    result = run("seed", *UNTIL, "--bulk", "23", "--json")
    assert json.loads(result.stdout) == {"customers": 23, "subscriptions": 23}
    assert rows(installation, "SELECT COUNT(*) FROM larabill_subscription_items") == [(46,)]
    assert len(rows(installation, "SELECT DISTINCT next_billing_at FROM larabill_subscriptions")) == 1
    assert rows(installation, "SELECT COUNT(DISTINCT customer_id) FROM larabill_subscriptions") == [(23,)]
    assert run("verify").stdout == "No violations.\n"


def test_statements_of_bulk_do_not_grow_with_a_batch(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def statements(size: int) -> int:
        counted.clear()
        monkeypatch.setattr(bulk, "BATCH", size)
        assert run("seed", *UNTIL, "--bulk", str(size + 1), "--add").exit_code == 0
        return len(counted)

    def count(*_: object) -> None:
        counted.append(1)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        statements(2)  # the first load of the plans writes them
        assert statements(4) == statements(40)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)


@pytest.mark.parametrize("arguments", [["--bulk", "0"], ["--bulk", "1000001"], ["--until", "soon"], ["--seed", "x"]])
def test_odd_numbers_are_usage_errors(arguments: list[str]) -> None:
    assert run("seed", *arguments).exit_code == 2
