"""Proxmox VE's description of its API as the `Schema` of its fake: what a request or an answer does not keep to.

The format is Proxmox's own (its API viewer's `apidoc.js`, the paths flattened): `optional: 1` is what need not be
there, `additionalProperties: 0` refuses all that is not named, `net[n]` stands for net0, net1 …, booleans are 0 and 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

import attrs

from larabill_core.errors import InvalidInput
from larabill_drivers.world.http_api import Reply, Request

FORM = "application/x-www-form-urlencoded"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_+.-]*"
_FORMATS = {
    "pve-vmid": r"[1-9][0-9]{2,8}",
    "pve-node": _NAME,
    "dns-name": rf"{_NAME}(?:\.{_NAME})*",
    "pve-storage-id": r"[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9]",
    "pve-poolid": r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,2}",
    "pve-tag-list": rf"(?:{_TAG})?(?:[;, ]{_TAG})*",
    "pve-configid-list": r"[A-Za-z][\w-]+(?:[;, ][A-Za-z][\w-]+)*",
    "urlencoded": r"[A-Za-z0-9._~%-]*",
    "pve-qm-ipconfig": r"(?:(?:ip|ip6|gw|gw6)=[0-9A-Za-z.:/]+)(?:,(?:ip|ip6|gw|gw6)=[0-9A-Za-z.:/]+)*",
}
"""Of the formats those that we send; the others are not looked into."""


class PveSchema:
    """The document in `path`. `prefix` is what stands before its paths in a request."""

    def __init__(self, path: Path, *, prefix: str = "/api2/json") -> None:
        paths: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["paths"]
        self._methods = [
            _Method.read(method, prefix + place, spec) for place, item in paths.items() for method, spec in item.items()
        ]

    def request_faults(self, request: Request) -> list[str]:
        """Of path, method and parameters, wherever they stand."""
        method, given = self._find(request)
        if method is None:
            return [f"{request.method} {request.path} is not described"]
        try:
            given = {**given, **_parameters(request)}
        except InvalidInput as problem:
            return [str(problem)]
        return [*_object_faults(method.spec.get("parameters", {}), given, is_text=True)]

    def reply_faults(self, request: Request, reply: Reply) -> list[str]:
        """Of the envelope, and of `data` where the call has gone well."""
        method, _ = self._find(request)
        if method is None:
            return []
        if not isinstance(reply.body, dict) or "data" not in reply.body:
            return ["the answer is not in the envelope data"]
        if reply.status != 200:
            words = reply.body.get("message")
            return [] if reply.body["data"] is None and isinstance(words, str) else ["a refusal without its message"]
        return [*_faults(method.spec.get("returns", {"type": "null"}), reply.body["data"], "data", is_text=False)]

    def _find(self, request: Request) -> tuple[_Method | None, dict[str, str]]:
        for method in self._methods:
            found = method.pattern.fullmatch(request.path) if method.method == request.method else None
            if found:
                return method, {name: unquote(value) for name, value in found.groupdict().items()}
        return None, {}


@attrs.frozen
class _Method:
    method: str
    pattern: re.Pattern[str]
    spec: Mapping[str, Any]

    @classmethod
    def read(cls, method: str, path: str, spec: Mapping[str, Any]) -> _Method:
        parts = re.split(r"\{(\w+)\}", path)
        text = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        return cls(method, re.compile(text), spec)


def _parameters(request: Request) -> dict[str, str]:
    """In the query of GET and DELETE, in a form's body otherwise. Raises `InvalidInput`."""
    if request.method in ("GET", "DELETE"):
        if request.body.strip():
            raise InvalidInput.one("body", "is not for GET and DELETE")
        pairs = [(name, value) for name, values in request.query.items() for value in values]
    else:
        if request.query:
            raise InvalidInput.one("query", "is not for POST and PUT")
        kind = request.headers.get("content-type", "").partition(";")[0]
        if request.body and kind != FORM:
            raise InvalidInput.one("body", f"is {kind}, and no form")
        split = [pair.partition("=") for pair in request.body.decode().split("&") if pair]
        pairs = [(unquote_plus(name), unquote_plus(value)) for name, _, value in split]
    if len(dict(pairs)) != len(pairs):
        raise InvalidInput.one("parameters", "are given twice")
    return dict(pairs)


def _object_faults(
    schema: Mapping[str, Any], given: Mapping[str, Any], *, is_text: bool, where: str = ""
) -> Iterator[str]:
    """`is_text`: all values are text, as parameters are."""
    known: Mapping[str, Any] = schema.get("properties", {})
    for name, value in given.items():
        found = known.get(name) or known.get(re.sub(r"[0-9]+$", "[n]", name))
        if found is None:
            if schema.get("additionalProperties", 0 if is_text else 1) == 0:
                yield f"{where}{name}: property is not defined in schema"
            continue
        yield from _faults(found, value, f"{where}{name}", is_text=is_text)
        if found.get("requires") and found["requires"] not in given:
            yield f"{where}{name}: missing property {found['requires']}"
    for name, found in known.items():
        if not found.get("optional") and name not in given and "[n]" not in name:
            yield f"{where}{name}: property is missing and it is not optional"


def _faults(schema: Mapping[str, Any], value: Any, where: str, *, is_text: bool) -> Iterator[str]:
    kind = schema.get("type", "string")
    typed = _typed(kind, value) if is_text else value
    if not _is_a(kind, typed):
        yield f"{where}: is no {kind}"
        return
    if kind in ("integer", "number"):
        if typed < schema.get("minimum", typed) or typed > schema.get("maximum", typed):
            yield f"{where}: is out of bounds"
    elif kind == "string":
        yield from _text_faults(schema, typed, where)
    elif kind == "array":
        for index, each in enumerate(typed):
            yield from _faults(schema.get("items", {"type": "any"}), each, f"{where}[{index}]", is_text=is_text)
    elif kind == "object":
        yield from _object_faults(schema, typed, is_text=is_text, where=f"{where}.")


def _text_faults(schema: Mapping[str, Any], value: str, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: is not one of {schema['enum'][:5]}"
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where}: is too short or too long"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"{where}: does not match its pattern"
    wanted = schema.get("format")
    if isinstance(wanted, dict):
        yield from _property_faults(wanted, value, where)
    elif wanted in _FORMATS and not re.fullmatch(_FORMATS[wanted], value):
        yield f"{where}: is no {wanted}"


def _property_faults(schema: Mapping[str, Any], text: str, where: str) -> Iterator[str]:
    """A property string: `virtio,bridge=vmbr0`, where one property may go without its name."""
    short = next((name for name, each in schema.items() if each.get("default_key")), "")
    given: dict[str, str] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign:
            name, value = short, part
        each = schema.get(name, {})
        if "keyAlias" in each:  # virtio=MAC is model=virtio,macaddr=MAC
            given[each["keyAlias"]] = name
        given[each.get("alias", name)] = value
    wanted = {name: each for name, each in schema.items() if "alias" not in each}
    yield from _object_faults({"properties": wanted, "additionalProperties": 0}, given, is_text=True, where=f"{where}.")


def _typed(kind: str, value: Any) -> Any:
    """A parameter's text as its type; as it is when it is none such."""
    if kind == "boolean" and value in ("0", "1"):
        return int(value)
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", value):
        return json.loads(value)
    return value


def _is_a(kind: str, value: Any) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return value in (0, 1) and isinstance(value, int)
        case "integer":
            return isinstance(value, int)
        case "number":
            return isinstance(value, int | float)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True
