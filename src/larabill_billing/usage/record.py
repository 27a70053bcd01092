"""Record usage: each batch whole or not at all, each event once.

State, not order, decides: an event that is recorded already is the same event, also when it would be refused by now,
so a file that was interrupted can be sent again from its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import attrs

from larabill_billing.settings import settings_of
from larabill_billing.usage.check import Check
from larabill_billing.usage.model import Counted, UsageEvent
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
    new = recording.carry_out() if batch.events else 0
    recording.faults.raise_if_any()
    return Recorded(new=new, known=len(batch.events) - new)


@attrs.define(kw_only=True)
class _Recording:
    """One batch on its way into the database. Events go by the client's id: `once` has the index of each, `counted`
    what those that are taken count, `ids` the ids that they get."""

    tx: UsageTx
    batch: Batch
    faults: Faults = attrs.field(factory=Faults)
    once: dict[str, int] = attrs.field(factory=dict)
    counted: dict[str, Counted] = attrs.field(factory=dict)
    ids: dict[str, UUID] = attrs.field(factory=dict)

    def carry_out(self) -> int:
        """Check, insert, compare what was there already, and put corrections in place; how many events are new."""
        usage, events, check = self.tx.billing.usage, self.batch.events, self._state()
        self._find_repeated()
        known = self._count(check)
        self.ids = dict(zip(self.counted, new_ids(len(self.counted)), strict=True))
        corrected_by = self._corrections(check)
        if len(self.faults):
            return 0
        taken = usage.add_new(
            list(self.ids.values()), [events[self.once[id]] for id in self.counted], list(self.counted.values())
        )
        for id, stored in {**known, **taken}.items():
            if not check.is_same(stored, events[self.once[id]]):
                remedy = "correct that event by a new one"
                self._fault(id, "idempotency_id", "is known with other content", id, remedy)
        new = len(self.counted) - len(taken)
        if corrected_by:
            self._correct(corrected_by, taken)
        if new:
            watch(self.tx, check.pairs())
        return new

    def _state(self) -> Check:
        usage, events = self.tx.billing.usage, self.batch.events
        # most events share the objects that are their ids, and asking an object where it lies is cheap
        subjects = usage.subjects({id(event.subscription_id): event.subscription_id for event in events}.values())
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
                where = join(self.batch.place(index), "idempotency_id")
                problem = f"stands at {self.batch.place(first)} with other content"
                self.faults.add(where, problem, value=event.idempotency_id)

    def _count(self, check: Check) -> dict[str, UsageEvent]:
        """Note what each event counts. Of those that cannot be taken: the ones that are recorded already."""
        refused: list[str] = []
        events = self.batch.events
        for id, index in self.once.items():
            found = check.event(events[index])
            if found is not None:
                self.counted[id] = found
            else:
                refused.append(id)
        known = self.tx.billing.usage.stored(refused) if refused else {}
        for id in refused:
            if id not in known:
                check.explain(events[self.once[id]], self.batch.place(self.once[id]), self.faults)
        return known

    def _corrections(self, check: Check) -> dict[str, tuple[UsageEvent, str]]:
        """By the client's id of each event that is to be corrected: the event, and the id of what corrects it."""
        events = self.batch.events
        wanted = {id: corrects for id in self.counted if (corrects := events[self.once[id]].corrects) is not None}
        if not wanted:
            return {}
        stored = self.tx.billing.usage.stored({*wanted, *wanted.values()} - (self.ids.keys() - wanted.keys()))
        found: dict[str, tuple[UsageEvent, str]] = {}
        for id, corrects in wanted.items():
            target = stored.get(corrects) or self._event(corrects)
            if id in stored or (target is None and corrects in self.once):
                continue  # known already, or what it corrects is refused itself
            event = self._event(id)
            if target is None or event is None or (corrects not in stored and self.once[corrects] >= self.once[id]):
                self._fault(id, "corrects", "names no event that is recorded or stands before it", corrects)
            elif corrects in found:
                self._fault(id, "corrects", "is corrected already", corrects, f"correct {found[corrects][1]}")
            elif check.target(target, event, self.batch.place(self.once[id]), self.faults):
                found[corrects] = target, id
        return found

    def _event(self, id: str) -> UsageEvent | None:
        """An event of this batch as it will be recorded; None when it is not of this batch, or refused."""
        if id not in self.counted:
            return None
        event, (item_id, quantity, unique_key) = self.batch.events[self.once[id]], self.counted[id]
        return UsageEvent(
            id=self.ids[id],
            seller_id=self.tx.seller_id,
            subscription_id=event.subscription_id,
            subscription_item_id=item_id,
            meter=event.meter,
            quantity=quantity,
            unique_key=unique_key,
            occurred_at=event.occurred_at,
            recorded_at=self.tx.now,
            idempotency_id=id,
            corrects=event.corrects,
        )

    def _correct(self, by: Mapping[str, tuple[UsageEvent, str]], taken: Mapping[str, UsageEvent]) -> None:
        """Put new events in the place of those that they correct, unless others do already. `taken`: what was there."""
        mine = {taken.get(corrects, target).id: id for corrects, (target, id) in by.items() if id not in taken}
        others = self.tx.billing.usage.add_corrections({target: self.ids[id] for target, id in mine.items()})
        for target, other in others.items():
            corrects = self.batch.events[self.once[mine[target]]].corrects or ""
            self._fault(mine[target], "corrects", "is corrected already", corrects, f"correct {other}")

    def _fault(self, id: str, name: str, problem: str, value: str, remedy: str = "") -> None:
        where = join(self.batch.place(self.once[id]), name)
        self.faults.add(where, problem, value=value, remedy=remedy)
