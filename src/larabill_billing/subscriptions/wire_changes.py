"""Changes of agreements on the wire: one object for each kind, told apart by its `kind`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, TypeAlias

import attrs
import msgspec
from msgspec import Meta

from larabill_billing.catalog.words import CycleCode, PlanCode, Quantity, Spec, Word
from larabill_billing.periods.cycle import parse_cycle
from larabill_billing.subscriptions import changes
from larabill_billing.subscriptions.model import Compensation, Unused
from larabill_core.access import Actor
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.http.wire import Amount, Cursor, Text
from larabill_core.ids import parse_public_id, public_id
from larabill_core.money import UNIT_PRICE_PLACES, parse_decimal

WhenText: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^(now|period_end|[0-9]{4}-[0-9]{2}-[0-9]{2})$", description="now, period_end, or a day"),
]
FARTHEST: Final = timedelta(days=3 * 366)
"""How far ahead a day may lie: every period until then is reckoned."""


class ChangeItem(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="change_item"
):
    """Another plan, quantity, configuration or price of an item. `unit_price` and `plan_price` are for staff."""

    item: Cursor
    plan_code: PlanCode | None = None
    quantity: Quantity | None = None
    spec: Spec | None = None
    unit_price: Amount | None = None
    plan_price: bool = False


class ChangeCycle(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="change_cycle"
):
    """Another cycle: a new schedule begins with it, and its first period is billed."""

    cycle: CycleCode


class AddItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="add_item"):
    """One more item, which ends its periods together with the others."""

    plan_code: PlanCode
    quantity: Quantity = 1
    region: Word = ""
    spec: Spec = {}
    name: Text = ""


class RemoveItem(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="remove_item"
):
    """An item is over; its services end."""

    item: Cursor


class Pause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="pause"):
    """The services rest and nothing is billed. `unused`: paid time is given back at the resumption, or lost."""

    unused: Unused = Unused.EXTEND


class Resume(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="resume"):
    """A paused agreement goes on."""


class Reactivate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="reactivate"
):
    """A cancelled agreement begins again with a new period, as long as its data is kept."""


class Migrate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="migrate"):
    """For staff: every item goes over to the version of its plan that is sold now."""


class Cancel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="cancel"):
    """The agreement ends. `compensation`, for staff: what becomes of time that is paid and not used."""

    compensation: Compensation = Compensation.NONE


AnyChange: TypeAlias = ChangeItem | ChangeCycle | AddItem | RemoveItem | Pause | Resume | Reactivate | Migrate
AnyPreview: TypeAlias = AnyChange | Cancel


def change_of(wanted: AnyPreview, actor: Actor) -> changes.Change:
    """What is asked for. Raises `InvalidInput`: also for what is for staff, when somebody else asks for it (B05)."""
    if actor.kind != "staff":
        _refuse_what_is_for_staff(wanted)
    match wanted:
        case ChangeItem():
            price = wanted.unit_price
            return changes.ChangeItem(
                item_id=parse_public_id(wanted.item, "itm", "change.item"),
                plan_code=wanted.plan_code,
                quantity=wanted.quantity,
                spec=wanted.spec,
                unit_price=None
                if price is None
                else parse_decimal(price, places=UNIT_PRICE_PLACES, path="change.unit_price", minimum=0),
                plan_price=wanted.plan_price,
            )
        case ChangeCycle():
            return changes.ChangeCycle(cycle=parse_cycle(wanted.cycle, "change.cycle"))
        case AddItem():
            return changes.AddItem(**msgspec.structs.asdict(wanted))
        case RemoveItem():
            return changes.RemoveItem(item_id=parse_public_id(wanted.item, "itm", "change.item"))
        case Pause():
            return changes.Pause(unused=wanted.unused)
        case Resume():
            return changes.Resume()
        case Reactivate():
            return changes.Reactivate()
        case Migrate():
            return changes.Migrate()
        case Cancel():
            return changes.Cancel(compensation=wanted.compensation)


def _refuse_what_is_for_staff(wanted: AnyPreview) -> None:
    faults = Faults()
    with faults.at("change"):
        if isinstance(wanted, Migrate):
            faults.add("kind", "is for staff only")
        if isinstance(wanted, ChangeItem) and wanted.unit_price is not None:
            faults.add("unit_price", "is for staff only", remedy="the price is the plan's")
        if isinstance(wanted, ChangeItem) and wanted.plan_price:
            faults.add("plan_price", "is for staff only")
        if isinstance(wanted, Cancel) and wanted.compensation is not Compensation.NONE:
            faults.add("compensation", "is for staff only")
    faults.raise_if_any()


def when_of(text: str, today: date) -> changes.When:
    """The time that is meant. Raises `InvalidInput`."""
    if text == "now":
        return "now"
    if text == "period_end":
        return "period_end"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput.one("when", "is not a day", text, "use now, period_end or a date") from None
    if day - today > FARTHEST:
        raise InvalidInput.one("when", f"lies more than {FARTHEST.days} days ahead", text)
    return day


def change_shown(change: changes.Change) -> AnyPreview:
    """A change as it would be asked for."""
    match change:
        case changes.ChangeItem():
            return ChangeItem(
                item=public_id("itm", change.item_id),
                plan_code=change.plan_code,
                quantity=change.quantity,
                spec=None if change.spec is None else dict(change.spec),
                unit_price=None if change.unit_price is None else f"{change.unit_price:f}",
                plan_price=change.plan_price,
            )
        case changes.ChangeCycle():
            return ChangeCycle(cycle=str(change.cycle))
        case changes.AddItem():
            return AddItem(
                plan_code=change.plan_code,
                quantity=change.quantity,
                region=change.region,
                spec=dict(change.spec),
                name=change.name,
            )
        case changes.RemoveItem():
            return RemoveItem(item=public_id("itm", change.item_id))
        case changes.Pause():
            return Pause(unused=change.unused)
        case changes.Resume():
            return Resume()
        case changes.Reactivate():
            return Reactivate()
        case changes.Migrate():
            return Migrate()
        case changes.Cancel():
            return Cancel(compensation=change.compensation)


def under_change(problem: InvalidInput) -> InvalidInput:
    """The faults of a change where the body has it; those of the time and the reason stay where they are."""
    return InvalidInput(tuple(attrs.evolve(fault, path=_path(fault.path)) for fault in problem.faults))


def _path(path: str) -> str:
    if path in ("when", "reason") or path.startswith("change."):
        return path
    return join("change", "item" if path == "item_id" else path)
