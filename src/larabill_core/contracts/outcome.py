"""How a call to the outside world ends. Every driver and gateway answers in these five words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

import attrs

from larabill_core.privacy import Secret

Facts: TypeAlias = Mapping[str, str]
"""Public facts about a resource or payment (address, login URL, state): never a secret."""


@attrs.frozen(kw_only=True)
class Done:
    """The provider has confirmed the effect.

    `ref` is the provider's own id of the thing; `facts` are public; `secrets` go to the vault.
    """

    ref: str | None = None
    facts: Facts = attrs.field(factory=dict)
    secrets: Mapping[str, Secret] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Pending:
    """The provider works on it; ask again with `handle`."""

    handle: str
    poll_after: timedelta | None = None


@attrs.frozen(kw_only=True)
class Failed:
    """Definitely nothing happened. `retryable` means that a new attempt may succeed."""

    reason: str
    retryable: bool = False
    retry_after: timedelta | None = None
    code: str = ""


@attrs.frozen(kw_only=True)
class Unknown:
    """Nobody knows (a timeout after sending, a 5xx, a cut answer). Never treated as a failure (I10)."""

    reason: str


@attrs.frozen(kw_only=True)
class Manual:
    """A person has to look: the system cannot find out by itself."""

    reason: str


Outcome: TypeAlias = Done | Pending | Failed | Unknown | Manual
