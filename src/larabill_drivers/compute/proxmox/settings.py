"""How an account at a Proxmox VE cluster, a plan of it and a customer's wishes are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

import attrs

from larabill_core.errors import Faults
from larabill_core.privacy import Secret

FIRST_ID, LAST_ID = 100, 999_999_999
"""What ids Proxmox VE has (`pve-vmid` of its schema)."""
MOST_KEYS, LONGEST_KEYS = 20, 3_000
"""SSH keys of a customer: how many, and of how many characters together."""

TOKEN_ID: Final = re.compile(r"[^\s:/!@]{1,64}@[A-Za-z][\w.-]{1,31}![A-Za-z][\w.-]{1,63}", re.ASCII)
NODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
DISK: Final = re.compile(r"(?:scsi|virtio|sata)[0-9]{1,2}")
STORAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,98}[A-Za-z0-9]")
SSH_KEY: Final = re.compile(
    r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)"
    r" [A-Za-z0-9+/]{16,2000}={0,3}(?: [\w.@:+-]{1,100})?",
    re.ASCII,
)


@attrs.frozen(kw_only=True)
class ProxmoxSettings:
    """`base_url` is a node's address (`https://HOST:8006`), `token_id` is `USER@REALM!NAME`.

    `ca_file` holds the authority that signed the node's certificate, where that is the cluster's own. `regions` gives
    for each region of ours the names of its nodes. From `first_id` to `last_id` are the ids that we give away: nobody
    else should take ids of that range. `pool` is joined by all that we make. `shutdown_timeout` is how long a guest may
    take to shut down before it is switched off. `destroy_unreferenced_disks`: with a guest also disks of its id go that
    its configuration does not name; not where clusters share a storage.
    """

    base_url: str
    token_id: str
    token_secret: Secret
    ca_file: Path | None = None
    regions: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    first_id: int = 100_000
    last_id: int = 999_999
    pool: str = ""
    shutdown_timeout: timedelta = timedelta(minutes=1)
    destroy_unreferenced_disks: bool = False

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not TOKEN_ID.fullmatch(self.token_id):
            faults.add("token_id", "must be USER@REALM!NAME", value=self.token_id)
        if not FIRST_ID <= self.first_id <= self.last_id <= LAST_ID:
            faults.add("first_id", f"must be {FIRST_ID} or more, and no more than last_id ({LAST_ID} at most)")
        for region, nodes in self.regions.items():
            if not nodes or not all(NODE.fullmatch(node) for node in nodes):
                faults.add(f"regions.{region}", "must be names of nodes", value=nodes)
        if self.pool and not re.fullmatch(r"[A-Za-z0-9._/-]{1,100}", self.pool):
            faults.add("pool", "must be the name of a pool", value=self.pool)
        if not timedelta(0) < self.shutdown_timeout <= timedelta(hours=1):
            faults.add("shutdown_timeout", "must be more than nothing and an hour at most")
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class ProxmoxConfig:
    """What a plan is: `memory` and `swap` (containers) in MiB, `disk` in GiB, `cpu_limit` in cores (0: no limit).

    `template` is the id of a VM template (`kind` qemu) or the volume of a container template (`kind` lxc, such as
    `local:vztmpl/debian-12.tar.zst`); `images` gives others that a customer may choose, by their names for customers.
    `full` copies the template's disks (to `storage`, "" where they are); without, the clone is a linked one. Containers
    need `storage`. `disk_device` is the disk of the template that has the plan's size. `network` is what Proxmox takes
    as net0, `ip` as ipconfig0 (for containers it belongs into `network`); "" leaves the template's. `spread` puts a
    clone on the node of the region with the most memory free, which takes shared storage; without, it stays on the
    template's.
    """

    template: str
    memory: int
    disk: int
    kind: Literal["qemu", "lxc"] = "qemu"
    images: Mapping[str, str] = attrs.field(factory=dict)
    cores: int = 1
    cpu_limit: int = 0
    swap: int = 0
    full: bool = False
    storage: str = ""
    disk_device: str = "scsi0"
    network: str = ""
    ip: str = ""
    nameserver: str = ""
    user: str = ""
    onboot: bool = True
    unprivileged: bool = True
    spread: bool = False

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name, least, most in (
            ("memory", 16, 64 << 20),
            ("disk", 1, 1 << 20),
            ("cores", 1, 8192),
            ("cpu_limit", 0, 128),
            ("swap", 0, 64 << 20),
        ):
            if not least <= getattr(self, name) <= most:
                faults.add(name, f"must be from {least} to {most}", value=getattr(self, name))
        for path, template in (("template", self.template), *((f"images.{k}", v) for k, v in self.images.items())):
            if not _is_template(self.kind, template):
                wanted = "the id of a VM" if self.kind == "qemu" else "a volume such as local:vztmpl/debian-12.tar.zst"
                faults.add(path, f"must be {wanted}", value=template)
        if not DISK.fullmatch(self.disk_device):
            faults.add("disk_device", "must be a disk such as scsi0", value=self.disk_device)
        if self.storage and not STORAGE.fullmatch(self.storage):
            faults.add("storage", "must be the name of a storage", value=self.storage)
        if self.kind == "lxc" and not self.storage:
            faults.add("storage", "is needed for containers")
        if self.kind == "qemu" and self.storage and not self.full:
            faults.add("storage", "is only for full clones: a linked one lies where its template does")
        if self.user and not USER.fullmatch(self.user):
            faults.add("user", "must be a user's name", value=self.user)
        for name in ("network", "ip", "nameserver"):
            if not re.fullmatch(r"[ -~]{0,400}", getattr(self, name)):
                faults.add(name, "must be printable ASCII", value=getattr(self, name))
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class ProxmoxSpec:
    """What a customer may choose: a host name, one of the plan's `images`, SSH keys, and more of what the plan has."""

    hostname: str = ""
    image: str = ""
    ssh_keys: tuple[str, ...] = ()
    cores: int = 0
    memory: int = 0
    disk: int = 0

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("cores", "memory", "disk"):
            if not 0 <= getattr(self, name) <= 1 << 20:
                faults.add(name, "must be 0 or more", value=getattr(self, name))
        if self.hostname and (not HOST_NAME.fullmatch(self.hostname) or self.hostname.startswith("lb-")):
            remedy = "small letters, digits, - and ., and not lb- at its beginning, which is ours"
            faults.add("hostname", "must be a host name", value=self.hostname, remedy=remedy)
        for index, key in enumerate(self.ssh_keys):
            if not SSH_KEY.fullmatch(key):
                faults.add(f"ssh_keys.{index}", "must be one public key of OpenSSH, without options")
        if len(self.ssh_keys) > MOST_KEYS or sum(map(len, self.ssh_keys)) > LONGEST_KEYS:
            faults.add("ssh_keys", f"must be {MOST_KEYS} at most, of {LONGEST_KEYS} characters together")
        faults.raise_if_any()


def _is_template(kind: str, template: str) -> bool:
    if kind == "qemu":
        return bool(re.fullmatch(r"[1-9][0-9]{2,8}", template))
    return bool(re.fullmatch(r"[A-Za-z][\w.-]{1,99}:vztmpl/[\w.+-]{1,150}", template, re.ASCII))
