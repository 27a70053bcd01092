"""The hook by which a plugin announces its drivers (pluggy project `larabill`, entry-point group `larabill.drivers`).

A plugin is a module or object named by an entry point of that group; it implements the hook with `hookimpl`:

    from larabill_drivers.hookspecs import hookimpl

    @hookimpl
    def larabill_drivers():
        return DriverInfo(name="acme", type=DriverType.CLOUD, settings_class=AcmeSettings, target="acme.driver:Acme")

The hook only announces: the driver's own module is imported when an account of it is used for the first time.
"""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from larabill_core.contracts.provider import DriverInfo

PROJECT = "larabill"
GROUP = "larabill.drivers"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def larabill_drivers() -> DriverInfo | Sequence[DriverInfo]:  # type: ignore[empty-body]
    """The card of the plugin's driver, or the cards of all its drivers."""
