"""A `fakepve` in a process of its own, on a loopback port: it says where it listens, and goes on until it is ended."""

from __future__ import annotations

import asyncio
import json
import sys

from fakepve import FakePve
from fakepve.certs import make_cert

TOKEN_ID, SECRET = "larabill@pve!billing", "5a0c4c0e-3b52-4f7e-8d0d-2f6f6b1f9a11"
TEMPLATE = {
    "name": "debian-12",
    "template": 1,
    "memory": "1024",
    "scsi0": "local-lvm:base-9000-disk-0,size=2G",
    "ide2": "local-lvm:vm-9000-cloudinit,media=cdrom",
    "net0": "virtio=BC:24:11:00:00:01,bridge=vmbr0",
}
RIGHTS = (
    *("VM.Audit", "VM.Clone", "VM.Allocate", "VM.PowerMgmt", "VM.Config.Disk", "VM.Config.CPU", "VM.Config.Memory"),
    *("VM.Config.Network", "VM.Config.Options", "VM.Config.Cloudinit"),
    "VM.Config.HWType",
)
"""What the driver's page says that a token needs for /vms; the last one only fakepve wants, for cloud-init."""


async def serve(folder: str) -> None:
    pve = FakePve(host="127.0.0.1", port=0)
    pve.time_scale = 0.001
    pve.apitokens[TOKEN_ID] = SECRET
    pve.grant(TOKEN_ID, "/vms", *RIGHTS)
    pve.grant(TOKEN_ID, "/storage", "Datastore.AllocateSpace", "Datastore.Audit")
    pve.grant(TOKEN_ID, "/sdn", "SDN.Use")
    pve.storages["local-lvm"]["volumes"] = {
        "base-9000-disk-0": {"content": "images", "format": "raw", "size": 2 << 30, "vmid": 9000}
    }
    pve.add_vm(9000, "debian-12", config=TEMPLATE, template=True)
    certificate, key, _ = make_cert(folder, hosts=("127.0.0.1",))
    await pve.start(certificate, key)
    print(json.dumps({"base_url": pve.url, "ca_file": certificate}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
