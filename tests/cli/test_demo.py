"""The demo is the whole road once: on every database, with the same story and the same end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from larabill_cli.main import main
from larabill_sqlalchemy.databases import open_database


def demo(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["demo", *arguments], catch_exceptions=False)


def databases_at(url: str) -> set[str]:
    """Names of the demo's databases beside `url`."""
    database = open_database(url)
    if database.dialect.name == "sqlite":
        folder = Path(str(sa.make_url(url).database)).parent
        return {path.name for path in folder.glob("larabill_demo_*")}
    with database.connect() as connection:
        catalogue = "pg_database" if database.dialect.name == "postgresql" else "information_schema.schemata"
        column = "datname" if database.dialect.name == "postgresql" else "schema_name"
        names = set(connection.scalars(sa.text(f"SELECT {column} FROM {catalogue}")))
    database.dispose()
    return {name for name in names if name.startswith("larabill_demo_")}


MIRA = [
    *("pending", "queued", "provisioning", "active"),
    *("suspending", "suspended", "resuming", "active"),
    *("suspending", "suspended", "deprovisioning", "deprovisioned"),
]
"""The story of the one who forgets to pay, and leaves in the end."""


def states_of(name: str, report: dict[str, Any]) -> list[str]:
    states = [step["to"] for step in report["audit"] if step["resource"] == name]
    return [state for index, state in enumerate(states) if index == 0 or state != states[index - 1]]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the first database of this run told; the others must tell the same."""
    return {}


def test_demo_tells_the_same_on_every_database_and_leaves_nothing(new_database_url: str, told: dict[str, Any]) -> None:
    before = databases_at(new_database_url)
    result = demo("--json", "--database", new_database_url)
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert databases_at(new_database_url) == before
    assert "larabill_demo_" in report["database"]
    assert {order["status"] for order in report["orders"]} == {"released"}
    assert {(invoice["status"], invoice["balance"]) for invoice in report["invoices"]} == {("paid", "0.00")}
    numbers = [int(invoice["number"].removeprefix("INV-")) for invoice in report["invoices"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {resource["status"] for resource in report["resources"]} == {"deprovisioned"}
    assert {resource["driver"] for resource in report["resources"]} == {"generic_ssh"}
    assert states_of("mira.example", report) == MIRA
    assert report["ledger"] == {"EUR": "0.00"}
    assert report["verify"] == {"violations": 0}
    story = {
        "invoices": report["invoices"],
        "payments": report["payments"],
        "audit": report["audit"],
        "accounts": report["accounts"],
        "orders": [order["status"] for order in report["orders"]],
        "resources": [resource["status"] for resource in report["resources"]],
    }
    told.setdefault("story", story)
    assert story == told["story"]


def test_demo_for_people_shows_story_invoices_audit_and_books(tmp_path: Path) -> None:
    result = demo("--keep", "--database", f"sqlite:///{tmp_path}/x.db")
    assert result.exit_code == 0
    for words in ("A forged webhook", "refused", "INV-000001", "Audit trail", "Trial balance", "sums to 0.00 EUR"):
        assert words in result.stdout
    assert len(list(tmp_path.glob("larabill_demo_*.db"))) == 1
    paper = Path(result.stdout.rsplit("An invoice to look at: ", 1)[1].strip())
    html = paper.read_text(encoding="utf-8")
    assert "Nordlicht Hosting GmbH" in html
    assert "€9.90" in html


@pytest.mark.parametrize("url", ["nowhere", "oracle://x/y", "mysql+pymysql://root@127.0.0.1:1/x"])
def test_database_that_cannot_be_used_is_told_in_words(url: str) -> None:
    result = demo("--database", url)
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("Error: ")
