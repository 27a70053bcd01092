"""The work of a pretended Proxmox cluster: it takes its time, and has its effect when that is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from larabill_drivers.world import Thing, WorldTx

USER: Final = "larabill@pve!billing"
LASTS: Final = {
    "qmclone": timedelta(seconds=20),
    "vzcreate": timedelta(seconds=15),
    "resize": timedelta(seconds=2),
    "qmstart": timedelta(seconds=3),
    "vzstart": timedelta(seconds=3),
    "qmshutdown": timedelta(seconds=10),
    "vzshutdown": timedelta(seconds=10),
    "qmstop": timedelta(seconds=1),
    "vzstop": timedelta(seconds=1),
    "qmreboot": timedelta(seconds=12),
    "vzreboot": timedelta(seconds=12),
    "qmdestroy": timedelta(seconds=4),
    "vzdestroy": timedelta(seconds=4),
}


def begin(
    tx: WorldTx, account: str, now: datetime, guest: Thing, type: str, *, node: str = "", about: int = 0, **more: Any
) -> str:
    """A task's id. It is filed under the id `about`, which for a clone is its source's."""
    number = tx.next_number("task", first=4096)
    node, about = node or guest.body["node"], about or guest.body["vmid"]
    upid = f"UPID:{node}:{number:08X}:{number * 7:08X}:{int(now.timestamp()):08X}:{type}:{about}:{USER}:"
    body = {
        "status": "running",
        "type": type,
        "node": node,
        "about": str(about),
        "guest": guest.id,
        "number": number,
        "begun_at": now.isoformat(),
        "ends_at": (now + LASTS[type]).isoformat(),
        "exit": "",
        **more,
    }
    tx.make("task", account=account, body=body, id=upid)
    return upid


def settle(tx: WorldTx, account: str, now: datetime) -> None:
    """What is due by now has its effect, in its order."""
    due = [task for task in tx.things("task", account=account) if task.status == "running"]
    for task in sorted(due, key=lambda task: (task.body["ends_at"], task.body["number"])):
        if datetime.fromisoformat(task.body["ends_at"]) <= now:
            guest = tx.get(account, task.body["guest"])
            exit = _EFFECTS[task.body["type"]](tx, guest, task.body) if guest else "Configuration file does not exist"
            tx.change(task, status="stopped", exit=exit)


def _made(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    """A clone or container, whose configuration is there from now on."""
    tx.change(guest, config=task["config"], lock="")
    return _started(tx, tx.get(guest.account, guest.id) or guest, task) if task.get("start") else "OK"


def _started(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    body = guest.body
    if body["lock"]:
        return f"VM is locked ({body['lock']})"
    if body["started_at"]:
        return f"VM {body['vmid']} already running"
    if body["config"].get("net0", "").endswith("bridge=none"):
        return "bridge 'none' does not exist"
    tx.change(guest, started_at=task["ends_at"])
    return "OK"


def _stopped(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    tx.change(guest, started_at="")
    return "OK"


def _rebooted(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    tx.change(guest, started_at=task["ends_at"])
    return "OK"


def _resized(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    disk, size, config = task["disk"], task["size"], guest.body["config"]
    volume = config[disk].partition(",size=")[0]
    tx.change(guest, config={**config, disk: f"{volume},size={size}"})
    return "OK"


def _destroyed(tx: WorldTx, guest: Thing, task: Mapping[str, Any]) -> str:
    if guest.body["lock"]:
        return f"VM is locked ({guest.body['lock']})"
    tx.remove(guest)
    return "OK"


_EFFECTS: Final[Mapping[str, Callable[[WorldTx, Thing, Mapping[str, Any]], str]]] = {
    "qmclone": _made,
    "vzcreate": _made,
    "resize": _resized,
    "qmstart": _started,
    "vzstart": _started,
    "qmshutdown": _stopped,
    "vzshutdown": _stopped,
    "qmstop": _stopped,
    "vzstop": _stopped,
    "qmreboot": _rebooted,
    "vzreboot": _rebooted,
    "qmdestroy": _destroyed,
    "vzdestroy": _destroyed,
}
