"""Ids as a reader of a scenario knows them: `ada`, `s1`, `INV-000001`; the same each time that it is played."""

from __future__ import annotations

import re
from collections import Counter
from uuid import UUID

_ID = re.compile(r"\b(?:([a-z]{3})_)?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\b")


class Labels:
    """Names given by hand, and `payment-1`, `payment-2` … for what nobody named, in the order of its appearance."""

    def __init__(self) -> None:
        self._names: dict[UUID, str] = {}
        self._counts: Counter[str] = Counter()

    def give(self, id: UUID, name: str) -> None:
        """From now on it is called so."""
        self._names[id] = name

    def name(self, id: UUID, kind: str) -> str:
        """What it is called."""
        if id not in self._names:
            self._counts[kind] += 1
            self._names[id] = f"{kind}-{self._counts[kind]}"
        return self._names[id]

    def in_text(self, text: str) -> str:
        """The text with labels in place of ids."""
        return _ID.sub(lambda found: self.name(UUID(found[2]), "id"), text)
