"""Settings and specs as JSON Schema: what an administrator's form can be drawn from, and an editor can check."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from larabill_core.privacy import Secret

SECRET: dict[str, Any] = {
    "oneOf": [
        {"type": "object", "properties": {name: {"type": "string"}}, "required": [name], "additionalProperties": False}
        for name in ("env", "file")
    ]
}
"""A secret is never written itself, but named: `{"env": "NAME"}` or `{"file": "path"}`."""
DURATION = "^[0-9]+[smhdw]$"


def json_schema(cls: type[Any]) -> dict[str, Any]:
    """What `structure` takes for the attrs class `cls`, but for the checks that the class makes itself (2020-12)."""
    schema: dict[str, Any] = _as_written(msgspec.json.schema(cls, schema_hook=_hook))
    return schema


def _as_written(part: Any) -> Any:
    """Durations as the manifest has them ("90s", "1d"), and no keys that are not known."""
    if isinstance(part, list):
        return [_as_written(each) for each in part]
    if not isinstance(part, dict):
        return part
    part = {name: _as_written(each) for name, each in part.items()}
    if part.get("format") == "duration":
        default = {"default": _text(part["default"])} if "default" in part else {}
        return {"type": "string", "pattern": DURATION, **default}
    return {**part, "additionalProperties": False} if part.get("type") == "object" and "properties" in part else part


def _text(iso: str) -> str:
    seconds = int(msgspec.convert(iso, timedelta).total_seconds())
    return f"{seconds}s"


def _hook(kind: type[Any]) -> dict[str, Any]:
    if kind is Secret:
        return SECRET
    if kind is Path:
        return {"type": "string"}
    raise TypeError(f"no JSON Schema for {kind.__name__}")
