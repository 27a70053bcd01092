"""How the pretended Enhance panel shows its things: every field that the real one always gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from larabill_drivers.world import Thing
from larabill_drivers.world.http_api import Reply, Request

EPOCH = "2026-01-01T00:00:00Z"
GROUP = "5e0d8a3c-0000-4000-8000-0000000000f1"
PLANS = {1: "Small", 2: "Large", 3: "Reseller"}
_VENDOR = "5e0d8a3c-0000-4000-8000-000000000001"
_PHP = {"allowedPhpVersions": ["php82", "php83"], "defaultPhpVersion": "php83", "redisAllowed": False}


def login(id: str, email: str, name: str) -> dict[str, Any]:
    return {
        "id": id,
        "email": email,
        "name": name,
        "colorCode": "#000000",
        "registeredAt": EPOCH,
        "authMethod": "basic",
        "locale": "en",
    }


def member(id: str, login: str, email: str, roles: Sequence[str]) -> dict[str, Any]:
    return {
        "id": id,
        "loginId": login,
        "isActive": True,
        "email": email,
        "name": "Member",
        "roles": [*roles],
        "siteAccesses": [],
        "notifications": [],
        "joinedAt": "2026-01-01",
        "colorCode": "#000000",
    }


def plan(id: int, name: str, org: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "orgId": org,
        "resources": [],
        "allowances": [],
        "selections": [],
        "subscriptionsCount": 0,
        "createdAt": EPOCH,
        "planType": "shared",
        **_PHP,
    }


def subscription(
    id: int, org: str, plan_id: int, friendly_name: str, *, used: int, status: str = "active"
) -> dict[str, Any]:
    """`used`: how many of its one counted resource; the disk has no limit."""
    counted = "customers" if PLANS[plan_id] == "Reseller" else "websites"
    return {
        "id": id,
        "planId": plan_id,
        "planName": PLANS[plan_id],
        "subscriberId": org,
        "vendorId": _VENDOR,
        "status": status,
        "resources": [{"name": counted, "usage": used, "total": 10}, {"name": "diskspace", "usage": used * 2**20}],
        "allowances": [],
        "selections": [],
        "planType": "shared",
        "friendlyName": friendly_name,
        **_PHP,
    }


def website(thing: Thing) -> dict[str, Any]:
    body = thing.body
    domain = {
        "id": thing.id,
        "domain": body["domain"],
        "documentRoot": "public_html",
        "kind": "primary",
        "cloudflareStatus": "Disconnected",
    }
    return {
        "id": thing.id,
        "domain": domain,
        "aliases": [],
        "subdomains": [],
        "subscriptionId": body["subscriptionId"],
        "status": body["status"],
        "colorCode": "#000000",
        "size": 0,
        "orgId": body["org"],
        "kind": "normal",
        "createdAt": body["createdAt"],
    }


def given(**values: Any) -> dict[str, Any]:
    """The panel leaves out what it has not."""
    return {name: value for name, value in values.items() if value is not None}


def page(items: Iterable[Any], request: Request) -> Reply:
    every = list(items)
    offset, limit = int(request.first("offset", "0")), int(request.first("limit", "50"))
    return Reply(body={"items": every[offset : offset + limit], "total": len(every)})


def absent(what: str) -> Reply:
    return no(404, "not_found", what)


def no(status: int, code: str, detail: str, message: str = "") -> Reply:
    return Reply(status=status, body={"code": code, "detail": detail, **({"message": message} if message else {})})
