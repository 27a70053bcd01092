"""How a guest is built: an id is taken, the template cloned, the clone configured, grown and started; step by step,
each begun by whoever sees that the one before is done. What a guest has become is read from the guest itself.

    clone ─▶ configure ─▶ grow ─▶ boot ─▶ its tag says that it is whole
      │          └──────────┴───────┴── refused: undo, which removes what was never in anybody's hands
      └ a container is made, configured and started by one call
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import attrs

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import ProvisionRequest
from larabill_drivers.asking import Ended
from larabill_drivers.compute.proxmox.answers import Ending, Guest, Resource, begun, ref_in
from larabill_drivers.compute.proxmox.cluster import BUSY, Cluster
from larabill_drivers.compute.proxmox.order import Order, container, params_of
from larabill_drivers.compute.proxmox.sealed import seal, unseal
from larabill_drivers.compute.proxmox.settings import ProxmoxSettings
from larabill_drivers.compute.proxmox.work import Work
from larabill_drivers.http import Answer

GIB: Final = 1 << 30
MOST_IDS: Final = 20
"""Ids that are tried in one go, when others are as quick as we are."""


class Builder:
    """Builds guests of one cluster."""

    def __init__(self, cluster: Cluster, settings: ProxmoxSettings, clock: Clock) -> None:
        self._cluster = cluster
        self._settings = settings
        self._clock = clock

    def build(self, order: Order, request: ProvisionRequest) -> Outcome:
        """Go on with what was begun for this ref, or begin. Raises `Ended`."""
        lines = self._cluster.guests()
        mine = [line for line in lines if (ref_in(line) or ("",))[0] == order.ref]
        if len(mine) > 1:
            return Manual(reason=f"several guests carry this ref: {', '.join(f'{x.type}/{x.vmid}' for x in mine)}")
        noted = request.progress.get("vmid")
        vmid = int(mine[0].vmid or 0) if mine else noted if isinstance(noted, int) else 0
        kind = mine[0].type if mine else order.config.kind
        guest = self._cluster.guest(kind, vmid) if vmid else None
        if guest is None:
            return self._begin(order, request, lines, vmid)
        if guest.lock or guest.is_whole(order.ref) or guest.is_begun(order.ref):
            return self.go_on(guest, self._work(order, kind, vmid), None, order)
        return self._begin(order, request, lines, 0)  # somebody else has taken the id that we noted

    def _work(self, order: Order, kind: str, vmid: int, upid: str = "") -> Work:
        device = order.config.disk_device if kind == "qemu" else "rootfs"
        step = "clone" if kind == "qemu" else "boot"
        return Work(step=step, kind=kind, vmid=vmid, upid=upid, device=device, gib=order.gib)  # type: ignore[arg-type]

    # Beginning

    def _begin(self, order: Order, request: ProvisionRequest, lines: list[Resource], noted: int) -> Outcome:
        """Send for it. The id is noted before, so that it can be seen later whether it was taken by us."""
        where = self._place(order, lines)
        ids = self._ids(order.ref, {int(line.vmid or 0) for line in lines})
        for _ in range(MOST_IDS):
            vmid = noted or next(ids, 0)
            if not vmid:
                break
            request.save_progress({"vmid": vmid})
            answer = self._send(order, vmid, where)
            if not self._cluster.is_taken(answer, vmid):
                upid = self._cluster.started(answer)
                return Pending(handle=self._work(order, order.config.kind, vmid, upid).handle)
            if noted:  # sent for before: it may be ours
                return Unknown(reason=f"{vmid} is taken by now: to be seen by whom")
        return Failed(reason="no id from first_id to last_id is free", retryable=True, retry_after=BUSY, code="no_id")

    def _ids(self, ref: str, taken: set[int]) -> Iterator[int]:
        """Free ones, each ref's beginning elsewhere: two creates seldom try the same."""
        first, count = self._settings.first_id, self._settings.last_id - self._settings.first_id + 1
        start = int.from_bytes(hashlib.sha256(ref.encode()).digest()[:8], "big")
        return (id for place in range(count) if (id := first + (start + place) % count) not in taken)

    def _send(self, order: Order, vmid: int, where: _Where) -> Answer:
        pool = self._settings.pool
        if order.config.kind == "lxc":
            return self._cluster.api.request("POST", f"/nodes/{where.node}/lxc", form=container(order, vmid, pool))
        secret = self._settings.token_secret
        params = params_of(
            newid=vmid,
            name=order.ref,
            full=order.config.full,
            storage=order.config.storage,
            target=where.target,
            pool=pool,
            description=seal(order.params(), order.ref, secret, self._clock.now()),
        )
        return self._cluster.api.request("POST", f"/nodes/{where.node}/qemu/{order.template}/clone", form=params)

    def _place(self, order: Order, lines: list[Resource]) -> _Where:
        """The node to ask, and the one that it shall stand on. Raises `Ended`."""
        nodes = self._settings.regions.get(order.region, ())
        if order.config.kind == "lxc":
            return _Where(self._freest(nodes))
        wanted = int(order.template)
        template = next((line for line in lines if line.vmid == wanted and line.template and line.type == "qemu"), None)
        if template is None or template.node is None:
            reason = f"there is no template {wanted}, or the token may not see it"
            raise Ended(Failed(reason=reason, code="bad_plan"))
        self._check_template(order, wanted, template.node)
        if order.config.spread:
            target = self._freest(nodes)
            return _Where(template.node, "" if target == template.node else target)
        if nodes and template.node not in nodes:
            reason = f"template {wanted} stands on {template.node}, which is not of region {order.region}"
            raise Ended(Failed(reason=reason, code="bad_plan"))
        return _Where(template.node)

    def _check_template(self, order: Order, vmid: int, node: str) -> None:
        """What could only fail later is said before anything is made."""
        template = self._cluster.guest_at("qemu", vmid, node)
        if template is None:
            raise Ended(Unknown(reason=f"template {vmid} has just left its node"))
        size = template.disks.get(order.config.disk_device, 0)
        if not size or size > order.gib * GIB:
            reason = (
                f"disk {order.config.disk_device} of template {vmid} has {size} bytes: there must be one, no larger"
            )
            raise Ended(Failed(reason=f"{reason} than {order.gib} GiB", code="bad_plan"))
        if not template.has_cloud_init:
            raise Ended(Failed(reason=f"template {vmid} has no cloud-init drive", code="bad_plan"))

    def _freest(self, nodes: tuple[str, ...]) -> str:
        """The node of these (none: of all) with the most memory that is promised to nobody."""
        free = free_memory(self._cluster.resources())
        fit = [node for node in free if not nodes or node in nodes]
        if not fit:
            raise Ended(Failed(reason="no node of the region is online", retryable=True, retry_after=BUSY))
        return max(fit, key=lambda node: (free[node], node))

    # Going on

    def follow(self, work: Work, ending: Ending | None, ref: str) -> Outcome:
        """The next step after a task of `work` has come to its `ending` (None: whose task nobody knows)."""
        guest = self._cluster.guest(work.kind, work.vmid)
        if guest is None or not (guest.is_whole(ref) or guest.is_begun(ref) or guest.lock):
            if work.step == "undo" or guest is None:
                return _gone(work, ending)
            return Manual(reason=f"{work.id} is somebody else's by now: look whether ours was made")
        if guest.lock and not guest.is_whole(ref):
            return Pending(handle=work.handle, poll_after=BUSY)
        if work.step == "undo":
            return self.undo(guest, work, ref, work.words, ending)
        if ending is not None and ending.how == "failed" and not ending.may_go_later and not self._runs(guest):
            return self.undo(guest, work, ref, ending.words, None)
        return self.go_on(guest, work, ending, ref)

    def go_on(self, guest: Guest, work: Work, ending: Ending | None, order: Order | str) -> Outcome:
        """The next step of what was begun; `order` is its ref alone when that is all that is known. Raises `Ended`."""
        ref = order if isinstance(order, str) else order.ref
        if guest.is_whole(ref):
            return done(guest)
        if guest.lock:
            return Pending(handle=work.handle, poll_after=BUSY)
        try:
            return self._next(guest, work, ending, order, ref)
        except Ended as end:
            refused = end.outcome
            if not isinstance(refused, Failed) or refused.retryable or self._runs(guest):
                raise
            return self.undo(guest, work, ref, refused.reason, None)

    def _next(self, guest: Guest, work: Work, ending: Ending | None, order: Order | str, ref: str) -> Outcome:
        if begun(ref) not in guest.tags:
            self._configure(guest, order, ref)
        grown = work.step == "boot" or (work.step == "grow" and ending is not None and ending.how == "ok")
        runs = self._runs(guest)
        if not grown and not runs and 0 < guest.disks.get(work.device, 0) < work.gib * GIB:
            upid = self._cluster.tell(guest, "PUT", "/resize", params_of(disk=work.device, size=f"{work.gib}G"))
            return Pending(handle=attrs.evolve(work, step="grow", upid=upid).handle)
        if not runs:
            upid = self._cluster.tell(guest, "POST", "/status/start")
            return Pending(handle=attrs.evolve(work, step="boot", upid=upid).handle)
        self._cluster.configure(guest, {"tags": tags((guest.tags - {begun(ref)}) | {ref})})
        return done(guest)

    def _configure(self, guest: Guest, order: Order | str, ref: str) -> None:
        known = (
            order.params() if isinstance(order, Order) else unseal(guest.description, ref, self._settings.token_secret)
        )
        if known is None:
            reason = f"{guest.id} was cloned under another secret of the token: try again, and it is gone on with"
            raise Ended(Manual(reason=reason))
        params = {**known, "tags": tags(guest.tags | {begun(ref)}), "description": f"LaraBill {ref}"}
        if "sshkeys" in known:
            params["sshkeys"] = quote(known["sshkeys"], safe="")  # Proxmox wants them encoded once more than all else
        self._cluster.configure(guest, params)

    def undo(self, guest: Guest, work: Work, ref: str, words: str, ending: Ending | None) -> Outcome:
        """Remove what was never in anybody's hands: begun for this ref, not whole, not running."""
        if not guest.is_begun(ref) or self._runs(guest) or (ending is not None and not ending.may_go_later):
            why = f" ({ending.words})" if ending else ""
            return Manual(reason=f"{words}; {guest.id} stands half-built, and could not be removed{why}")
        upid = self._cluster.tell(guest, "DELETE", "", params_of(purge=True))
        return Pending(handle=attrs.evolve(work, step="undo", upid=upid, words=words).handle)

    def _runs(self, guest: Guest) -> bool:
        return self._cluster.current(guest).runs


@attrs.frozen
class _Where:
    node: str
    target: str = ""


def _gone(work: Work, ending: Ending | None) -> Outcome:
    """The cluster says that nothing has this id."""
    if work.words:
        return Failed(reason=work.words, code="undone")
    words = ending.words if ending is not None and ending.words else "nobody knows why"
    later = ending is not None and ending.how == "failed" and ending.may_go_later
    return Failed(reason=f"{work.id} was not made: {words}", retryable=later, retry_after=BUSY if later else None)


def done(guest: Guest) -> Done:
    return Done(ref=guest.id, facts=facts(guest))


def facts(guest: Guest) -> Facts:
    """What the customer may know."""
    known = {"vmid": str(guest.vmid), "hostname": guest.name[:253], "username": guest.user[:64]}
    return {name: value for name, value in known.items() if value.isprintable() and value}


def tags(which: frozenset[str]) -> str:
    return ";".join(sorted(which))


def free_memory(resources: list[Resource]) -> dict[str, int]:
    """For each node that is online its memory in bytes, less what its guests may take."""
    free = {str(each.node): each.maxmem for each in resources if each.type == "node" and each.status == "online"}
    for each in resources:
        if each.type in ("qemu", "lxc") and not each.template and each.node in free:
            free[each.node] -= each.maxmem
    return free
