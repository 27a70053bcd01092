"""The ceiling on destruction: a run that would take away much at once asks first (DESIGN, section 6)."""

from __future__ import annotations


def ceiling(live: int) -> int:
    """How many of `live` services one run may suspend or end by itself: 5, or 2 % where that is more."""
    return max(5, live * 2 // 100)
