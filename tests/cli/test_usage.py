"""`larabill usage ingest`: from a file or stdin, with every fault by its line."""

from __future__ import annotations

import json
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
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"

[[plans]]
code = "metered"
name = "Metered"
release = "placed"
prices.EUR = { monthly = "5.00" }
usage = [{ meter = "traffic", prices.EUR = "0.10" }]
"""


def run(*arguments: str, input: bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=input, catch_exceptions=False)


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Three events of a subscription of a new installation, in whose folder we are."""
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    assert run("migrate").exit_code == 0
    Path("catalog.toml").write_text(CATALOG)
    assert run("catalog", "load", "catalog.toml").exit_code == 0
    engine = open_engine(read_manifest(Path("larabill.toml")))
    billing = engine.billing
    seller = billing.default_seller()
    customer = billing.customers.create(seller, NewCustomer(name="Ada", email="ada@example.com", country="DE"))
    item = NewItem(plan_code="metered", cycle="monthly")
    billing.orders.place(
        seller, PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,))
    )
    engine.run_due()
    [subscription] = billing.subscriptions.list(seller)
    now = engine.clock.now().isoformat()
    database_of(engine).dispose()
    return [
        json.dumps(
            {
                "idempotency_id": f"e{n}",
                "subscription_id": public_id("sub", subscription.id),
                "meter": "traffic",
                "quantity": n,
                "occurred_at": now,
            }
        ).encode()
        + b"\n"
        for n in range(3)
    ]


def test_a_file_is_recorded_once(lines: list[bytes]) -> None:
    Path("usage.ndjson").write_bytes(b"".join(lines))
    first = run("usage", "ingest", "usage.ndjson")
    assert (first.exit_code, first.stdout) == (0, "3 events recorded; 0 were known already.\n")
    again = run("usage", "ingest", "-", "--json", input=b"".join(lines))
    assert json.loads(again.stdout) == {"new": 0, "known": 3, "stopped_at": None}


def test_faults_are_named_by_line_and_nothing_of_the_batch_is_recorded(lines: list[bytes]) -> None:
    bad = [lines[0], b"nonsense\n", lines[1].replace(b"traffic", b"tarffic"), b""]
    found = run("usage", "ingest", "-", input=b"".join(bad))
    assert found.exit_code == 2
    assert found.stdout == "0 events recorded; 0 were known already.\nStopped: from line 1 on nothing is recorded.\n"
    assert "line 2: is not JSON" in found.stderr
    assert "line 3.meter: is not a meter" in found.stderr
    as_json = run("usage", "ingest", "-", "--json", input=b"".join(bad))
    assert json.loads(as_json.stdout) == {"new": 0, "known": 0, "stopped_at": "line 1"}
    faults: list[Any] = json.loads(as_json.stderr)["error"]["faults"]
    assert [fault["path"] for fault in faults] == ["line 2", "line 3.meter"]


def test_a_file_that_is_not_there_is_told_in_words(lines: list[bytes]) -> None:
    found = run("usage", "ingest", "none.ndjson")
    assert found.exit_code == 2
    assert "none.ndjson" in found.stderr
