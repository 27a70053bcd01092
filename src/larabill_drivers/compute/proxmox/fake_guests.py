"""How the guests of a pretended Proxmox cluster are shown."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from larabill_drivers.world import Thing

ONCE: Final = ("vmid", "ostemplate", "password", "ssh-public-keys", "rootfs", "pool", "start")
"""What a container is made with and its configuration does not show."""


def typed(kind: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """A configuration as it is shown: a VM's memory is text, a container's is a number."""
    numbers = ("onboot", "cores", "sockets", "cpulimit", "unprivileged", *(("memory", "swap") if kind == "lxc" else ()))
    return {name: int(value) if name in numbers else value for name, value in asked.items()}


def ref_of(text: str) -> str:
    found = re.search(r"lb-[0-9a-f]{32}", text)
    return found[0] if found else ""


def word_for(guest: Thing) -> str:
    return "CT" if guest.body["kind"] == "lxc" else "VM"


def digest_of(guest: Thing) -> str:
    return hashlib.sha1(json.dumps(guest.body["config"], sort_keys=True).encode(), usedforsecurity=False).hexdigest()
