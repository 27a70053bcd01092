"""What the pretended WHM server shows of an account, its traffic and a package."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from larabill_drivers.world import Thing

PACKAGES = ("acme_large", "acme_small", "default")
PER_SECOND = 1000
"""Bytes of traffic of every account."""


def shown(account: Thing) -> dict[str, Any]:
    """A row of `accountsummary` and `listaccts`."""
    body, made_at = account.body, datetime.fromisoformat(account.body["made_at"])
    return {
        "user": account.ref,
        "domain": body["domain"],
        "email": body["email"],
        "owner": body["owner"],
        "plan": body["plan"],
        "ip": "192.0.2.10",
        "ipv6": [],
        "suspended": int(body["status"] == "suspended"),
        "suspendreason": body["reason"],
        "is_locked": int(body["locked"]),
        "diskused": "14M",
        "disklimit": "unlimited",
        "inodesused": 90,
        "startdate": made_at.strftime("%y %b %d %H:%M"),
        "unix_startdate": int(made_at.timestamp()),
        "theme": "jupiter",
        "partition": "home",
        "shell": "/usr/local/cpanel/bin/noshell",
        "temporary": 0,
        "uid": "1001",
    }


def traffic_row(account: Thing, now: datetime) -> dict[str, Any]:
    """Of the month in which `now` is."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    seconds = int((now - max(month, datetime.fromisoformat(account.body["made_at"]))).total_seconds())
    return {
        "user": account.ref,
        "maindomain": account.body["domain"],
        "owner": account.body["owner"],
        "deleted": 0,
        "limit": "unlimited",
        "reseller": 0,
        "totalbytes": seconds * PER_SECOND,
    }


def package_row(name: str) -> dict[str, Any]:
    """A row of `listpkgs`."""
    return {"name": name, "QUOTA": "10240", "BWLIMIT": "unlimited", "MAXPOP": "unlimited", "CPMOD": "jupiter"}
