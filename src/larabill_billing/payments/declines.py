"""Declines are hard, soft or unknown. The codes are each gateway's own, and so is the table of what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from larabill_core.contracts.gateway import ClassifiesDeclines, DeclineClass

BETWEEN: Final = ": "
"""Stands between the codes of one decline."""


def classify(code: str, table: Mapping[str, DeclineClass]) -> DeclineClass:
    """The class of the first of its codes that is in the table."""
    for word in code.split(BETWEEN):
        if word in table:
            return table[word]
    return DeclineClass.UNKNOWN


def decline_class(driver: object, code: str) -> DeclineClass:
    """What this gateway means by the code; unknown where it has no table."""
    return classify(code, driver.declines) if isinstance(driver, ClassifiesDeclines) else DeclineClass.UNKNOWN
