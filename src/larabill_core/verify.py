"""What `larabill verify` finds: places where the database breaks a promise (DESIGN, section 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from larabill_core.module import load_target

if TYPE_CHECKING:
    from larabill_core.engine import Engine


@attrs.frozen(kw_only=True)
class Violation:
    """One broken promise.

    `invariant` is its number ("I2"), `kind` a stable kebab-case word for programs, `subject` the public or plain id of
    the row, `message` says it to a person. No secret and no personal data (I12).
    """

    invariant: str
    kind: str
    subject: str
    message: str


def violations_of(engine: Engine, seller_id: UUID) -> list[Violation]:
    """What all modules that are on find in the rows of one seller; each rule in a transaction of its own."""
    found: list[Violation] = []
    for module in engine.modules:
        for target in module.verify:
            found += engine.run(partial(_ask, load_target(target)), seller=seller_id)
    return found


def _ask(rule: Callable[[Any], list[Violation]], tx: Any) -> list[Violation]:
    return rule(tx)
