"""All that goes wrong at a provider behind HTTP, for `larabill_drivers.testing.behind_http`."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, Final

from larabill_drivers.world import Fault
from larabill_drivers.world.faults import What, When

CUTS: Final = None if os.environ.get("LARABILL_CUTS") == "every" else 12
"""At how many places an answer is cut; None: after each byte."""

_WHEN: Final[tuple[When, ...]] = ("before", "after")
_WHAT: Final[tuple[What, ...]] = ("timeout", "html", "oversized", "drip")
LOST: Final = (
    *(Fault(method="*", what=what, when=when) for when in _WHEN for what in _WHAT),
    *(
        Fault(method="*", what="server_error", when=when, status=status)
        for when in _WHEN
        for status in (500, 502, 503, 504)
    ),
)
"""What leaves open whether it was done."""
LATER: Final = tuple(
    Fault(method="*", what="rate_limited", retry_after=after) for after in (None, timedelta(seconds=37))
)
NEVER: Final = (Fault(method="*", what="refused"), Fault(method="*", what="inside"))
HOSTILE: Final[tuple[Any, ...]] = (
    None,
    -1,
    "",
    "x" * 100_000,
    "a\nb",
    "../../etc",
    [],
    {},
    True,
    10**30,
    "Z\u0335\u0300\u200b",
)
