"""The settings `LARABILL_…` of an application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from larabill_core.errors import ConfigurationError, Faults
from larabill_core.manifest import read_manifest

CONFIG: Final = "LARABILL_CONFIG"
"""The path of the manifest, or its tables as a dict."""
URL_PREFIX: Final = "LARABILL_URL_PREFIX"
"""Where the endpoints are mounted; "/billing" unless it is set."""
_KNOWN: Final = (CONFIG, URL_PREFIX)


def manifest_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest's data. Raises `ConfigurationError` where it is missing or cannot be read."""
    given = config.get(CONFIG)
    if given is None:
        raise ConfigurationError.one(
            CONFIG, "is missing", remedy="the path of a larabill.toml, or its tables as a dict"
        )
    return dict(given) if isinstance(given, Mapping) else read_manifest(Path(given))


def prefix_of(config: Mapping[str, Any]) -> str:
    """Where the endpoints are mounted. Raises `ConfigurationError` with all faults, also of names that are unknown."""
    faults = Faults()
    for key in config:
        if key.startswith("LARABILL_") and key not in _KNOWN:
            faults.add(key, "is not a known setting", remedy=f"known are: {', '.join(_KNOWN)}")
    prefix = config.get(URL_PREFIX, "/billing")
    if not isinstance(prefix, str) or not prefix.startswith("/") or prefix.endswith("/"):
        faults.add(
            URL_PREFIX, "must begin with a slash and not end with one", value=prefix, remedy='such as "/billing"'
        )
    faults.raise_if_any(ConfigurationError)
    return str(prefix)
