"""Ask every module that is on for the promises that the database breaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from larabill_cli.sellers import list_sellers
from larabill_core.engine import Engine
from larabill_core.module import load_target
from larabill_core.verify import Violation


def find_violations(engine: Engine, *, live: bool = False) -> list[Violation]:
    """Violations of all sellers; with `live` also what differs from the providers' and gateways' own lists."""
    found: list[Violation] = []
    rules: list[Callable[[Any], list[Violation]]] = [
        load_target(target) for module in engine.modules for target in module.verify
    ]
    for seller in list_sellers(engine):
        for rule in rules:
            found += engine.run(partial(_apply, rule), seller=seller.id)
    if live:
        for module in engine.modules:
            for target in module.verify_live:
                found += load_target(target)(engine)
    return found


def _apply(rule: Callable[[Any], list[Violation]], tx: Any) -> list[Violation]:
    return rule(tx)
