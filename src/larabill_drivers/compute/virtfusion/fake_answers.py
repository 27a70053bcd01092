"""What the pretended VirtFusion offers, and how it shows what it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from larabill_drivers.world.http_api import Reply

WHEN = "2026-01-01T00:00:00+00:00"
DEBIAN, UBUNTU, BROKEN, FLAKY = 8, 46, 13, 14
"""Templates. No build of `BROKEN` works out, and of `FLAKY` not the first."""
TEMPLATES = (DEBIAN, UBUNTU, BROKEN, FLAKY)
COMMISSIONED = {"allocated": 0, "queued": 1, "failed": 2, "complete": 3}
FLAGS = (
    ("cpu", "cpuCores", "cpuCores"),
    ("memory", "memory", "memory"),
    ("primaryDiskSize", "storage", "primaryStorage"),
    ("primaryNetworkTraffic", "traffic", "traffic"),
)
"""Of a change of package: flag, size of the server, size of the package."""


def _package(id: int, name: str, memory: int, cores: int, storage: int, *, enabled: bool = True) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "description": None,
        "enabled": enabled,
        "memory": memory,
        "cpuCores": cores,
        "primaryStorage": storage,
        "traffic": 1000,
        "primaryNetworkSpeedIn": 12_500,
        "primaryNetworkSpeedOut": 12_500,
        "primaryStorageProfile": 0,
        "created": WHEN,
    }


PACKAGES: Mapping[int, dict[str, Any]] = {
    1: _package(1, "small", 2048, 1, 20),
    2: _package(2, "large", 8192, 4, 80),
    3: _package(3, "old", 512, 1, 10, enabled=False),
}


def _room(most: int, allocated: int, units: str = "#") -> dict[str, Any]:
    return {"units": units, "max": most, "allocated": allocated, "free": most - allocated, "percent": 1}


def _hypervisor(id: int, memory: int, *, prohibit: bool = False) -> dict[str, Any]:
    return {
        "hypervisor": {
            "id": id,
            "name": f"kvm{id}",
            "enabled": True,
            "prohibit": prohibit,
            "accept": False,
            "commissioned": True,
        },
        "resources": {
            "servers": _room(0, 23),
            "memory": _room(memory, 16_384, "MB"),
            "cpuCores": _room(0, 62),
            "localStorage": {**_room(1500, 70, "GB"), "enabled": 1, "name": "Local", "storageType": 1},
            "otherStorage": [{**_room(100, 90, "GB"), "id": id, "enabled": 1, "name": "NVMe", "storageType": 2}],
            "network": {"total": {"ipv4": {"free": 96}}},
        },
    }


GROUPS: Mapping[int, list[dict[str, Any]]] = {
    1: [_hypervisor(1, 65_536), _hypervisor(2, 32_768), _hypervisor(3, 65_536, prohibit=True)],
    2: [],
}
TEMPLATE_GROUPS = Reply(
    body={
        "data": [
            {
                "id": 1,
                "name": "Linux",
                "description": "",
                "templates": [
                    {"id": DEBIAN, "name": "Debian", "version": "12 (Bookworm)", "variant": "Minimal", "type": "linux"},
                    {"id": UBUNTU, "name": "Ubuntu", "version": "24.04", "variant": "", "type": "linux"},
                ],
            }
        ]
    }
)


def _month(month: int, start: str, end: str, rx: int, tx: int) -> dict[str, Any]:
    return {
        "month": month,
        "start": start,
        "end": end,
        "rx": rx,
        "tx": tx,
        "total": rx + tx,
        "limit": 1000,
        "blocks": [],
    }


TRAFFIC = Reply(
    body={
        "data": {
            "monthly": [
                _month(2, "2026-01-06 00:00:00", "2026-02-05 23:59:59", 1_847_110_337, 1_270_421),
                _month(1, "2025-12-06 00:00:00", "2026-01-05 23:59:59", 5_650_592_916, 42_336_801),
            ]
        }
    }
)


def server(body: Mapping[str, Any], *, remote: bool = False, password: str = "") -> dict[str, Any]:
    """As GET shows it; what is not set yet is left out."""
    state = body["state"]
    one = {
        "id": body["number"],
        "ownerId": body["user"],
        "hypervisorId": 7,  # of the hypervisor, and not of the group that was asked for
        "name": body["name"],
        "commissionStatus": COMMISSIONED[state],
        "uuid": body["uuid"],
        "state": state,
        "suspended": body["suspended"],
        "protected": False,
        "buildFailed": state == "failed",
        "created": WHEN,
        "updated": WHEN,
        "settings": {
            "resources": body["sizes"],
            "encryptedPassword": "eyJpdiI6ImZha2UifQ",
            **({"decryptedPassword": password} if password else {}),
        },
        "network": {"interfaces": [_interface(body)]},
        "tasks": {"active": body["job"] is not None, "actions": {"pending": []}},
        "remoteState": {"state": body["power"]} if remote else False,
    }
    return {**one, **({"hostname": body["hostname"], "built": WHEN} if body["hostname"] else {})}


def _interface(body: Mapping[str, Any]) -> dict[str, Any]:
    number = body["number"]
    return {
        "id": number,
        "name": "eth0",
        "ipv4": [{"id": each, "address": f"192.0.2.{number + each}"} for each in range(body["ipv4"])],
        "ipv6": [{"id": 1, "subnet": f"2001:db8:{number:x}::", "cidr": 64}],
    }


def own_line(body: Mapping[str, Any]) -> dict[str, Any]:
    """As the list of one user's servers shows it."""
    full = server(body)
    names = ("id", "ownerId", "hypervisorId", "name", "commissionStatus", "uuid", "state", "suspended", "buildFailed")
    return {name: full[name] for name in names}


def line(body: Mapping[str, Any]) -> dict[str, Any]:
    """As the list of all servers shows it."""
    return {
        "id": body["number"],
        "uuid": body["uuid"],
        "name": body["name"],
        "commissioned": COMMISSIONED[body["state"]],
        "owner": body["user"],
        "hypervisorId": 7,
        "suspended": body["suspended"],
        "protected": False,
        "created": WHEN,
        "updated": WHEN,
    }


def user(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": body["number"],
        "admin": False,
        "selfService": 0,
        "name": body["name"],
        "email": body["email"],
        "timezone": "UTC",
        "suspended": False,
    }


def job(body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """`finished` is left out until it is."""
    finished = {"finished": body["until"]} if now >= datetime.fromisoformat(body["until"]) else {}
    shown = {"id": body["number"], "action": body["does"], "failed": bool(body.get("failed")), "started": WHEN}
    return {**shown, "progress": 100 if finished else 50, **finished}


def tokens(number: int) -> dict[str, Any]:
    first, second = f"first{number:060d}", f"second{number:060d}"
    return {
        "tokens": {"1": first, "2": second},
        "endpoint": "/token_authenticate",
        "endpoint_complete": f"/token_authenticate/?1={first}&2={second}",
        "expiry": {"ttl": 60, "expires": WHEN},
    }


def page(lines: Sequence[Any], number: int, size: int) -> Reply:
    """Laravel's paginator: its fields stand beside the data."""
    last = max(1, -(-len(lines) // size))
    return Reply(
        body={
            "current_page": number,
            "data": [*lines[(number - 1) * size : number * size]],
            "last_page": last,
            "per_page": size,
            "total": len(lines),
        }
    )


def absent(words: str = "server not found") -> Reply:
    return Reply(status=404, body={"msg": words})


def refused(*words: str) -> Reply:
    """As newer endpoints say it."""
    return Reply(status=422, body={"errors": [*words]})


def refused_fields(**fields: str) -> Reply:
    """As a form's faults are told."""
    return Reply(status=422, body={"errors": {name: [words] for name, words in fields.items()}})
