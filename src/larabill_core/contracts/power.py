"""Switching a machine on and off, where the provider lets us."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ResourceRequest

POWER = "power"
"""The fact in which `power_state` answers: "on" or "off"."""


@runtime_checkable
class Power(Protocol):
    """The rules of `larabill_core.contracts.provisioner` hold: "already on" and "already off" are `Done`.

    A restart that is repeated with the same `key` should be one restart, where the provider can tell.
    """

    def start(self, request: ResourceRequest) -> Outcome: ...

    def stop(self, request: ResourceRequest) -> Outcome:
        """Off, gently where the provider can."""
        ...

    def restart(self, request: ResourceRequest) -> Outcome: ...

    def power_state(self, request: ResourceRequest) -> Outcome:
        """`Done` with the fact `power`; changes nothing."""
        ...
