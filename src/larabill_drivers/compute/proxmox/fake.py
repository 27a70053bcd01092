"""A pretended Proxmox VE cluster of two nodes, with a memory: guests, their configuration, and tasks that take time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from larabill_drivers.compute.proxmox.fake_guests import ONCE, digest_of, ref_of, typed, word_for
from larabill_drivers.compute.proxmox.fake_tasks import USER, begin, settle
from larabill_drivers.world import Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

SECRET: Final = "0f6d2a1e-5b7c-4c1e-9d53-7a64b1c0e2aa"  # noqa: S105 - of the pretended cluster
TEMPLATE: Final = 9000
NODES: Final = ("pve1", "pve2")
GIB: Final = 1 << 30
CONTAINERS: Final = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
_WIDE: Final = {
    "name": "debian-12",
    "cores": 1,
    "memory": "1024",
    "tags": "golden",
    "ide2": "local-lvm:vm-9000-cloudinit,media=cdrom",
}


class FakeProxmox(FakeApi):
    """While a guest is made its id is taken, but it shows neither name nor tags. Nearly every refusal is a 500."""

    name = "proxmox"
    prefix = "/api2/json"
    routes: ClassVar[Mapping[str, str]] = {
        "GET /cluster/resources": "resources",
        "GET /cluster/nextid": "next_id",
        "GET /nodes/{node}/tasks/{upid}/status": "task",
        "GET /nodes/{node}/storage": "storages",
        "GET /nodes/{node}/storage/{storage}/content": "content",
        "POST /nodes/{node}/qemu/{vmid}/clone": "clone",
        "POST /nodes/{node}/lxc": "create_container",
        **{
            f"{method} /nodes/{{node}}/{kind}/{{vmid}}{path}": f"{handler}_{kind}"
            for kind in ("qemu", "lxc")
            for method, path, handler in (
                ("GET", "/config", "config"),
                ("PUT", "/config", "configure"),
                ("PUT", "/resize", "resize"),
                ("GET", "/status/current", "current"),
                ("POST", "/status/start", "start"),
                ("POST", "/status/stop", "stop"),
                ("POST", "/status/shutdown", "shutdown"),
                ("POST", "/status/reboot", "reboot"),
                ("DELETE", "", "destroy"),
            )
        },
    }

    environment: ClassVar[Mapping[str, str]] = {"PROXMOX_SECRET": SECRET}
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": {"provider_plan": "debian", "config": {"template": "9000", "memory": 1024, "disk": 10}},
        "large": {"provider_plan": "debian", "config": {"template": "9000", "memory": 4096, "disk": 40, "cores": 4}},
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {"base_url": base_url, "token_id": USER, "token_secret": {"env": "PROXMOX_SECRET"}}

    def __getattr__(self, handler: str) -> Callable[..., Reply]:
        """`config_qemu` is `_config` of a guest of that kind, which must be there."""
        found = re.fullmatch(
            r"(config|configure|resize|current|start|stop|shutdown|reboot|destroy)_(qemu|lxc)", handler
        )
        if found is None:
            raise AttributeError(handler)
        act, kind = getattr(self, f"_{found[1]}"), found[2]

        def handle(tx: WorldTx, request: Request, node: str, vmid: str) -> Reply:
            guest = tx.get(self.name, f"{kind}/{vmid}")
            if guest is None or guest.body["node"] != node:
                folder = "qemu-server" if kind == "qemu" else kind
                return _no(f"Configuration file 'nodes/{node}/{folder}/{vmid}.conf' does not exist")
            reply: Reply = act(tx, request, guest)
            return reply

        return handle

    def login(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") == f"PVEAPIToken={USER}={SECRET}":
            return None
        return _no("authentication failure", 401)

    def bad_request(self, faults: Sequence[str]) -> Reply:
        errors = {fault.partition(":")[0]: fault.partition(": ")[2] or fault for fault in faults}
        return _no("Parameter verification failed.", 400, errors)

    def no_such_path(self) -> Reply:
        return _no("Method 'GET /' not implemented", 501)

    def refusal(self) -> Reply:
        return self.bad_request(["net0: invalid format - format error"])

    def server_error(self, status: int) -> Reply:
        return _no("unexpected error", status)

    def standing(self) -> list[str]:
        return [guest.ref for guest in self.things("guest") if not guest.body["template"]]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return tx.things("guest", account=self.name, ref=ref)

    def _carry_out(self, tx: WorldTx, handler: Callable[..., Reply], request: Request, names: Any) -> Reply:
        if tx.get(self.name, f"qemu/{TEMPLATE}") is None:
            config = {**_WIDE, "scsi0": "local-lvm:base-9000-disk-0,size=2G", "template": 1}
            self._make(tx, "qemu", TEMPLATE, NODES[0], ref="", config=config, template=True)
        settle(tx, self.name, self.clock.now())
        return super()._carry_out(tx, handler, request, names)

    # The cluster

    def resources(self, tx: WorldTx, request: Request) -> Reply:
        wanted = request.first("type")
        lines: list[dict[str, Any]] = []
        if wanted in ("", "vm"):
            lines += [self._line(guest) for guest in tx.things("guest", account=self.name)]
        if wanted in ("", "node"):
            size = {"maxmem": 64 * GIB, "mem": 8 * GIB, "maxcpu": 16, "cpu": 0.1}
            lines += [{"id": f"node/{n}", "type": "node", "node": n, "status": "online", **size} for n in NODES]
        return Reply(body={"data": lines})

    def next_id(self, tx: WorldTx, request: Request) -> Reply:
        vmid = int(request.first("vmid"))
        if self._is_taken(tx, vmid):
            return _no("Parameter verification failed.", 400, {"vmid": f"VM {vmid} already exists"})
        return Reply(body={"data": vmid})

    def task(self, tx: WorldTx, request: Request, node: str, upid: str) -> Reply:
        task = tx.get(self.name, upid)
        if task is None or task.body["node"] != node:
            return _no(f"unable to parse worker upid '{upid}'")
        body, number = task.body, task.body["number"]
        begun = int(datetime.fromisoformat(body["begun_at"]).timestamp())
        shown = {"upid": upid, "node": node, "pid": number, "pstart": number * 7, "starttime": begun}
        end = {"exitstatus": body["exit"]} if body["exit"] else {}
        who = {"type": body["type"], "id": body["about"], "user": USER, "status": body["status"]}
        return Reply(body={"data": {**shown, **who, **end}})

    def storages(self, tx: WorldTx, request: Request, node: str) -> Reply:
        local = {"storage": "local", "type": "dir", "content": "vztmpl,iso", "active": 1, "enabled": 1}
        return Reply(body={"data": [local]})

    def content(self, tx: WorldTx, request: Request, node: str, storage: str) -> Reply:
        return Reply(body={"data": [{"volid": CONTAINERS, "format": "tzst", "size": 126_000_000}]})

    # Guests come

    def clone(self, tx: WorldTx, request: Request, node: str, vmid: str) -> Reply:
        source, asked = tx.get(self.name, f"qemu/{vmid}"), request.form
        if source is None or source.body["node"] != node:
            return _no(f"Configuration file 'nodes/{node}/qemu-server/{vmid}.conf' does not exist")
        if asked.get("full", "0") == "0" and "storage" in asked:
            return _no("parameter 'storage' not allowed for linked clones")
        newid = int(asked["newid"])
        if self._is_taken(tx, newid):
            return _no(f"unable to create VM {newid}: config file already exists")
        config = {key: value for key, value in source.body["config"].items() if key != "template"}
        config["scsi0"] = f"{asked.get('storage', 'local-lvm')}:vm-{newid}-disk-0,size=2G"
        config |= {"name": asked["name"], "description": asked.get("description", "")}
        target = asked.get("target", node)
        made = self._make(tx, "qemu", newid, target, ref=ref_of(asked["name"]), lock="clone")
        return Reply(body={"data": self._begin(tx, made, "qmclone", node=node, about=int(vmid), config=config)})

    def create_container(self, tx: WorldTx, request: Request, node: str) -> Reply:
        asked = request.form
        vmid = int(asked["vmid"])
        if self._is_taken(tx, vmid):
            return _no(f"CT {vmid} already exists on node '{node}'")
        storage, _, gib = asked["rootfs"].partition(":")
        config = {key: value for key, value in typed("lxc", asked).items() if key not in ONCE}
        config["rootfs"] = f"{storage}:subvol-{vmid}-disk-0,size={gib}G"
        made = self._make(tx, "lxc", vmid, node, ref=ref_of(asked.get("tags", "")), lock="create")
        start = asked.get("start") == "1"
        return Reply(body={"data": self._begin(tx, made, "vzcreate", config=config, start=start)})

    # Guests are

    def _config(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        lock = {"lock": guest.body["lock"]} if guest.body["lock"] else {}
        return Reply(body={"data": {**guest.body["config"], **lock, "digest": digest_of(guest)}})

    def _configure(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        asked = request.form
        if guest.body["lock"]:
            return _no(f"{word_for(guest)} is locked ({guest.body['lock']})")
        if asked.pop("digest", "") not in ("", digest_of(guest)):
            return _no("detected modified configuration - file changed by other user? Try again.")
        if "cipassword" in asked:
            asked["cipassword"] = "**********"
        tx.change(guest, config={**guest.body["config"], **typed(guest.body["kind"], asked)})
        return Reply(body={"data": None})

    def _resize(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        asked = request.form
        if guest.body["lock"]:
            return _no(f"{word_for(guest)} is locked ({guest.body['lock']})")
        if asked["disk"] not in guest.body["config"]:
            return self.bad_request([f"disk: disk '{asked['disk']}' does not exist"])
        return Reply(body={"data": self._begin(tx, guest, "resize", disk=asked["disk"], size=asked["size"])})

    def _current(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        return Reply(body={"data": {**self._usage(guest), "ha": {"managed": 0}}})

    def _start(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        if guest.body["kind"] == "lxc" and guest.body["started_at"]:
            return _no(f"CT {guest.body['vmid']} already running")
        return self._power(tx, guest, "start")

    def _stop(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        return self._power(tx, guest, "stop")

    def _shutdown(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        if not guest.body["started_at"]:
            return _no(f"{word_for(guest)} {guest.body['vmid']} not running")
        return self._power(tx, guest, "shutdown")

    def _reboot(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        if not guest.body["started_at"]:
            return _no(f"VM {guest.body['vmid']} not running")
        return self._power(tx, guest, "reboot")

    def _destroy(self, tx: WorldTx, request: Request, guest: Thing) -> Reply:
        if guest.body["config"].get("protection"):
            return _no(f"can't remove {word_for(guest)} {guest.body['vmid']} - protection mode enabled")
        if guest.body["started_at"]:
            return _no(f"VM {guest.body['vmid']} is running - destroy failed")
        return self._power(tx, guest, "destroy")

    def _power(self, tx: WorldTx, guest: Thing, what: str) -> Reply:
        prefix = "vz" if guest.body["kind"] == "lxc" else "qm"
        return Reply(body={"data": self._begin(tx, guest, prefix + what)})

    # How they are kept and shown

    def _make(self, tx: WorldTx, kind: str, vmid: int, node: str, *, ref: str, **more: Any) -> Thing:
        state = {"config": {}, "lock": "", "started_at": "", "template": False}
        body = {"status": "", "kind": kind, "vmid": vmid, "node": node, **state, **more}
        return tx.make("guest", account=self.name, ref=ref, body=body, id=f"{kind}/{vmid}")

    def _begin(self, tx: WorldTx, guest: Thing, type: str, **more: Any) -> str:
        return begin(tx, self.name, self.clock.now(), guest, type, **more)

    def _is_taken(self, tx: WorldTx, vmid: int) -> bool:
        return any(tx.get(self.name, f"{kind}/{vmid}") for kind in ("qemu", "lxc"))

    def _line(self, guest: Thing) -> dict[str, Any]:
        body, config = guest.body, guest.body["config"]
        shown = {"id": guest.id, "type": body["kind"], "node": body["node"], "template": int(body["template"])}
        name = config.get("hostname") or config.get("name")
        more = {"name": name, "tags": config.get("tags"), "lock": body["lock"]}
        memory = {"maxmem": int(config.get("memory", 0)) << 20}
        usage = {
            key: value for key, value in self._usage(guest).items() if key in ("status", "vmid", "uptime", "netin")
        }
        return {**shown, **usage, **memory, **{key: value for key, value in more.items() if value}}

    def _usage(self, guest: Thing) -> dict[str, Any]:
        started = guest.body["started_at"]
        up = max(int((self.clock.now() - datetime.fromisoformat(started)).total_seconds()), 0) if started else 0
        shown = {"vmid": guest.body["vmid"], "status": "running" if started else "stopped", "uptime": up}
        disk = {"disk": 700_000_000} if guest.body["kind"] == "lxc" else {"qmpstatus": shown["status"]}
        return {
            **shown,
            **disk,
            "cpu": 0.25 * bool(started),
            "mem": up and 200_000_000,
            "netin": up * 900,
            "netout": up * 70,
        }


def _no(message: str, status: int = 500, errors: Mapping[str, str] | None = None) -> Reply:
    return Reply(
        status=status, body={"data": None, "message": f"{message}\n", **({"errors": errors} if errors else {})}
    )
