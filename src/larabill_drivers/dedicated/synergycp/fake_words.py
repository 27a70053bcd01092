"""How the pretended SynergyCP panel says things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from larabill_drivers.world import Thing
from larabill_drivers.world.http_api import Reply, Request


def access_row(access: Thing) -> dict[str, Any]:
    shown = {name: access.body[name] for name in ("is_active", "is_primary")}
    return {"id": access.body["number"], "suspension_reason": access.body["reason"], **shown}


def named(names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"id": n, "name": name, "billing_id": id or None} for n, (id, name) in enumerate(names.items(), 1)]


def page(items: Sequence[Any], request: Request) -> Reply:
    per_page, number = int(request.first("per_page", "20")), int(request.first("page", "1"))
    data = {
        "data": [*items[(number - 1) * per_page : number * per_page]],
        "current_page": number,
        "last_page": max(1, -(-len(items) // per_page)),
        "total": len(items),
        "per_page": per_page,
    }
    return yes(data)


def yes(data: Any) -> Reply:
    return Reply(body={"error": False, "messages": [], "data": data})


def no(text: str, status: int = 400, data: Any = None) -> Reply:
    return Reply(status=status, body={"error": True, "messages": [{"text": text, "category": "danger"}], "data": data})


def ignored() -> Reply:
    return no("Automatic changes are ignored for this client.", 200, {"ignored": True})
