"""Streams of usage, however long: in batches, each recorded whole in a transaction of its own, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from larabill_billing.usage.parse import BATCH, Batch, Item, batches, place_of, read
from larabill_billing.usage.record import Recorded
from larabill_core.errors import Fault, InvalidInput


@attrs.frozen(kw_only=True)
class Report:
    """What became of a stream. It stopped at the first batch with a fault: `stopped_at` is the place of that batch's
    first item, `faults` are all that is wrong with it. What came before is recorded, nothing from there on is: mended,
    the stream may be sent again as a whole, since events that are known are not recorded twice.
    """

    new: int = 0
    known: int = 0
    stopped_at: str | None = None
    faults: tuple[Fault, ...] = ()


def ingest(record: Callable[[Batch], Recorded], source: Iterable[Item], size: int = BATCH) -> Report:
    """Read the source to its end, or to the first batch with a fault. Holds one batch at a time."""
    report, at = Report(), "line 1"
    try:
        for first, items in batches(source, size):
            at = place_of(items[0], first)
            done = record(read(items, first))
            report = attrs.evolve(report, new=report.new + done.new, known=report.known + done.known)
            at = place_of(items[-1], first + len(items))  # where the source itself may break off
    except InvalidInput as problem:
        return attrs.evolve(report, stopped_at=at, faults=problem.faults)
    return report
