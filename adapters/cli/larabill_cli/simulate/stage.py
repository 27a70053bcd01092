"""What stands around billing in a simulation: a provider that does at once what it is asked, and who notes all events.

Each published event leaves a job of `simulate.note` as the trace that it was published, and when.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_core import published
from larabill_core.jobs import Handler, NewJob
from larabill_core.messages import Event
from larabill_core.module import Module
from larabill_core.published import (
    OrderReleased,
    ServiceActivated,
    ServiceEnded,
    ServiceEndRequested,
    ServiceResumed,
    ServiceResumeRequested,
    ServiceSuspended,
    ServiceSuspendRequested,
)

NOTE: Final = "simulate.note."
"""The name of a noting handler begins with this, and ends with the event's."""
NOTES: Final = "notes"
"""The queue of the notes."""
MANY: Final = 1000
LEASE: Final = timedelta(minutes=2)

EVENTS: Final[dict[str, type[Event]]] = {
    kind.name: kind
    for kind in vars(published).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


@attrs.frozen(kw_only=True)
class Destroy:
    """The data of a service is to be destroyed now. `case_version` is set when it was not paid for."""

    service_id: UUID
    case_version: int | None


def note(tx: Any, event: Event) -> None:
    """The job itself is the note."""


def take_notes(tx: Any) -> None:
    """All notes of now, in one transaction: there is nothing to do about them."""
    while jobs := tx.jobs.claim(queues=(NOTES,), limit=MANY, now=tx.now, lease_until=tx.now + LEASE):
        for job in jobs:
            tx.jobs.complete(job.id, job.fence, tx.now)


def activate(tx: Any, event: OrderReleased) -> None:
    """Everything is built at once."""
    for item in event.items:
        _tell(tx, ServiceActivated, item.service_id)


def suspend(tx: Any, event: ServiceSuspendRequested) -> None:
    """Billing has the last word, as it has with a real provider."""
    if tx.engine.standing.may_suspend(tx, event.service_id, event.case_version):
        _tell(tx, ServiceSuspended, event.service_id)


def resume(tx: Any, event: ServiceResumeRequested) -> None:
    """At once."""
    _tell(tx, ServiceResumed, event.service_id)


def end(tx: Any, event: ServiceEndRequested) -> None:
    """When the time for which data is kept is over."""
    payload = Destroy(service_id=event.service_id, case_version=event.case_version)
    tx.enqueue(NewJob(handler="simulate.destroy", payload=payload, seller_id=event.seller_id, run_at=event.destroy_at))


def destroy(tx: Any, wanted: Destroy) -> None:
    """The last word again, where it is about money."""
    version = wanted.case_version
    if version is None or tx.engine.standing.may_suspend(tx, wanted.service_id, version):
        _tell(tx, ServiceEnded, wanted.service_id)


def _tell(tx: Any, kind: type[Any], service_id: UUID) -> None:
    tx.publish(kind(seller_id=tx.seller_id, occurred_at=tx.now, service_id=service_id, resource_id=service_id))


_HERE = "larabill_cli.simulate.stage"

STAGE: Final = Module(
    name="simulate",
    requires=("billing",),
    handlers=(
        Handler(name="simulate.activate", target=f"{_HERE}:activate", payload=OrderReleased),
        Handler(name="simulate.suspend", target=f"{_HERE}:suspend", payload=ServiceSuspendRequested),
        Handler(name="simulate.resume", target=f"{_HERE}:resume", payload=ServiceResumeRequested),
        Handler(name="simulate.end", target=f"{_HERE}:end", payload=ServiceEndRequested),
        Handler(name="simulate.destroy", target=f"{_HERE}:destroy", payload=Destroy),
        *(
            Handler(name=f"{NOTE}{name}", target=f"{_HERE}:note", payload=kind, queue=NOTES)
            for name, kind in EVENTS.items()
        ),
    ),
)
