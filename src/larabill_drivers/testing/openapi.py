"""A provider's OpenAPI document as the `Schema` of its fake: what a request or an answer does not keep to.

Stricter than most providers: a parameter or field that is not described is a fault, also where the provider would
ignore it. Needs `openapi-schema-validator`, which comes with LaraBill's development dependencies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import attrs
from openapi_schema_validator import OAS30Validator, OAS31Validator

from larabill_drivers.world.http_api import Reply, Request

METHODS = ("get", "put", "post", "delete", "patch")
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Which OpenAPI says are no parameters (3.1, "Parameter Object")."""


class OpenApi:
    """The document in `path`. `prefix` is what stands before its paths in a request.

    `booleans` is how true and false are written in paths, queries and forms, which OpenAPI does not say.
    """

    def __init__(self, path: Path, *, prefix: str = "", booleans: tuple[str, str] = ("true", "false")) -> None:
        self._document: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        self._booleans = {booleans[0]: True, booleans[1]: False}
        schemes = self._document.get("components", {}).get("securitySchemes", {}).values()
        self._keys = {each["name"] for each in schemes if (each.get("type"), each.get("in")) == ("apiKey", "query")}
        self._validator = OAS31Validator if self._document["openapi"].startswith("3.1") else OAS30Validator
        self._operations = [*self._read(prefix)]

    def request_faults(self, request: Request) -> list[str]:
        """Of path, method, parameters and body."""
        operation, names = self._find(request)
        if operation is None:
            return [f"{request.method} {request.path} is not described"]
        return [*self._parameter_faults(operation, request, names), *self._body_faults(operation, request)]

    def reply_faults(self, request: Request, reply: Reply) -> list[str]:
        """Of the status, and of the body where it is described."""
        operation, _ = self._find(request)
        if operation is None:
            return []
        responses = operation.spec["responses"]
        described = (
            responses.get(str(reply.status)) or responses.get(f"{reply.status // 100}XX") or responses.get("default")
        )
        if described is None:
            return [f"status {reply.status} is not described"]
        content = self._resolved(described).get("content", {}).get("application/json")
        if content is None or reply.body is None:
            return []
        return self._faults(content.get("schema", {}), reply.body, "answer")

    def _parameter_faults(self, operation: _Operation, request: Request, names: Mapping[str, str]) -> Iterator[str]:
        known = {(each["in"], each["name"]): each for each in operation.parameters}
        given: dict[tuple[str, str], Any] = {("path", name): value for name, value in names.items()}
        for name, values in request.query.items():
            plain = name.removesuffix("[]")
            parameter = known.get(("query", name)) or known.get(("query", plain))
            is_list = parameter is not None and parameter.get("schema", {}).get("type") == "array"
            given["query", name if ("query", name) in known else plain] = [*values] if is_list else values[-1]
        for place, name in known:
            if place == "header" and name.lower() in request.headers and name.lower() not in IGNORED_HEADERS:
                given[place, name] = request.headers[name.lower()]
        for (place, name), value in given.items():
            if place == "query" and name in self._keys:
                continue
            if (place, name) not in known:
                yield f"{place} parameter {name} is not described"
                continue
            schema = known[place, name].get("schema", {})
            typed = _typed(value, self._resolved(schema), self._booleans)
            yield from self._faults(schema, typed, f"{place} parameter {name}")
        for (place, name), parameter in known.items():
            there = (place, name) in given or (place == "header" and name.lower() in request.headers)
            if parameter.get("required") and place != "cookie" and not there:
                yield f"{place} parameter {name} is missing"

    def _body_faults(self, operation: _Operation, request: Request) -> list[str]:
        described = self._resolved(operation.spec.get("requestBody", {}))
        if not request.body.strip():
            return ["the body is missing"] if described.get("required") else []
        if not described:
            return ["a body is not described"]
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        content = described["content"].get(kind)
        if content is None:
            return [f"the media type {kind} is not described"]
        schema = content.get("schema", {})
        if kind == "application/x-www-form-urlencoded":
            properties = self._resolved(schema).get("properties", {})
            body: Any = {
                name: _typed(value, self._resolved(properties.get(name, {})), self._booleans)
                for name, value in request.form.items()
            }
        else:
            body = json.loads(request.body)
        return self._faults(schema, body, "body")

    def _faults(self, schema: Mapping[str, Any], value: Any, where: str) -> list[str]:
        rooted = {**schema, "components": self._document.get("components", {})}
        return [
            f"{where}{''.join(f'[{part!r}]' for part in fault.absolute_path)}: {fault.message[:200]}"
            for fault in self._validator(rooted).iter_errors(value)
        ]

    def _find(self, request: Request) -> tuple[_Operation | None, Mapping[str, str]]:
        best: tuple[_Operation | None, Mapping[str, str]] = None, {}
        for operation in self._operations:
            found = operation.pattern.fullmatch(request.path) if operation.method == request.method else None
            if found and (best[0] is None or len(found.groups()) < len(best[1])):
                values = [unquote(value) for value in found.groups()]
                best = operation, dict(zip(operation.names, values, strict=True))
        return best

    def _read(self, prefix: str) -> Iterator[_Operation]:
        for path, item in self._document["paths"].items():
            for method in METHODS:
                if method in item:
                    parts = re.split(r"\{([^}]+)\}", prefix + path)
                    pattern = "".join("([^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
                    parameters = [
                        self._resolved(each)
                        for each in (*item.get("parameters", ()), *item[method].get("parameters", ()))
                    ]
                    yield _Operation(
                        method=method.upper(),
                        pattern=re.compile(pattern),
                        names=tuple(parts[1::2]),
                        spec=item[method],
                        parameters=tuple(parameters),
                    )

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


@attrs.frozen(kw_only=True)
class _Operation:
    method: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    spec: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]


def _typed(value: Any, schema: Mapping[str, Any], booleans: Mapping[str, bool]) -> Any:
    """The text of a path, query or form as the type that is described; as it is when it is none such."""
    kind = schema.get("type")
    if isinstance(value, list):
        return value
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", value):
        return json.loads(value)
    if kind == "boolean" and value in booleans:
        return booleans[value]
    return value
