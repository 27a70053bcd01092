"""Record usage: each batch whole or not at all, each event once.

State, not order, decides: an event that is recorded already is the same event, also when it would be refused by now,
so a file that was interrupted can be sent again from its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs

from larabill_billing.settings import settings_of
from larabill_billing.usage.check import Check, Counted
from larabill_billing.usage.model import NewUsage, UsageEvent
from larabill_billing.usage.parse import Batch
from larabill_billing.usage.ports import UsageTx
from larabill_billing.usage.thresholds import watch
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.ids import new_ids


@attrs.frozen(kw_only=True)
class Recorded:
    """How many events are new, and how many were known."""

    new: int = 0
    known: int = 0


def record(tx: UsageTx, batch: Batch) -> Recorded:
    """Record a batch. Statements do not depend on its size, but for one more of each kind for each thousand events.

    Raises `InvalidInput` with every fault of every event, also those found in reading, by place; then nothing changed.
    """
    if not batch.events:
        batch.faults.raise_if_any()
        return Recorded()
    check = _state(tx, batch.events)
    once = _once(batch)
    made, known = _made(tx, batch, once, check)
    batch.faults.raise_if_any()
    known |= tx.billing.usage.add_new(list(made.values()))
    for id, stored in known.items():
        if not check.is_same(stored, batch.events[once[id]]):
            where = join(batch.places[once[id]], "idempotency_id")
            batch.faults.add(where, "is known with other content", value=id, remedy="correct that event by a new one")
    new = {id: event for id, event in made.items() if id not in known}
    _correct(tx, batch, once, new, check)
    batch.faults.raise_if_any()
    watch(tx, {(event.subscription_item_id, event.meter) for event in new.values()})
    return Recorded(new=len(new), known=len(batch.events) - len(new))


def _state(tx: UsageTx, events: Sequence[NewUsage]) -> Check:
    subjects = tx.billing.usage.subjects({event.subscription_id for event in events})
    item_ids = [item_id for subject in subjects.values() for item_id in subject.item_ids]
    return Check(
        subjects=subjects,
        meters=tx.billing.usage.meters({event.meter for event in events}),
        open_from=tx.billing.usage.open_from(item_ids, tx.now - settings_of(tx).late_window),
        now=tx.now,
    )


def _once(batch: Batch) -> dict[str, int]:
    """The index of each client's id at its first place. A second one with other content is a fault."""
    once: dict[str, int] = {}
    for index, event in enumerate(batch.events):
        first = once.setdefault(event.idempotency_id, index)
        if first != index and batch.events[first] != event:
            where = join(batch.places[index], "idempotency_id")
            batch.faults.add(where, f"stands at {batch.places[first]} with other content", value=event.idempotency_id)
    return once


def _made(
    tx: UsageTx, batch: Batch, once: Mapping[str, int], check: Check
) -> tuple[dict[str, UsageEvent], dict[str, UsageEvent]]:
    """The events to be recorded, and the recorded ones among those that would not be taken any more."""
    counted: dict[str, Counted] = {}
    refused: dict[str, Faults] = {}
    faults = Faults()
    for id, index in once.items():
        found = check.event(batch.events[index], batch.places[index], faults)
        if found is not None:
            counted[id] = found
        else:
            refused[id], faults = faults, Faults()
    known = tx.billing.usage.stored(refused) if refused else {}
    for id, found_faults in refused.items():
        if id not in known:
            batch.faults.include(InvalidInput(list(found_faults)))
    ids = new_ids(len(counted))
    made = {
        id: UsageEvent(
            id=new_id,
            seller_id=tx.seller_id,
            subscription_id=event.subscription_id,
            subscription_item_id=item_id,
            meter=event.meter,
            quantity=quantity,
            unique_key=unique_key,
            occurred_at=event.occurred_at,
            recorded_at=tx.now,
            idempotency_id=id,
            corrects=event.corrects,
        )
        for new_id, (id, (item_id, quantity, unique_key)) in zip(ids, counted.items(), strict=True)
        for event in (batch.events[once[id]],)
    }
    return made, known


def _correct(tx: UsageTx, batch: Batch, once: Mapping[str, int], new: Mapping[str, UsageEvent], check: Check) -> None:
    """Put new events in the place of those that they correct: recorded before, or standing before them here."""
    correcting = [(id, event.corrects) for id, event in new.items() if event.corrects is not None]
    if not correcting:
        return
    outside = tx.billing.usage.stored({corrects for _, corrects in correcting if corrects not in new})
    corrected_by: dict[UUID, str] = {}
    for id, corrects in correcting:
        target = new.get(corrects) or outside.get(corrects)
        if target is None or (corrects in new and once[corrects] >= once[id]):
            where = join(batch.places[once[id]], "corrects")
            batch.faults.add(where, "names no event that is recorded or stands before it", value=corrects)
        elif target.id in corrected_by:
            _corrected_already(batch, once[id], corrected_by[target.id])
        else:
            check.target(target, new[id], batch.places[once[id]], batch.faults)
            corrected_by[target.id] = id
    others = tx.billing.usage.add_corrections({target: new[id].id for target, id in corrected_by.items()})
    for corrected_id, other in others.items():
        _corrected_already(batch, once[corrected_by[corrected_id]], other)


def _corrected_already(batch: Batch, index: int, by: str) -> None:
    where = join(batch.places[index], "corrects")
    batch.faults.add(where, "is corrected already", value=batch.events[index].corrects, remedy=f"correct {by}")
