"""`larabill bank`: a statement is imported, what names its invoice is booked, and the rest is matched by hand."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.billing.shop import charge

from larabill_billing.credits.documents import issue
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import Invoice, InvoiceRequest
from larabill_cli.main import main
from larabill_core.ids import public_id
from larabill_core.manifest import read_manifest
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.opening import database_of


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def invoices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Invoice]:
    monkeypatch.chdir(tmp_path)
    run("init")
    manifest = tmp_path / "larabill.toml"
    manifest.write_text(manifest.read_text() + '\n[[billing.bank]]\nname = "main"\ncurrency = "EUR"\n')
    run("migrate")
    engine = open_engine(read_manifest(manifest))
    seller = engine.billing.default_seller()
    customer = engine.billing.customers.create(seller, NewCustomer(name="Ada", email="ada@example.com", country="US"))
    requests = [
        InvoiceRequest(
            customer_id=customer.id,
            currency="EUR",
            charges=(charge(customer.id, amount),),
            due_on=date(2026, 2, 1),
        )
        for amount in ("119.00", "50.00")
    ]
    found: list[Invoice] = engine.run(lambda tx: issue(tx, requests), seller=seller)
    database_of(engine).dispose()
    return found


def test_a_statement_is_imported_and_the_rest_matched_by_hand(invoices: list[Invoice], tmp_path: Path) -> None:
    first, second = invoices
    statement = tmp_path / "statement.csv"
    rows = [f"A1,2026-02-03,{first.total},{first.number}", f"A2,2026-02-03,{second.total},thank you"]
    statement.write_text("\n".join(["id,date,amount,text", *rows]))
    told = json.loads(run("bank", "import", "main", str(statement), "--json"))
    assert told == {"new": 2, "known": 0, "booked": 1, "left": 1}
    assert "0 lines stored; 2 were known already." in run("bank", "import", "main", str(statement))
    (left,) = json.loads(run("bank", "list", "--json"))
    assert (Decimal(left["amount"]), left["candidates"]) == (second.total, [public_id("inv", second.id)])
    assert "thank you" in run("bank", "list")
    run("bank", "match", left["id"], public_id("inv", second.id))
    assert "is open" in run("bank", "match", left["id"], "--undo", "it was somebody else's")
    assert "is ignored" in run("bank", "match", left["id"], "--ignore", "private")
    assert json.loads(run("bank", "match", "--json")) == {"looked_at": 0, "booked": 0, "left": 0}
    assert run("verify").strip()


def test_a_statement_with_faults_is_refused_as_a_whole(invoices: list[Invoice], tmp_path: Path) -> None:
    statement = tmp_path / "statement.csv"
    statement.write_text("id,date,amount,text\nA1,2026-02-03,1.00,x\nA2,2026-02-03,NaN,x\n")
    result: Any = CliRunner().invoke(main, ["bank", "import", "main", str(statement)])
    assert result.exit_code == 2
    assert "line 3.amount" in result.stderr
    assert json.loads(run("bank", "list", "--json")) == []
