"""The OpenAPI 3.1 document of the table: the same for every host."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version as version_of
from typing import Any, Final

import msgspec

from larabill_core.http import idempotency
from larabill_core.http.endpoint import JSON, KIND_PREFIX, Document, Endpoint
from larabill_core.http.problems import MEDIA_TYPE, Problem
from larabill_core.http.table import Table

_REF: Final = "#/components/schemas/{name}"
_HEADERS: Final = {
    "X-Request-Id": {"schema": {"type": "string"}, "description": "What the log is searched for"},
}


def openapi(table: Table, *, version: str, prefix: str = "") -> dict[str, Any]:
    """The document. `prefix` is where the host mounts the endpoints."""
    endpoints = sorted(table, key=lambda endpoint: (endpoint.path, endpoint.method))
    types = list(_types(endpoints))
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, schema_of, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LaraBill",
            "version": version,
            "description": "Orders, invoices, payments and services. Amounts are text, instants RFC 3339.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "host": {"type": "http", "scheme": "bearer", "description": "Or however the host logs people in"}
            },
        },
    }


@lru_cache(maxsize=16)
def served(table: Table, prefix: str) -> bytes:
    """What a host answers with. Kept, since anybody may ask for it and it takes a while to make."""
    return msgspec.json.encode(openapi(table, version=version_of("larabill"), prefix=prefix))


def _types(endpoints: Iterable[Endpoint]) -> Iterable[type[Any]]:
    seen = {Problem}
    for endpoint in endpoints:
        seen |= {kind for kind in (endpoint.body, endpoint.answer, endpoint.query) if kind not in (None, Document)}
    return sorted(seen, key=lambda kind: kind.__name__)


def _operation(endpoint: Endpoint, schema_of: dict[type[Any], Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1]],
        "parameters": [*_path(endpoint), *_query(endpoint, components), *_headers(endpoint)],
        "responses": _responses(endpoint, schema_of),
    }
    if endpoint.scope != "public":
        operation["security"] = [{"host": []}]
        operation["x-ability"] = endpoint.ability
        operation["x-scope"] = endpoint.scope
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[endpoint.body]}}}
    elif endpoint.raw:
        operation["requestBody"] = {"required": True, "content": {"*/*": {"schema": {}}}}
    return operation


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    for name in endpoint.parameters:
        prefix = KIND_PREFIX.get(name)
        pattern = f"^{prefix}_[0-9a-f]{{32}}$" if prefix else "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
        found.append({"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}})
    return found


def _query(endpoint: Endpoint, components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[endpoint.query.__name__]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _parameter(of)}
        for name, of in schema.get("properties", {}).items()
    ]


def _parameter(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not, and never null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default") or value is not None}
    if len(choices) == 1:
        return {**choices[0], **{key: value for key, value in rest.items() if key != "anyOf"}}
    return rest


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    if endpoint.needs_key:
        schema = {"type": "string", "pattern": idempotency.PATTERN}
        found.append({"name": idempotency.HEADER, "in": "header", "required": True, "schema": schema})
    if endpoint.versioned:
        schema = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": schema, "example": '"1"'})
    return found


def _responses(endpoint: Endpoint, schema_of: dict[type[Any], Any]) -> dict[str, Any]:
    if endpoint.answer is None:
        good: dict[str, Any] = {"description": "Done", "headers": _HEADERS}
        found = {"204": good}
    else:
        media = "*/*" if endpoint.answer is Document else JSON
        schema = {} if endpoint.answer is Document else schema_of[endpoint.answer]
        good = {"description": endpoint.summary, "headers": _HEADERS, "content": {media: {"schema": schema}}}
        found = {str(endpoint.status): good}
    for status in sorted(statuses(endpoint)):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema_of[Problem]}},
        }
    return found


def statuses(endpoint: Endpoint) -> set[int]:
    """Every status of 400 and above that the endpoint may answer."""
    found = {400, 413, 422, 429, 503, *endpoint.errors}
    if endpoint.scope != "public":
        found |= {401, 403}
    if endpoint.parameters or endpoint.scope in ("own", "seller"):
        found.add(404)
    if endpoint.changes:
        found.add(409)
    if endpoint.body is not None:
        found.add(415)
    if endpoint.versioned:
        found |= {412, 428}
    return found
