"""The kernel's tables."""

from __future__ import annotations

from larabill_sqlalchemy.storage import new_metadata

METADATA = new_metadata()
