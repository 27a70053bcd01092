"""The endpoints of all modules that are on, checked when they are put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from larabill_core.errors import ConfigurationError, Faults
from larabill_core.http.endpoint import Endpoint
from larabill_core.module import Module


class Table:
    """By path and method. Raises `ConfigurationError` with all faults: no ability, a path or id used twice, …"""

    def __init__(self, modules: Sequence[Module]) -> None:
        faults = Faults()
        known = {ability for module in modules for ability in module.abilities}
        self._paths: dict[str, dict[str, Endpoint]] = {}
        ids: set[str] = set()
        for endpoint in (endpoint for module in modules for endpoint in module.endpoints):
            with faults.at("endpoints", endpoint.id):
                _check(endpoint, known, faults)
                methods = self._paths.setdefault(endpoint.path, {})
                if endpoint.id in ids or endpoint.method in methods:
                    faults.add("", "stands in the table already", remedy="choose another id or path")
                methods[endpoint.method] = endpoint
                ids.add(endpoint.id)
        faults.raise_if_any(ConfigurationError)

    def __iter__(self) -> Iterator[Endpoint]:
        return (endpoint for methods in self._paths.values() for endpoint in methods.values())

    @property
    def paths(self) -> Sequence[str]:
        """Each path once, those without parameters first, so that a host that takes the first match finds them."""
        return sorted(self._paths, key=lambda path: ([part.startswith("{") for part in path.split("/")], path))

    @property
    def sections(self) -> Mapping[str, Sequence[str]]:
        """The paths by their first part, for a host that tries one route after the other: most it passes over at once.

        A path that has but one part is its own section's first.
        """
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.split("/")[1], []).append(path)
        return found

    def methods(self, path: str) -> Mapping[str, Endpoint]:
        """The endpoints of one path, by method."""
        return self._paths[path]


def _check(endpoint: Endpoint, known: set[str], faults: Faults) -> None:
    public = endpoint.scope == "public"
    if public == bool(endpoint.ability):
        faults.add("ability", "is missing" if not public else "is never asked for: the endpoint is public")
    elif not public and endpoint.ability not in known:
        faults.add("ability", "is not registered", value=endpoint.ability, remedy="add it to the module")
    for name in ("query", "body"):
        kind: Any = getattr(endpoint, name)
        if kind is not None and not (issubclass(kind, msgspec.Struct) and kind.__struct_config__.forbid_unknown_fields):
            faults.add(name, "must be a Struct that forbids unknown fields")
    if endpoint.method == "GET" and endpoint.body is not None:
        faults.add("body", "cannot belong to a GET")
    if endpoint.guessed and endpoint.guessed not in getattr(endpoint.body, "__struct_fields__", ()):
        faults.add("guessed", "is no field of the body", value=endpoint.guessed)
    if endpoint.scope == "public" and not (endpoint.raw or endpoint.method == "GET"):
        faults.add("raw", "must be set: what is public is verified over the raw body")
