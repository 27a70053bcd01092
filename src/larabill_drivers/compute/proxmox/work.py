"""The handle of work at Proxmox: which step it is, of which guest, and the id of its task."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, get_args
from urllib.parse import quote, unquote

import attrs

from larabill_drivers.compute.proxmox.answers import UPID

Step: TypeAlias = Literal[
    "clone", "grow", "boot", "undo", "suspend", "resume", "resize", "stop", "destroy", "on", "off", "restart"
]
_FORM = re.compile(
    rf"({'|'.join(get_args(Step))}) (qemu|lxc)/([1-9][0-9]{{2,8}}) (-|[a-z]{{1,6}}[0-9]{{0,2}}:[1-9][0-9]{{0,8}})"
    rf" (-|{UPID.pattern}) ([A-Za-z0-9%._~/-]{{0,180}})"
)


@attrs.frozen(kw_only=True)
class Work:
    """`upid` is empty where the task's id was lost; `device` and `gib` are the disk that is to grow; `words` is why
    a guest is taken back."""

    step: Step
    kind: Literal["qemu", "lxc"]
    vmid: int
    upid: str = ""
    device: str = ""
    gib: int = 0
    words: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.vmid}"

    @property
    def handle(self) -> str:
        """At most 500 characters (`LONGEST_HANDLE`)."""
        disk = f"{self.device}:{self.gib}" if self.device else "-"
        words = re.sub(r"%[0-9A-F]?$", "", quote(self.words)[:180])
        return f"{self.step} {self.id} {disk} {self.upid or '-'} {words}"


def parse_handle(handle: str) -> Work | None:
    """None for what is no handle of ours."""
    found = _FORM.fullmatch(handle)
    if found is None:
        return None
    step, kind, vmid, disk, upid = found.group(1, 2, 3, 4, 5)
    device, _, gib = disk.partition(":") if disk != "-" else ("", "", "0")
    return Work(
        step=step,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        vmid=int(vmid),
        upid="" if upid == "-" else upid,
        device=device,
        gib=int(gib),
        words=unquote(found[found.re.groups]),
    )
