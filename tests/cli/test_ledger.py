"""`larabill ledger` and `larabill rates`: balances, accounts, the journal, exchange rates."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_cli.main import main
from larabill_core.ids import new_id, public_id
from larabill_core.manifest import read_manifest
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.opening import database_of

CATALOG = """
[[plans]]
code = "web"
name = "Web"
release = "placed"
prices.EUR = { monthly = "31.00", setup = "5.00" }
"""
RATES = "on,base,quote,rate\n2026-01-30,EUR,USD,1.25\n2026-01-30,EUR,JPY,160\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def customer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The customer of one order, in a new installation whose folder we are in."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    manifest = Path("larabill.toml").read_text(encoding="utf-8")
    Path("larabill.toml").write_text(f'{manifest}\n[billing.exchange]\nsource = "ecb"\n', encoding="utf-8")
    assert run("migrate").exit_code == 0
    Path("catalog.toml").write_text(CATALOG, encoding="utf-8")
    assert run("catalog", "load", "catalog.toml").exit_code == 0
    engine = open_engine(read_manifest(Path("larabill.toml")))
    seller = engine.billing.default_seller()
    made = engine.billing.customers.create(seller, NewCustomer(name="Ada", email="ada@example.com", country="CH"))
    item = NewItem(plan_code="web", cycle="monthly")
    engine.billing.orders.place(
        seller, PlaceOrder(order_uuid=new_id(), customer_id=made.id, currency="EUR", items=(item,))
    )
    database_of(engine).dispose()
    return public_id("cus", made.id)


def test_the_trial_balance_adds_up_to_zero(customer: str) -> None:
    rows = {row["account"]: row for row in told("ledger", "trial-balance")}
    assert {name: row["balance"] for name, row in rows.items()} == {
        "receivable": "36.00",
        "deferred_revenue": "-31.00",
        "revenue": "-5.00",
    }
    assert rows["receivable"] == {
        "currency": "EUR",
        "account": "receivable",
        "opening": "0.00",
        "debit": "36.00",
        "credit": "0.00",
        "balance": "36.00",
    }
    assert told("ledger", "trial-balance", "--to", "2020-12-31") == []
    later = {row["account"]: row for row in told("ledger", "trial-balance", "--from", "2990-01-01")}
    assert (later["receivable"]["opening"], later["receivable"]["debit"]) == ("36.00", "0.00")
    assert "36.00" in run("ledger", "trial-balance").stdout


def test_an_account_shows_every_document_and_the_balance_after_it(customer: str) -> None:
    opening, line = told("ledger", "account", "receivable")
    assert opening == {"purpose": "opening", "currency": "EUR", "balance": "0.00"}
    assert (line["document"], line["amount"], line["balance"]) == ("INV-000001", "36.00", "36.00")
    assert line["customer"] == customer
    assert "INV-000001" in run("ledger", "account", "receivable").stdout
    wrong = run("ledger", "account", "petty_cash")
    assert (wrong.exit_code, "not of the chart" in wrong.stderr) == (2, True)


BEGINNINGS = {"csv": "date,", "json": "[", "hledger": "commodity ", "beancount": "option "}


@pytest.mark.parametrize(("form", "begins"), BEGINNINGS.items())
def test_the_journal_is_printed_in_each_format(customer: str, form: str, begins: str) -> None:
    printed = run("ledger", "export", "--format", form)
    assert printed.exit_code == 0
    assert printed.stdout.startswith(begins)
    assert "INV-000001" in printed.stdout
    assert customer not in printed.stdout
    assert customer in run("ledger", "export", "--format", form, "--customers").stdout


def test_json_is_one_array_also_of_nothing(customer: str) -> None:
    (entry,) = told("ledger", "export")
    assert sum(Decimal(each["amount"]) for each in entry["postings"]) == 0
    assert told("ledger", "export", "--to", "2020-01-01") == []


@pytest.mark.parametrize("days", [("--from", "1.2.2026"), ("--from", "2026-02-01", "--to", "2026-01-31")])
def test_days_that_are_none_are_refused(customer: str, days: tuple[str, ...]) -> None:
    assert run("ledger", "trial-balance", *days).exit_code == 2


def test_rates_are_loaded_once_and_shown_with_their_source(customer: str) -> None:
    Path("rates.csv").write_text(RATES, encoding="utf-8")
    assert told("rates", "load", "rates.csv", "--source", "ecb") == {"new": 2, "known": 0}
    assert "2 were known" in run("rates", "load", "rates.csv", "--source", "ecb").stdout
    shown = told("rates", "show", "USD", "JPY", "--on", "2026-02-02")
    assert shown == {"base": "USD", "quote": "JPY", "rate": "128", "source": "ecb", "on": "2026-01-30"}
    assert "1 USD = 128 JPY (ecb, 2026-01-30)" in run("rates", "show", "USD", "JPY", "--on", "2026-02-02").stdout
    unknown = run("rates", "show", "USD", "JPY", "--on", "2026-01-29")
    assert (unknown.exit_code, "larabill rates load" in unknown.stderr) == (1, True)
    Path("rates.csv").write_text(RATES.replace("160", "161"), encoding="utf-8")
    refused = run("rates", "load", "rates.csv", "--source", "ecb")
    assert (refused.exit_code, "is 160 already" in refused.stderr) == (2, True)
    assert told("rates", "fetch") == {"new": 0, "known": 0}
