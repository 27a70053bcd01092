"""What is left when the story is over: one object for programs, tables for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from larabill_billing.invoicing.document import invoice_context
from larabill_cli.output import table
from larabill_cli.verifying import find_violations
from larabill_core.engine import Engine
from larabill_core.ids import public_id


def collect(engine: Engine, seller: UUID, database: str) -> dict[str, Any]:
    """The object of `--json`."""
    return engine.run(lambda tx: _collect(tx, database), seller=seller) | {
        "verify": {"violations": len(find_violations(engine))}
    }


def _collect(tx: Any, database: str) -> dict[str, Any]:
    billing, provisioning = tx.billing, tx.provisioning
    resources = provisioning.resources.list(limit=1000)
    invoices = billing.invoices.page(limit=1000)
    ledger: dict[str, Decimal] = defaultdict(Decimal)
    accounts = billing.ledger.trial_balance()
    for account in accounts:
        ledger[account.currency] += account.balance
    return {
        "database": database,
        "orders": [
            {"id": public_id("ord", order.id), "status": order.status} for order in billing.orders.page(limit=1000)
        ],
        "invoices": [
            {
                "number": invoice.number,
                "issued_on": invoice.issued_on,
                "status": state.status,
                "total": f"{invoice.total:.2f}",
                "balance": f"{state.balance:.2f}",
                "currency": invoice.currency,
            }
            for invoice, state in invoices
        ],
        "payments": [
            {
                "account": payment.account,
                "amount": f"{payment.amount:.2f}",
                "currency": payment.currency,
                "status": payment.status,
            }
            for payment in billing.payments.page(limit=1000)
        ],
        "resources": [
            {
                "id": public_id("res", resource.id),
                "name": resource.name,
                "driver": resource.driver,
                "driver_ref": resource.driver_ref,
                "status": resource.status,
            }
            for resource in resources
        ],
        "audit": [
            {
                "resource": resource.name,
                "at": audit.at,
                "action": audit.action,
                "from": audit.before,
                "to": audit.after,
                "actor": audit.actor,
            }
            for resource in resources
            for audit in provisioning.audits.for_resource(resource.id)
        ],
        "accounts": [
            {"account": each.account, "currency": each.currency, "balance": f"{each.balance:.2f}"} for each in accounts
        ],
        "ledger": {currency: f"{total:.2f}" for currency, total in sorted(ledger.items())},
    }


def write_invoice(engine: Engine, seller: UUID, folder: Path) -> Path:
    """The newest invoice as HTML; where it lies."""

    def context(tx: Any) -> Mapping[str, Any]:
        newest, state = tx.billing.invoices.page(limit=1000)[-1]
        return invoice_context(tx.billing.invoices.get(newest.id), state)

    data = engine.run(context, seller=seller)
    file = folder / f"{data['number']}.html"
    file.write_text(engine.documents.render("invoice", data, language=data["language"]), encoding="utf-8")
    return file


def show(report: Mapping[str, Any], invoice: Path) -> None:
    """Print the tables."""
    click.echo()
    _table("Invoices", report["invoices"], ("number", "issued_on", "total", "balance", "status"), ("total", "balance"))
    _table("Audit trail of the resources", report["audit"], ("at", "resource", "action", "from", "to", "actor"))
    _table("Trial balance", report["accounts"], ("account", "currency", "balance"), ("balance",))
    for currency, total in report["ledger"].items():
        click.echo(f"The ledger sums to {total} {currency}.")
    found = report["verify"]["violations"]
    click.echo(f"Violations of the promises: {found}.")
    click.echo(f"Database: {report['database']}")
    click.echo(f"An invoice to look at: {invoice}")


def _table(title: str, rows: list[dict[str, Any]], names: tuple[str, ...], right: tuple[str, ...] = ()) -> None:
    table(title, names, [[row[name] for name in names] for row in rows], right=right)
