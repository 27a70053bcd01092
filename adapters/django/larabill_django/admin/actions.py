"""What staff may do from a list: each row by its use case, in a transaction of its own, as the one who clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.ids import new_id, public_id
from larabill_core.ports.requests import Action
from larabill_django.admin.read_only import actor_of
from larabill_django.opening import opened

UseCase = Callable[[Engine, Any, Actor], object]


def use_case(name: str, description: str, done: str) -> Callable[[UseCase], Any]:
    """An admin action that calls the function for each chosen row, and tells what became of each.

    It is offered, and done, only for who has the page's ability `acting`, and leaves an action row, as over HTTP.
    """

    def made(act: UseCase) -> Any:
        @admin.action(description=description, permissions=["act"])
        def action(page: admin.ModelAdmin, request: HttpRequest, chosen: Any) -> None:
            actor, engine = actor_of(request), opened().engine
            if actor is None:
                return
            for row in chosen:
                try:
                    act(engine, row, actor)
                    _note(engine, row, actor, name)
                except LarabillError as problem:
                    page.message_user(request, f"{row}: {problem}", messages.ERROR)
                else:
                    page.message_user(request, f"{row} {done}", messages.SUCCESS)

        action.__name__ = name
        return action

    return made


def _note(engine: Engine, row: Any, actor: Actor, name: str) -> None:
    """What staff did, beside what the use case itself has audited."""
    done = Action(
        id=new_id(),
        seller_id=row.seller_id,
        at=engine.clock.now(),
        actor=str(actor),
        action=name,
        subject=public_id(row.prefix, row.pk),
        request_id=public_id("req", new_id()),
    )
    engine.run(lambda tx: tx.actions.add(done), seller=row.seller_id, actor=actor)


REASON = "by staff in the admin"


@use_case("retry_job", "Let the chosen jobs run again", "will run at once")
def retry_job(engine: Engine, row: Any, actor: Actor) -> None:
    """For a parked job this is the approval that it waits for."""
    engine.run(lambda tx: tx.jobs.retry(row.pk, approved_by=str(actor), now=tx.now), actor=actor)


@use_case("void_invoice", "Take back the chosen invoices, on which nothing was paid", "is taken back")
def void_invoice(engine: Engine, row: Any, actor: Actor) -> None:
    """By a credit note."""
    engine.billing.invoices.void(row.seller_id, row.pk, REASON, actor=actor)


@use_case("refund_payment", "Give back all that is left of the chosen payments", "is given back")
def refund_payment(engine: Engine, row: Any, actor: Actor) -> None:
    """To the method; a second click gives nothing back twice."""
    engine.billing.payments.refund(row.seller_id, row.pk, None, REASON, key=f"admin {row.pk.hex}", actor=actor)


@use_case("suspend_resource", "Suspend the chosen resources", "will be suspended")
def suspend_resource(engine: Engine, row: Any, actor: Actor) -> None:
    """It stays so, also when it is paid, until it is resumed."""
    engine.provisioning.resources.suspend(row.seller_id, row.pk, actor=actor)


@use_case("resume_resource", "Resume the chosen resources", "runs again, unless it is unpaid")
def resume_resource(engine: Engine, row: Any, actor: Actor) -> None:
    """What staff have suspended."""
    engine.provisioning.resources.resume(row.seller_id, row.pk, actor=actor)
