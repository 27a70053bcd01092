"""Our operations in the host's own OpenAPI document, and so on its `/docs` page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from larabill_core.errors import ConfigurationError, Faults

if TYPE_CHECKING:
    from larabill_fastapi.router import LarabillRouter

PREFIX = "Larabill"
"""Before the names of our components: the host may well have a `Money` or an `Order` of its own."""


def larabill_openapi(app: FastAPI, router: LarabillRouter) -> None:
    """From now on `app.openapi()` shows our paths and components too; components and operations bear our prefix.

    `app.openapi()` raises `ConfigurationError` when the host has a route of its own at one of our paths.
    """
    host, ours = app.openapi, _prefixed(router.document)

    def merged() -> dict[str, Any]:
        return _merged(host(), ours)

    app.openapi = merged  # type: ignore[method-assign]


def _merged(host: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    faults = Faults()
    paths = host.get("paths", {})
    for path in sorted(set(paths) & set(ours["paths"])):
        faults.add(path, "is a route of the application and of LaraBill", remedy="give larabill_router another prefix")
    components = dict(host.get("components", {}))
    for section, content in ours["components"].items():
        known = components.get(section, {})
        for name in sorted(set(known) & set(content)):
            faults.add(f"components.{section}.{name}", "is a name that LaraBill uses", remedy="rename yours")
        components[section] = {**known, **content}
    faults.raise_if_any(ConfigurationError)
    return {**host, "paths": {**paths, **ours["paths"]}, "components": components}


def _prefixed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its own names told apart from the host's."""
    paths = {
        path: {method: _operation(operation) for method, operation in methods.items()}
        for path, methods in _renamed(document["paths"]).items()
    }
    components = {
        section: {PREFIX + name: _renamed(content) for name, content in named.items()}
        for section, named in document["components"].items()
    }
    return {"paths": paths, "components": components}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    changed = {**operation, "operationId": f"{PREFIX.lower()}_{operation['operationId']}"}
    if "security" in operation:
        changed["security"] = [
            {PREFIX + name: scopes for name, scopes in each.items()} for each in operation["security"]
        ]
    return changed


def _renamed(node: Any) -> Any:
    """Every reference, wherever it stands (`$ref`, and the mapping of a discriminator)."""
    if isinstance(node, dict):
        return {key: _renamed(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_renamed(value) for value in node]
    if isinstance(node, str) and node.startswith("#/components/"):
        start, _, name = node.rpartition("/")
        return f"{start}/{PREFIX}{name}"
    return node
