"""Storage of meters, of what they counted, and what usage has to know of the agreements above it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.catalog.ports import CatalogRepositories
from larabill_billing.periods.schedule import Schedule
from larabill_billing.usage.model import Counted, Draw, Grant, Meter, MeteredPeriod, NewUsage, UsageBill, UsageEvent
from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class Subject:
    """What usage knows of an agreement: whether it runs (else `status` says why not), since when, and its items.

    `over_at`: the instant at which one ended that began.
    """

    subscription_id: UUID
    status: str
    is_live: bool
    began_at: datetime
    over_at: datetime | None = None
    time_zone: str
    item_ids: tuple[UUID, ...]


@attrs.frozen(kw_only=True)
class MeteredItem:
    """What usage knows of an item: its plan version, and the periods of its agreement."""

    subscription_id: UUID
    plan_id: UUID
    currency: str
    time_zone: str
    schedule: Schedule


@attrs.frozen(kw_only=True)
class Reached:
    """A threshold of a period's allowance that its use has come to."""

    id: UUID
    seller_id: UUID
    subscription_item_id: UUID
    meter: str
    start_at: datetime
    percent: int
    reached_at: datetime


class UsageRepository(Protocol):
    """Statements do not depend on how much is handed in, but for one more for each thousand."""

    def meters(self, codes: Collection[str] | None = None) -> dict[str, Meter]:
        """Meters by code; all when no codes are given."""
        ...

    def save_meters(self, new: Sequence[Meter], changed: Sequence[Meter]) -> None:
        """Insert the new ones, and write over those that are there."""
        ...

    def counted(self, codes: Collection[str]) -> set[str]:
        """The meters of which any event is recorded."""
        ...

    def subjects(self, subscription_ids: Iterable[UUID]) -> dict[UUID, Subject]:
        """The agreements that exist, by id."""
        ...

    def items(self, item_ids: Collection[UUID]) -> dict[UUID, MeteredItem]:
        """The items that are not over, by id."""
        ...

    def open_from(self, item_ids: Collection[UUID], closed: datetime) -> dict[tuple[UUID, str], datetime]:
        """For each item and meter of which anything was billed: where its first period begins that is not billed, or
        whose end is after `closed`."""
        ...

    def add_new(
        self, ids: Sequence[UUID], events: Sequence[NewUsage], counted: Sequence[Counted]
    ) -> dict[str, UsageEvent]:
        """Insert events whose client's id is free, in ids that follow one another (`new_ids`). By that client's id: the
        stored events in whose place others were handed in."""
        ...

    def stored(self, idempotency_ids: Collection[str]) -> dict[str, UsageEvent]:
        """Recorded events by the client's id."""
        ...

    def add_corrections(self, corrections: Mapping[UUID, UUID]) -> dict[UUID, str]:
        """Note which event (key) each event (value) corrects, unless another one does: by the corrected one's id, the
        client's ids of those others."""
        ...

    def page(self, period: MeteredPeriod, *, after: UUID | None = None, limit: int = 100) -> list[UsageEvent]:
        """The events of a period in the order in which they occurred, corrected ones too."""
        ...

    def quantities(self, asked: Sequence[tuple[MeteredPeriod, Aggregation]]) -> list[Decimal]:
        """What each period comes to: equal to `aggregate.quantity` over all events of the item and meter."""
        ...

    def bills(self, item_ids: Collection[UUID], ended_after: datetime) -> list[UsageBill]:
        """What was billed of periods that end after this instant, oldest first."""
        ...

    def add_bills(self, bills: Sequence[UsageBill], draws: Sequence[tuple[UUID, Draw]]) -> None:
        """Insert bills, and what each (by its id) drew from grants. Raises `AlreadyExists` for a period billed before
        in the same one."""
        ...

    def add_grant(self, grant: Grant) -> Grant:
        """Insert it, or find the one with its reference."""
        ...

    def grants(self, item_ids: Collection[UUID]) -> list[Grant]:
        """With what remains of each; those that expire first come first, then the oldest."""
        ...

    def reached(self, periods: Sequence[MeteredPeriod]) -> list[Reached]:
        """Thresholds told of in these periods."""
        ...

    def add_reached(self, reached: Sequence[Reached]) -> None:
        """Insert those of which nobody has told."""
        ...


class UsageRepositories(CatalogRepositories, Protocol):
    @property
    def usage(self) -> UsageRepository: ...


class UsageTx(Tx, Protocol):
    @property
    def billing(self) -> UsageRepositories: ...
