"""`larabill webhooks`: what gateways have told, and what was not believed."""

from __future__ import annotations

from typing import Any

import click

from larabill_billing.payments.model import WebhookStatus
from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session, seller_option


@click.group()
def webhooks() -> None:
    """Webhooks of payment gateways."""


@webhooks.command("list")
@click.option("--status", type=click.Choice([status.value for status in WebhookStatus]), help="Only with this status.")
@click.option("--rejected", is_flag=True, help="Those that were not believed; the newest first.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@seller_option
@json_option
@pass_session
def list_webhooks(session: Session, status: str | None, rejected: bool, limit: int, seller: str | None) -> None:
    """Verified webhooks by age, and what became of each. An unmatched one has changed nothing; its reason says why."""
    owner = session.seller(seller)
    rows = _rejects(session, owner, limit) if rejected else _events(session, owner, status, limit)
    if session.json:
        emit(rows)
        return
    names = ("received_at", "account", "status", "reason") if rejected else _SHOWN
    table("Webhooks", names, [[row[name] for name in names] for row in rows])


_SHOWN = ("received_at", "account", "event_id", "type", "status", "reason")


def _events(session: Session, owner: Any, status: str | None, limit: int) -> list[dict[str, Any]]:
    wanted = None if status is None else WebhookStatus(status)
    found = session.engine.run(lambda tx: tx.billing.webhooks.page(status=wanted, limit=limit), seller=owner)
    return [
        {
            "received_at": event.received_at,
            "account": event.account,
            "event_id": event.event_id,
            "type": event.event_type,
            "kind": event.kind,
            "ref": event.ref,
            "status": event.status,
            "reason": event.reason,
        }
        for event in found
    ]


def _rejects(session: Session, owner: Any, limit: int) -> list[dict[str, Any]]:
    found = session.engine.run(lambda tx: tx.billing.webhooks.rejected(limit=limit), seller=owner)
    return [
        {
            "received_at": reject.received_at,
            "account": reject.account,
            "size": reject.size,
            "status": "unverified",
            "reason": reject.reason,
        }
        for reject in found
    ]
