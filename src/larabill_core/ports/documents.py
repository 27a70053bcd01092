"""Documents made for people: an invoice as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Documents(Protocol):
    def render(self, template: str, context: Mapping[str, Any], *, language: str) -> str:
        """HTML text. `context` is plain dicts, lists and strings; every value is escaped."""
        ...
