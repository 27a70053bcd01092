"""`larabill resources`: what stands at the providers, and what an operator decides about it."""

from __future__ import annotations

from typing import Any, get_args

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option
from larabill_core.ids import parse_public_id, public_id
from larabill_provisioning.resources.commands import Remedy
from larabill_provisioning.resources.model import Resource
from larabill_provisioning.resources.states import ResourceStatus


@click.group()
def resources() -> None:
    """See resources; decide about those that failed, or have a change held back."""


def _fields(resource: Resource) -> dict[str, Any]:
    return {
        "id": public_id("res", resource.id),
        "name": resource.name,
        "account": resource.account,
        "driver": resource.driver,
        "driver_ref": resource.driver_ref,
        "plan": resource.billing_plan,
        "region": resource.region,
        "status": resource.status,
        "desired": resource.desired,
        "failed_action": resource.failed_action,
        "last_error": resource.last_error,
        "drift": resource.drift,
        "held": "" if resource.held is None else f"{resource.held.billing_plan}: {resource.held.reason}",
    }


@resources.command("list")
@click.option("--status", type=click.Choice([status.value for status in ResourceStatus]), help="Only in this state.")
@click.option("--held", is_flag=True, help="Only those with a change that is held back.")
@click.option("--after", metavar="RES_ID", help="Go on behind this resource.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@seller_option
@json_option
@pass_session
def list_resources(
    session: Session, status: str | None, held: bool, after: str | None, limit: int, seller: str | None
) -> None:
    """Resources by age."""
    behind = None if after is None else parse_public_id(after, "res", "--after")
    found = session.engine.provisioning.resources.list(
        session.seller(seller),
        status=None if status is None else ResourceStatus(status),
        held=held,
        after=behind,
        limit=limit,
    )
    rows = [_fields(resource) for resource in found]
    if session.json:
        emit(rows)
        return
    names = ("id", "name", "account", "plan", "status", "held" if held else "last_error")
    table("Resources", names, [[row[name] for name in names] for row in rows])


@resources.command()
@click.argument("resource_id")
@seller_option
@json_option
@pass_session
def show(session: Session, resource_id: str, seller: str | None) -> None:
    """One resource, its operations and its audit trail. Secrets are not shown."""
    owner, wanted = session.seller(seller), parse_public_id(resource_id, "res", "RESOURCE_ID")
    facade = session.engine.provisioning.resources
    fields = {**_fields(facade.get(owner, wanted)), "facts": dict(facade.get(owner, wanted).facts)}
    tasks = [
        {
            "at": task.created_at,
            "action": task.action,
            "status": task.status,
            "attempts": task.attempts,
            "last_error": task.last_error,
        }
        for task in facade.tasks(owner, wanted)
    ]
    audits = [
        {"at": audit.at, "actor": audit.actor, "action": audit.action, "from": audit.before, "to": audit.after}
        for audit in facade.audits(owner, wanted)
    ]
    if session.json:
        emit({**fields, "tasks": tasks, "audit": audits})
        return
    table(fields["id"], ("field", "value"), [(name, value) for name, value in fields.items() if value])
    for title, rows in (("Operations", tasks), ("Audit trail", audits)):
        if rows:
            table(title, list(rows[0]), [list(row.values()) for row in rows])


@resources.command()
@click.argument("resource_id")
@seller_option
@json_option
@pass_session
def retry(session: Session, resource_id: str, seller: str | None) -> None:
    """Try anew what failed or was held back. What may stand at the provider already is looked for first."""
    wanted = parse_public_id(resource_id, "res", "RESOURCE_ID")
    facade = session.engine.provisioning.resources
    _say(session, facade.retry(session.seller(seller), wanted, actor=OPERATOR))


@resources.command()
@click.argument("resource_id")
@click.argument("driver_ref")
@seller_option
@json_option
@pass_session
def adopt(session: Session, resource_id: str, driver_ref: str, seller: str | None) -> None:
    """Say that DRIVER_REF, which stands at the provider, is this resource. The provider is asked where it can be."""
    wanted = parse_public_id(resource_id, "res", "RESOURCE_ID")
    facade = session.engine.provisioning.resources
    _say(session, facade.adopt(session.seller(seller), wanted, driver_ref, actor=OPERATOR))


@resources.command()
@click.argument("resource_id")
@click.option("--remedy", type=click.Choice(get_args(Remedy)), required=True, help="What the customer gets for it.")
@click.option("--nothing-there", is_flag=True, help="You have looked: nothing of it stands at the provider.")
@seller_option
@json_option
@pass_session
def abandon(session: Session, resource_id: str, remedy: str, nothing_there: bool, seller: str | None) -> None:
    """Give up a resource that was never built."""
    wanted = parse_public_id(resource_id, "res", "RESOURCE_ID")
    facade = session.engine.provisioning.resources
    changed = facade.abandon(session.seller(seller), wanted, remedy, actor=OPERATOR, nothing_there=nothing_there)
    _say(session, changed)


def _say(session: Session, resource: Resource) -> None:
    if session.json:
        emit(_fields(resource))
    else:
        click.echo(f"{public_id('res', resource.id)} is now {resource.status}.")
