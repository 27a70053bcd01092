"""Does a driver's object fit what it claims? Looked at when it is built, and not in the middle of a call."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from larabill_core.contracts.provider import CAPABILITIES, DriverInfo, DriverType, Provider, capabilities

_NEEDED = {DriverType.GATEWAY: ("payments", "webhooks"), DriverType.SERVICE: tuple(CAPABILITIES)}
_PROVISIONS = ("provision",)


def misfits(driver: object, info: DriverInfo, account: str) -> Iterator[str]:
    """What is wrong with `driver`, one sentence each."""
    if not isinstance(driver, Provider):
        missing = [name for name in ("name", "account", "dedupes", "ref_for") if not hasattr(driver, name)]
        yield f"it lacks {', '.join(missing)}"
        return
    if driver.name != info.name or driver.account != account:
        yield f"it calls itself {driver.name}/{driver.account}, and not {info.name}/{account}"
    dedupes: object = driver.dedupes
    if not isinstance(dedupes, bool):
        yield "dedupes is neither true nor false"
    has = capabilities(driver)
    if info.type is not DriverType.SERVICE and not has.intersection(_NEEDED.get(info.type, _PROVISIONS)):
        yield f"a {info.type} driver needs one of: {', '.join(_NEEDED.get(info.type, _PROVISIONS))}"
    for name, protocol in CAPABILITIES.items():
        wanted = {key: value for key, value in vars(protocol).items() if inspect.isfunction(value) and key[0] != "_"}
        there = [key for key in wanted if hasattr(driver, key)]
        if there and len(there) < len(wanted):
            yield f"{name} is half there: it lacks {', '.join(key for key in wanted if key not in there)}"
        for key in there:
            yield from _signature_fault(driver, key, len(inspect.signature(wanted[key]).parameters) - 1)


def _signature_fault(driver: object, method: str, arguments: int) -> Iterator[str]:
    bound = getattr(driver, method)
    if not callable(bound):
        yield f"{method} cannot be called"
        return
    try:
        inspect.signature(bound).bind(*range(arguments))
    except TypeError:
        yield f"{method} must take {arguments} argument{'' if arguments == 1 else 's'}"
