"""A stand-in for billing: answers "may this be taken away?", and remembers what provisioning tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from larabill_core.contracts.customers import Contact
from larabill_core.jobs import Handler
from larabill_core.messages import Event
from larabill_core.module import Module
from larabill_core.published import (
    ServiceAbandoned,
    ServiceActivated,
    ServiceEnded,
    ServiceFailed,
    ServiceResumed,
    ServiceSuspended,
)

CANARY_MAIL = "canary-person@example.org"


class StubStanding:
    """Says yes to a (service, case version) that stands open in `cases`."""

    def __init__(self) -> None:
        self.cases: dict[UUID, int] = {}
        self.asked: list[tuple[UUID, int]] = []

    def may_suspend(self, tx: Any, service_id: UUID, case_version: int) -> bool:
        self.asked.append((service_id, case_version))
        return self.cases.get(service_id) == case_version


class StubContacts:
    def get(self, tx: Any, customer_id: UUID) -> Contact | None:
        return Contact(customer_id=customer_id, name="Canary Person", email=CANARY_MAIL)


STANDING = StubStanding()
CONTACTS = StubContacts()
TOLD: list[Event] = []


def hear(tx: Any, event: Event) -> None:
    TOLD.append(event)


def forget() -> None:
    STANDING.cases.clear()
    STANDING.asked.clear()
    TOLD.clear()


_NEWS = (ServiceAbandoned, ServiceActivated, ServiceEnded, ServiceFailed, ServiceResumed, ServiceSuspended)

STUB = Module(
    name="stub",
    handlers=tuple(
        Handler(name=f"stub.{news.__name__}", target="tests.provisioning.stub:hear", payload=news) for news in _NEWS
    ),
    answers={
        "standing": "tests.provisioning.stub:STANDING",
        "contacts": "tests.provisioning.stub:CONTACTS",
    },
)
