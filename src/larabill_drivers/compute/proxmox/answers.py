"""What of Proxmox's answers is read, and what its words mean: it says nearly everything by status 500.

The wordings are those of its sources (pve-guest-common, qemu-server, pve-container).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

import attrs
import msgspec

from larabill_core.contracts.provisioner import RemoteStatus
from larabill_drivers.http import Answer

Node: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")]
Vmid: TypeAlias = Annotated[int, msgspec.Meta(ge=100, le=999_999_999)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=8192)]
Bytes: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]

SUSPENDED: Final = "lb-suspended"
"""The tag of what we have stopped because it is not paid for."""
UPID: Final = re.compile(
    r"UPID:(?P<node>[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}"
    r":[A-Za-z0-9_-]{1,32}:[A-Za-z0-9._-]{0,64}:[A-Za-z0-9._-]{1,64}@[A-Za-z0-9._-]{1,32}(![A-Za-z0-9._-]{1,64})?:"
)
_REF: Final = re.compile(r"lb-[0-9a-f]{32}")
_SIZE: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)([KMGT]?)")
_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

_LOCKED: Final = re.compile(
    r"(VM|CT) is locked|can't lock file .* got timeout|cfs-lock .* (error|timeout)"
    r"|detected modified configuration|checksum mismatch|no quorum",
    re.DOTALL,
)
"""Nothing has happened, and later it may."""
_DECIDED: Final = re.compile(
    r"does not exist|already exists|already running|not running|is running - destroy failed|container is running"
    r"|protection mode enabled|used in HA resources|shrink|already at specified size|can't clone|not implemented"
    r"|Linked clone feature is not supported|no such task|unable to parse worker upid"
)
"""Said before anything is begun."""
_ABSENT: Final = re.compile(r"Configuration file '[^']*' does not exist")
_NO_TASK: Final = re.compile(r"no such task|unable to parse worker upid")
_SECRET_FIELDS: Final = ("password", "cipassword", "sshkeys", "ssh-public-keys")


class Resource(msgspec.Struct, kw_only=True):
    """A line of /cluster/resources. Tags and locks are of this moment, name and status some seconds old."""

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    vmid: Vmid | None = None
    node: Node | None = None
    name: Text = ""
    tags: Text = ""
    status: Text = ""
    template: int = 0
    lock: Text = ""
    maxmem: Bytes = 0


class Resources(msgspec.Struct):
    data: list[Resource]


class GuestConfig(msgspec.Struct):
    """All keys of a guest's configuration; which there are depends on its devices."""

    data: dict[str, Any]


class Current(msgspec.Struct, kw_only=True):
    """How a guest is now. `cpu` is a fraction of its cores, the counters begin anew with every start."""

    status: Literal["running", "stopped"]
    qmpstatus: Text = ""
    cpu: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0.0
    mem: Bytes = 0
    disk: Bytes = 0
    netin: Bytes = 0
    netout: Bytes = 0
    uptime: Bytes = 0

    @property
    def runs(self) -> bool:
        return self.status == "running"


class CurrentAnswer(msgspec.Struct):
    data: Current


class Task(msgspec.Struct):
    status: Literal["running", "stopped"]
    exitstatus: Text = ""


class TaskAnswer(msgspec.Struct):
    data: Task


class TaskStarted(msgspec.Struct):
    data: Annotated[str, msgspec.Meta(max_length=300)]


class Nothing(msgspec.Struct):
    data: None


class FreeId(msgspec.Struct):
    data: int | Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{2,8}$")]


class Volume(msgspec.Struct):
    volid: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][\w.-]{1,99}:vztmpl/[\w.+-]{1,150}$")]


class Volumes(msgspec.Struct):
    data: list[Volume]


class Storage(msgspec.Struct):
    storage: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$")]


class Storages(msgspec.Struct):
    data: list[Storage]


@attrs.frozen
class Ending:
    """How a task ended: `ok`, `failed` with its words, or `lost` when nobody remembers it."""

    how: Literal["ok", "failed", "lost"]
    words: str = ""

    @property
    def may_go_later(self) -> bool:
        return self.how == "lost" or bool(_LOCKED.search(self.words))


@attrs.frozen(kw_only=True)
class Guest:
    """A guest's configuration as we read it. Raises `ValueError` for what is none."""

    kind: str
    vmid: int
    node: str
    tags: frozenset[str]
    name: str
    lock: str
    digest: str
    description: str
    user: str
    disks: dict[str, int]
    has_cloud_init: bool

    @classmethod
    def read(cls, kind: str, vmid: int, node: str, config: dict[str, Any]) -> Guest:
        def text(key: str) -> str:
            value = config.get(key, "")
            if not isinstance(value, str) or len(value) > 20_000:
                raise ValueError(f"{key} is no text")
            return value

        drives = {key: value for key, value in config.items() if isinstance(value, str)}
        disks = {key: size_of(value) for key, value in drives.items() if "media=cdrom" not in value and ":" in value}
        return cls(
            kind=kind,
            vmid=vmid,
            node=node,
            tags=tags_of(text("tags")),
            name=text("hostname" if kind == "lxc" else "name"),
            lock=text("lock"),
            digest=text("digest"),
            description=text("description"),
            user="root" if kind == "lxc" else text("ciuser"),
            disks={key: size for key, size in disks.items() if size},
            has_cloud_init=any(re.match(r"[^,]*cloudinit", value) for value in drives.values()),
        )

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.vmid}"

    @property
    def path(self) -> str:
        return f"/nodes/{self.node}/{self.kind}/{self.vmid}"

    def is_whole(self, ref: str) -> bool:
        """Built to its end for `ref`."""
        return ref in self.tags

    def is_begun(self, ref: str) -> bool:
        """Begun for `ref`, and not built to its end. A name counts where no tag of ours does: people choose names."""
        if any(_REF.fullmatch(tag.removeprefix("new-")) for tag in self.tags):
            return not self.is_whole(ref) and begun(ref) in self.tags
        return self.name == ref


def begun(ref: str) -> str:
    """The tag of what is being built for `ref`."""
    return f"new-{ref}"


def tags_of(text: str) -> frozenset[str]:
    """As Proxmox splits them."""
    return frozenset(filter(None, re.split(r"[;,\s]+", text)))


def ref_in(resource: Resource) -> tuple[str, bool] | None:
    """Our ref that a line of the list carries, and whether it is built to its end."""
    tags = tags_of(resource.tags)
    for tag in sorted(tags):
        if _REF.fullmatch(tag):
            return tag, True
    for tag in (*sorted(tag.removeprefix("new-") for tag in tags if tag.startswith("new-")), resource.name):
        if _REF.fullmatch(tag):
            return tag, False
    return None


def remote_status(tags: frozenset[str], runs: bool) -> RemoteStatus:
    """A guest that its customer has switched off is as active as one that runs."""
    return RemoteStatus.SUSPENDED if SUSPENDED in tags and not runs else RemoteStatus.ACTIVE


def size_of(drive: str) -> int:
    """The bytes of `…,size=20G`; 0 when it does not say."""
    for part in drive.split(",")[1:]:
        found = _SIZE.fullmatch(part.removeprefix("size=")) if part.startswith("size=") else None
        if found:
            whole, _, rest = found[1].partition(".")
            return (int(whole) * 1000 + int(rest.ljust(3, "0") or 0)) * _UNITS[found[2]] // 1000
    return 0


def words_of(answer: Answer) -> str:
    """Proxmox's own words: `message` and `errors`; older versions say it in the status line only.

    Raises `InvalidInput`, `ValueError` for a page of somebody else's.
    """
    body = answer.json()
    if body.get("data") is not None:
        raise ValueError("no refusal")
    message, errors = body.get("message"), body.get("errors")
    said = [message.strip() if isinstance(message, str) and message.strip() else answer.phrase]
    if isinstance(errors, dict):
        said += [
            f"{field}: {'refused' if field in _SECRET_FIELDS else text}" for field, text in sorted(errors.items())[:5]
        ]
    if not said[0]:
        raise ValueError("no words")
    return " ".join(said)


def is_locked(words: str) -> bool:
    return bool(_LOCKED.search(words))


def is_decided(words: str) -> bool:
    return bool(_DECIDED.search(words)) or is_locked(words)


def is_absent(words: str) -> bool:
    """There is no such guest on this node."""
    return bool(_ABSENT.search(words))


def is_no_task(words: str) -> bool:
    return bool(_NO_TASK.search(words))


def is_taken(words: str, vmid: int) -> bool:
    """The id belongs to a guest; not to be mixed up with a disk of that number that is in the way."""
    return bool(
        re.search(
            rf"\b(VM|CT) {vmid} already exists|unable to create (VM|CT) {vmid}\b.*already exists", words, re.DOTALL
        )
    )
