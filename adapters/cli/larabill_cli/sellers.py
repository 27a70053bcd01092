"""Which seller a command is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from larabill_core.engine import Engine
from larabill_core.errors import InvalidInput
from larabill_core.ids import parse_public_id, public_id


def list_sellers(engine: Engine) -> list[Any]:
    """All sellers of this installation."""
    sellers: list[Any] = engine.billing.sellers.list()
    return sellers


def set_up(engine: Engine) -> None:
    """Bring `[billing.seller]` and `[[provisioning.plans]]` into the database; what is there already stays."""
    on = {module.name for module in engine.modules}
    if "billing" not in on:
        return
    if engine.manifest.settings["billing"].seller is not None and not list_sellers(engine):
        engine.billing.default_seller()
    if "provisioning" in on:
        for seller in list_sellers(engine):
            engine.provisioning.plans.sync(seller.id)


def choose(engine: Engine, text: str | None) -> UUID:
    """The seller that `--seller` names, or the only one.

    Raises `InvalidInput`; `ConfigurationError` when there is none and the manifest names none."""
    known: dict[UUID, str] = {seller.id: seller.name for seller in list_sellers(engine)}
    if text is not None:
        wanted = parse_public_id(text, "sel", "--seller")
        if wanted in known:
            return wanted
        raise InvalidInput.one("--seller", "is not a seller of this installation", text)
    if len(known) < 2:
        only: UUID = engine.billing.default_seller()
        return only
    ids = ", ".join(f"{public_id('sel', id)} ({name})" for id, name in known.items())
    raise InvalidInput.one("--seller", "is needed: there are several sellers", remedy=f"one of: {ids}")
