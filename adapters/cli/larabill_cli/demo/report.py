"""What is left when the story is over: one object for programs, tables for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from larabill_billing.invoicing.model import Invoice, InvoiceState
from larabill_billing.ledger.model import AccountBalance
from larabill_billing.payments.model import Payment
from larabill_cli.output import table
from larabill_cli.verifying import find_violations
from larabill_core.engine import Engine
from larabill_core.ids import public_id

MANY = 1000
"""More than the story has of anything."""


def collect(engine: Engine, seller: UUID, database: str) -> dict[str, Any]:
    """The object of `--json`."""
    billing = engine.billing
    accounts = billing.ledger.trial_balance(seller)
    return {
        "database": database,
        "orders": [
            {"id": public_id("ord", order.id), "status": order.status}
            for order in billing.orders.list(seller, limit=MANY)
        ],
        "invoices": [_invoice(*pair) for pair in billing.invoices.list(seller, limit=MANY)],
        "payments": [_payment(payment) for payment in billing.payments.list(seller, limit=MANY)],
        **_resources(engine, seller),
        "accounts": [
            {"account": each.account, "currency": each.currency, "balance": f"{each.balance:.2f}"} for each in accounts
        ],
        "ledger": _sums(accounts),
        "verify": {"violations": len(find_violations(engine))},
    }


def _invoice(invoice: Invoice, state: InvoiceState) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "status": state.status,
        "total": f"{invoice.total:.2f}",
        "balance": f"{state.balance:.2f}",
        "currency": invoice.currency,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "account": payment.account,
        "amount": f"{payment.amount:.2f}",
        "currency": payment.currency,
        "status": payment.status,
    }


def _resources(engine: Engine, seller: UUID) -> dict[str, Any]:
    facade = engine.provisioning.resources
    found = facade.list(seller, limit=MANY)
    return {
        "resources": [
            {
                "id": public_id("res", resource.id),
                "name": resource.name,
                "driver": resource.driver,
                "driver_ref": resource.driver_ref,
                "status": resource.status,
            }
            for resource in found
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
            for resource in found
            for audit in facade.audits(seller, resource.id)
        ],
    }


def _sums(accounts: Iterable[AccountBalance]) -> dict[str, str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in accounts:
        sums[each.currency] += each.balance
    return {currency: f"{total:.2f}" for currency, total in sorted(sums.items())}


def write_invoice(engine: Engine, seller: UUID, folder: Path) -> Path:
    """The newest invoice as HTML; where it lies."""
    newest, _ = engine.billing.invoices.list(seller, limit=MANY)[-1]
    data = engine.billing.invoices.context(seller, newest.id)
    file = folder / f"{data['number']}.html"
    file.write_text(engine.documents.render("invoice", data, language=data["language"]), encoding="utf-8")
    return file


def show(report: Mapping[str, Any], invoice: Path, *, kept: bool) -> None:
    """Print the tables."""
    click.echo()
    _table("Invoices", report["invoices"], ("number", "issued_on", "total", "balance", "status"), ("total", "balance"))
    trail = [{**audit, "at": audit["at"].date()} for audit in sorted(report["audit"], key=lambda each: each["at"])]
    _table("Audit trail of the resources", trail, ("at", "resource", "action", "from", "to", "actor"))
    _table("Trial balance", report["accounts"], ("account", "currency", "balance"), ("balance",))
    for currency, total in report["ledger"].items():
        click.echo(f"The ledger sums to {total} {currency}.")
    found = report["verify"]["violations"]
    click.echo(f"Violations of the promises: {found}.")
    click.echo(f"Database: {report['database']} ({'kept' if kept else 'removed again'})")
    click.echo(f"An invoice to look at: {invoice}")


def _table(title: str, rows: list[dict[str, Any]], names: tuple[str, ...], right: tuple[str, ...] = ()) -> None:
    table(title, names, [[row[name] for name in names] for row in rows], right=right)
