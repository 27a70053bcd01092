"""What may be changed about a running agreement: plain values, from which the change and its preview are reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import attrs

from larabill_billing.periods.cycle import Cycle, parse_cycle
from larabill_billing.subscriptions.model import Compensation, Unused
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.structure import structure

When: TypeAlias = Literal["now", "period_end"] | date
"""Now, where what is billed so far ends, or on a day (in the customer's zone)."""


@attrs.frozen(kw_only=True)
class ChangeItem:
    """Another plan, quantity, configuration or price of an item; what is None stays as it is.

    `unit_price` is agreed on in place of the plan's price; `plan_price` goes back to that one.
    """

    item_id: UUID
    plan_code: str | None = None
    quantity: int | None = None
    spec: Mapping[str, Any] | None = None
    unit_price: Decimal | None = None
    plan_price: bool = False


@attrs.frozen(kw_only=True)
class ChangeCycle:
    """Another cycle: a new schedule begins with it, and its first period is billed."""

    cycle: Cycle = attrs.field(converter=Cycle, metadata={"parse": parse_cycle})


@attrs.frozen(kw_only=True)
class AddItem:
    """One more item, which ends its periods together with the others (an add-on)."""

    plan_code: str
    quantity: int = 1
    region: str = ""
    spec: Mapping[str, Any] = attrs.field(factory=dict)
    name: str = ""


@attrs.frozen(kw_only=True)
class RemoveItem:
    """An item is over; its services end."""

    item_id: UUID


@attrs.frozen(kw_only=True)
class Pause:
    """The services rest and nothing is billed. `unused`: paid time is given back at the resumption, or lost."""

    unused: Unused = attrs.field(default=Unused.EXTEND, converter=Unused)


@attrs.frozen(kw_only=True)
class Resume:
    """A paused agreement goes on."""


@attrs.frozen(kw_only=True)
class Cancel:
    """The agreement ends. `compensation`: what becomes of time that is paid and not used."""

    compensation: Compensation = attrs.field(default=Compensation.NONE, converter=Compensation)


@attrs.frozen(kw_only=True)
class Reactivate:
    """A cancelled agreement begins again with a new period, as long as its data is kept."""


@attrs.frozen(kw_only=True)
class Migrate:
    """Every item goes over to the version of its plan that is sold now."""


Change: TypeAlias = ChangeItem | ChangeCycle | AddItem | RemoveItem | Pause | Resume | Cancel | Reactivate | Migrate

KINDS: Final[Mapping[str, type[Any]]] = {
    "change_item": ChangeItem,
    "change_cycle": ChangeCycle,
    "add_item": AddItem,
    "remove_item": RemoveItem,
    "pause": Pause,
    "resume": Resume,
    "cancel": Cancel,
    "reactivate": Reactivate,
    "migrate": Migrate,
}
NAMES: Final[Mapping[type[Any], str]] = {cls: name for name, cls in KINDS.items()}


class ChangeStatus(StrEnum):
    """FAILED: could not be carried out on its day; the reason says why."""

    SCHEDULED = "scheduled"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class ScheduledChange:
    """A change that will be carried out at the beginning of `effective_on`, in the agreement's zone."""

    id: UUID
    seller_id: UUID
    subscription_id: UUID
    kind: str
    data: Mapping[str, Any]
    effective_on: date
    status: ChangeStatus = attrs.field(default=ChangeStatus.SCHEDULED, converter=ChangeStatus)
    reason: str = ""
    created_at: datetime
    done_at: datetime | None = None

    def change(self) -> Change:
        """The change itself."""
        return change_from(self.kind, self.data)


def change_from(kind: str, data: Mapping[str, Any], path: str = "change") -> Change:
    """The change of this kind from plain data. Raises `InvalidInput` with every fault."""
    cls = KINDS.get(kind)
    if cls is None:
        raise InvalidInput.one(join(path, "kind"), "is not a change", kind, f"known are: {', '.join(sorted(KINDS))}")
    faults = Faults()
    change: Change | None = structure(cls, data, faults, path)
    faults.raise_if_any()
    if change is None:
        raise AssertionError("what cannot be structured has faults")
    return change


def change_data(change: Change) -> dict[str, Any]:
    """The change as plain data, from which `change_from` makes it again."""
    return {
        field.name: _plain(value)
        for field in attrs.fields(type(change))
        for value in (getattr(change, field.name),)
        if value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, bool | int) else str(value)
