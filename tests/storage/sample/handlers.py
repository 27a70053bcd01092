"""Handlers of the sample module. `script` holds what `scripted` and `external` do next; `seen` what ran."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from tests.storage.sample import NoteWritten

from larabill_core.messages import Nothing

script: list[Callable[[Any], None]] = []
seen: list[str] = []
calls: dict[str, Any] = {}


def echo(tx: Any, event: NoteWritten) -> None:
    note = tx.sample.notes.get("original")
    tx.sample.notes.add(attrs.evolve(note, id=event.event_id, label="echo"))


def count(tx: Any, event: NoteWritten) -> None:
    seen.append(f"counted {event.note_id}")


def scripted(tx: Any, payload: Nothing) -> None:
    seen.append("scripted")
    script.pop(0)(tx)


def external(engine: Any, payload: Nothing, job: Any) -> None:
    seen.append("external")
    script.pop(0)(engine)


def call(engine: Any, operation: Any) -> Any:
    return calls["note"]
