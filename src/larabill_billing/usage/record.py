"""Record usage: each batch whole or not at all, each event once.

State, not order, decides: an event that is recorded already is the same event, also when it would be refused by now,
so a file that was interrupted can be sent again from its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import attrs

from larabill_billing.settings import settings_of
from larabill_billing.usage.check import Check, Counted
from larabill_billing.usage.model import UsageEvent
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
    recording = _Recording(tx=tx, batch=batch)
    recording.faults.include(InvalidInput(batch.faults))
    if batch.events:
        recording.carry_out()
    recording.faults.raise_if_any()
    watch(tx, {(event.subscription_item_id, event.meter) for event in recording.new.values()})
    return Recorded(new=len(recording.new), known=len(batch.events) - len(recording.new))


@attrs.define(kw_only=True)
class _Recording:
    """One batch on its way into the database. Events go by the client's id; `once` has the index of each."""

    tx: UsageTx
    batch: Batch
    faults: Faults = attrs.field(factory=Faults)
    once: dict[str, int] = attrs.field(factory=dict)
    new: dict[str, UsageEvent] = attrs.field(factory=dict)

    def carry_out(self) -> None:
        """Check, insert, compare what was there already, and put corrections in place; stop at faults."""
        check = self._state()
        self._find_repeated()
        counted, known = self._counted(check)
        made = self._made(counted)
        corrected_by = self._corrections(check, made)
        if len(self.faults):
            return
        usage = self.tx.billing.usage
        known |= usage.add_new(list(made.values()))
        for id, stored in known.items():
            if not check.is_same(stored, self.batch.events[self.once[id]]):
                remedy = "correct that event by a new one"
                self._fault(id, "idempotency_id", "is known with other content", id, remedy)
        self.new = {id: event for id, event in made.items() if id not in known}
        self._correct({known.get(corrected, target).id: by for corrected, (target, by) in corrected_by.items()})

    def _state(self) -> Check:
        usage, events = self.tx.billing.usage, self.batch.events
        subjects = usage.subjects({event.subscription_id for event in events})
        item_ids = [item_id for subject in subjects.values() for item_id in subject.item_ids]
        return Check(
            subjects=subjects,
            meters=usage.meters({event.meter for event in events}),
            open_from=usage.open_from(item_ids, self.tx.now - settings_of(self.tx).late_window),
            now=self.tx.now,
            late_window=settings_of(self.tx).late_window,
        )

    def _find_repeated(self) -> None:
        """A client's id that stands twice is one event; with other content it is a fault."""
        events = self.batch.events
        for index, event in enumerate(events):
            first = self.once.setdefault(event.idempotency_id, index)
            if first != index and events[first] != event:
                where = join(self.batch.places[index], "idempotency_id")
                problem = f"stands at {self.batch.places[first]} with other content"
                self.faults.add(where, problem, value=event.idempotency_id)

    def _counted(self, check: Check) -> tuple[dict[str, Counted], dict[str, UsageEvent]]:
        """What each event counts; and of those that cannot be taken, the ones that are recorded already."""
        counted: dict[str, Counted] = {}
        refused: dict[str, Faults] = {}
        events, places, faults = self.batch.events, self.batch.places, Faults()
        for id, index in self.once.items():
            found = check.event(events[index], places[index], faults)
            if found is not None:
                counted[id] = found
            else:
                refused[id], faults = faults, Faults()
        known = self.tx.billing.usage.stored(refused) if refused else {}
        for id, why in refused.items():
            if id not in known:
                self.faults.include(InvalidInput(tuple(why)))
        return counted, known

    def _made(self, counted: Mapping[str, Counted]) -> dict[str, UsageEvent]:
        seller_id, now, events, once = self.tx.seller_id, self.tx.now, self.batch.events, self.once
        made = {}
        for new_id, (id, (item_id, quantity, unique_key)) in zip(new_ids(len(counted)), counted.items(), strict=True):
            event = events[once[id]]
            made[id] = UsageEvent(
                id=new_id,
                seller_id=seller_id,
                subscription_id=event.subscription_id,
                subscription_item_id=item_id,
                meter=event.meter,
                quantity=quantity,
                unique_key=unique_key,
                occurred_at=event.occurred_at,
                recorded_at=now,
                idempotency_id=id,
                corrects=event.corrects,
            )
        return made

    def _corrections(self, check: Check, made: Mapping[str, UsageEvent]) -> dict[str, tuple[UsageEvent, str]]:
        """By the client's id of each event that is to be corrected: the event, and the id of what corrects it."""
        wanted = {id: event.corrects for id, event in made.items() if event.corrects is not None}
        if not wanted:
            return {}
        stored = self.tx.billing.usage.stored({*wanted, *wanted.values()} - (made.keys() - wanted.keys()))
        found: dict[str, tuple[UsageEvent, str]] = {}
        for id, corrects in wanted.items():
            target = stored.get(corrects) or made.get(corrects)
            if id in stored or (target is None and corrects in self.once):
                continue  # known already, or what it corrects is refused itself
            if target is None or (corrects not in stored and self.once[corrects] >= self.once[id]):
                self._fault(id, "corrects", "names no event that is recorded or stands before it", corrects)
            elif corrects in found:
                self._fault(id, "corrects", "is corrected already", corrects, f"correct {found[corrects][1]}")
            elif check.target(target, made[id], self.batch.places[self.once[id]], self.faults):
                found[corrects] = target, id
        return found

    def _correct(self, by: Mapping[UUID, str]) -> None:
        """Put new events in the place of those that they correct, unless others do already."""
        mine = {target_id: self.new[id].id for target_id, id in by.items() if id in self.new}
        if not mine:
            return
        for target_id, other in self.tx.billing.usage.add_corrections(mine).items():
            event = self.new[by[target_id]]
            self._fault(by[target_id], "corrects", "is corrected already", event.corrects or "", f"correct {other}")

    def _fault(self, id: str, name: str, problem: str, value: str, remedy: str = "") -> None:
        where = join(self.batch.places[self.once[id]], name)
        self.faults.add(where, problem, value=value, remedy=remedy)
