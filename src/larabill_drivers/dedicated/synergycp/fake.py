"""A pretended SynergyCP panel with a memory: an inventory of machines that are handed out, suspended and wiped.

What is not described of the real one is played as the vendor's clients read it: `entity.name`, `access.client.id`,
an install's `percent`. Installing takes `INSTALLS`; a wiped machine is back in the inventory after `WIPES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

import attrs

from larabill_core.clock import Clock
from larabill_drivers.dedicated.synergycp.fake_words import access_row, ignored, named, no, page, yes
from larabill_drivers.world import FakeWorld, Fault, Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request, Schema

KEY = "scp+key/0123456789=abcdefghij"
"""With characters that a URL spells otherwise."""
INSTALLS = timedelta(minutes=20)
WIPES = timedelta(hours=2)
SMALL: Mapping[str, Any] = {"cpu": "CPU-E3", "mem": "MEM-32", "disks": ["SSD-1", "SSD-1"], "addons": []}
LARGE: Mapping[str, Any] = {"cpu": "CPU-EPYC", "mem": "MEM-256", "disks": ["NVME-2"], "addons": ["RAID"]}
STOCK = (SMALL, SMALL, SMALL, SMALL, LARGE)
GROUP, IPS = "FRA1", "IP-29"
NOBODYS: Mapping[str, Any] = {"billing_id": None, "client": None, "nickname": "", "used": 0, "status": "free"}
PROFILES = {"OS-DEB12": "Debian 12", "OS-WIN22": "Windows Server 2022", "": "Rescue"}
SPEEDS = ("PORT-1G", "PORT-10G")


def _plan(**parts: Any) -> dict[str, Any]:
    config = {"ips": "IP-29", "image": "OS-DEB12", **parts}
    return {"provider_plan": parts["cpu"].lower(), "region": "fra", "config": config}


class FakeSynergyCp(FakeApi):
    """`ignores` are the filters that this panel does not know: it answers as if they had not been given."""

    name = "synergycp"
    environment: ClassVar[Mapping[str, str]] = {"SYNERGYCP_KEY": KEY}
    secrets = (quote(KEY, safe=""),)
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": _plan(cpu="CPU-E3", memory="MEM-32", disks=["SSD-1", "SSD-1"]),
        "large": _plan(cpu="CPU-EPYC", memory="MEM-256", disks=["NVME-2"], addons=["RAID"]),
    }
    routes: ClassVar[Mapping[str, str]] = {
        "GET /client": "list_clients",
        "POST /client": "create_client",
        "PATCH /client/{id}": "update_client",
        "GET /server": "list_servers",
        "POST /server/provision": "provision",
        "GET /server/{id}": "server",
        "PATCH /server/{id}": "wipe",
        "GET /server/{id}/access": "list_accesses",
        "PATCH /server/{id}/access/{access}": "update_access",
        "GET /server/{id}/install": "list_installs",
        "GET /entity": "list_entities",
        "GET /pxe/profile": "profiles",
        "GET /group": "groups",
        "GET /part": "parts",
        "POST /key": "create_key",
    }

    def __init__(self, world: FakeWorld, *, clock: Clock, schema: Schema | None = None) -> None:
        super().__init__(world, clock=clock, schema=schema)
        self.ignores: frozenset[str] = frozenset()
        with world.transaction() as tx:
            if not tx.things("server", account=self.name):
                for parts in STOCK:
                    self.add_server(tx, parts)

    def add_server(self, tx: WorldTx, parts: Mapping[str, Any]) -> Thing:
        """One more machine in the inventory, and a free block of addresses."""
        number = tx.next_number("server")
        self._make(tx, "entity", {"billing_id": IPS, "group": GROUP, "server": None})
        return self._make(tx, "server", {**parts, **NOBODYS, "wiped_until": "", "group": GROUP}, number)

    def add_access(self, tx: WorldTx, server: int, client: int, *, is_primary: bool) -> Thing:
        body = {"server": server, "client": client, "is_primary": is_primary, "is_active": True, "reason": None}
        return self._make(tx, "access", body)

    # Its own words

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        key = {"env": "SYNERGYCP_KEY"}
        return {"base_url": base_url, "api_key": key, "regions": {"fra": ["FRA1"]}, "wipe": True}

    def login(self, request: Request) -> Reply | None:
        return None if request.first("key") == KEY else no("Invalid API key.", 401)

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return no("; ".join(faults) or "Bad request.")

    def no_such_path(self) -> Reply:
        return no("Not found.", 404)

    def refusal(self) -> Reply:
        return no("The request could not be carried out.")

    def refusal_inside(self) -> Reply:
        return no("The request could not be carried out.", 200)

    def server_error(self, status: int) -> Reply:
        return no("Whoops, looks like something went wrong.", status)

    def too_many(self, fault: Fault) -> Reply:
        return attrs.evolve(no("Too many attempts.", 429), headers=super().too_many(fault).headers)

    def standing(self) -> list[str]:
        return [str(each.body["billing_id"] or "") for each in self.things("server") if each.body["client"]]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return [each for each in self._all(tx, "server") if each.body["billing_id"] == ref]

    # Clients

    def list_clients(self, tx: WorldTx, request: Request) -> Reply:
        found = [
            each
            for each in self._all(tx, "client")
            if all(self._fits(request, name, each.body[name]) for name in ("billing_id", "email"))
        ]
        shown = [{name: each.body[name] for name in ("number", "email", "billing_id")} for each in found]
        return page([{"id": each.pop("number"), "name": "", **each} for each in shown], request)

    def create_client(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json
        if any(each.body["email"] == asked["email"] for each in self._all(tx, "client")):
            return no(f"The email {asked['email']} has already been taken.")
        body = {"billing_id": None, **asked, "is_vip": False}
        return yes({"id": self._make(tx, "client", body).body["number"]})

    def update_client(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = self._one(tx, "client", id)
        if found is None:
            return no("Client not found.", 404)
        tx.change(found, **request.json)
        return yes({"id": found.body["number"]})

    def create_key(self, tx: WorldTx, request: Request) -> Reply:
        if self._one(tx, "client", str(request.json["owner_id"])) is None:
            return no("Client not found.")
        made = self._make(tx, "key", {"owner": request.json["owner_id"]})
        return yes({"key": f"client-key-{made.body['number']:08d}"})

    # Servers

    def list_servers(self, tx: WorldTx, request: Request) -> Reply:
        found = [each for each in self._all(tx, "server") if self._is_asked_for(tx, each, request)]
        return page([self._shown(tx, each) for each in found], request)

    def server(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = self._one(tx, "server", id)
        return no("Server not found.", 404) if found is None else yes(self._shown(tx, found))

    def provision(self, tx: WorldTx, request: Request) -> Reply:
        """A machine that is free, to a client that is known, with what has these billing ids."""
        asked = request.json
        found = self._one(tx, "server", str(asked["server_id"]))
        if found is None or not self._is_available(found):
            return no("The selected server is not available.")
        if self._one(tx, "client", str(asked["client_id"])) is None:
            return no("The selected client is invalid.")
        if not asked["pxe_profile_billing"] or asked["pxe_profile_billing"] not in PROFILES:
            return no("The selected pxe profile billing is invalid.")
        if asked.get("port_speed_billing", SPEEDS[0]) not in SPEEDS:
            return no("The selected port speed billing is invalid.")
        blocks = [each for each in self._all(tx, "entity") if each.body["server"] is None]
        blocks = [each for each in blocks if each.body["billing_id"] == asked["ips_billing"]]
        if not blocks:
            return no("There are not enough IPs.")
        number, client = found.body["number"], asked["client_id"]
        tx.change(blocks[0], server=number)
        self.add_access(tx, number, client, is_primary=True)
        self._make(tx, "install", {"server": number, "began_at": self.clock.now().isoformat()})
        name, ref = asked.get("nickname", ""), asked["billing"]["id"]
        found = tx.change(found, client=client, billing_id=ref, nickname=name, status="in use")
        return yes({"server": self._shown(tx, found)})

    def wipe(self, tx: WorldTx, request: Request, id: str) -> Reply:
        """Out of its owner's hands at once, and in the inventory again when the disks are wiped."""
        found = self._one(tx, "server", id)
        if found is None:
            return no("Server not found.", 404)
        if request.json.get("auto") and self._is_vip(tx, found):
            return ignored()
        if request.json.get("wiped") == "1":
            for kind in ("access", "install"):
                for each in self._of(tx, kind, found):
                    tx.remove(each)
            for each in self._of(tx, "entity", found):
                tx.change(each, server=None)
            until = (self.clock.now() + WIPES).isoformat()
            found = tx.change(
                found, client=None, billing_id=None, used=0, nickname="", wiped_until=until, status="free"
            )
        return yes(self._shown(tx, found))

    def list_accesses(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = self._one(tx, "server", id)
        if found is None:
            return no("Server not found.", 404)
        rows = [access_row(each) for each in self._of(tx, "access", found)]
        if request.first("is_primary") == "1" and "is_primary" not in self.ignores:
            rows = [row for row in rows if row["is_primary"]]
        return page(rows, request)

    def update_access(self, tx: WorldTx, request: Request, id: str, access: str) -> Reply:
        server, found = self._one(tx, "server", id), self._one(tx, "access", access)
        if server is None or found is None or str(found.body["server"]) != id:
            return no("Access not found.", 404)
        asked = request.json
        if asked.get("auto") and self._is_vip(tx, server):
            return ignored()
        reason = asked.get("suspension_reason") if not asked["is_active"] else None
        return yes(access_row(tx.change(found, is_active=asked["is_active"], reason=reason)))

    def list_installs(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = self._one(tx, "server", id)
        if found is None:
            return no("Server not found.", 404)
        rows = [
            {"id": each.body["number"], "server_id": each.body["server"], "percent": self._percent(each)}
            for each in self._of(tx, "install", found)
        ]
        return page(rows, request)

    # What there is

    def list_entities(self, tx: WorldTx, request: Request) -> Reply:
        rows = self._all(tx, "entity")
        if request.first("server") == "none":
            rows = [each for each in rows if each.body["server"] is None]
        rows = [each for each in rows if self._fits(request, "billing_id", each.body["billing_id"])]
        groups = request.query.get("group[billing][]")
        return page(
            [{"id": each.body["number"]} for each in rows if not groups or each.body["group"] in groups], request
        )

    def profiles(self, tx: WorldTx, request: Request) -> Reply:
        return page(named(PROFILES), request)

    def groups(self, tx: WorldTx, request: Request) -> Reply:
        return page(named({GROUP: "Frankfurt 1"}), request)

    def parts(self, tx: WorldTx, request: Request) -> Reply:
        known = {"cpu": {"CPU-E3": "Xeon E3", "CPU-EPYC": "EPYC"}, "mem": {"MEM-32": "32 GB", "MEM-256": "256 GB"}}
        return page(named(known.get(request.first("part_type"), {})), request)

    # How it knows

    def _is_asked_for(self, tx: WorldTx, server: Thing, request: Request) -> bool:
        body = server.body
        single = {"billing_id": body["billing_id"], "cpu_billing": body["cpu"], "mem_billing": body["mem"]}
        if not all(self._fits(request, name, value) for name, value in single.items()):
            return False
        if request.first("available") == "1" and "available" not in self.ignores and not self._is_available(server):
            return False
        if request.first("integration_id") == "me" and body["client"] is None:
            return False
        if request.first("parts[exact]") == "1":
            for name in ("disks", "addons"):
                if sorted(request.query.get(f"{name}_billing[]", ())) != sorted(body[name]):
                    return False
        groups = request.query.get("ip_group_billing[]")
        return not groups or body["group"] in groups

    def _fits(self, request: Request, name: str, value: Any) -> bool:
        return name in self.ignores or name not in request.query or request.first(name) == value

    def _is_available(self, server: Thing) -> bool:
        until = server.body["wiped_until"]
        is_wiped = not until or self.clock.now() >= datetime.fromisoformat(until)
        return is_wiped and server.body["client"] is None

    def _is_vip(self, tx: WorldTx, server: Thing) -> bool:
        client = self._one(tx, "client", str(server.body["client"]))
        return client is not None and bool(client.body["is_vip"])

    def _percent(self, install: Thing) -> int:
        gone = self.clock.now() - datetime.fromisoformat(install.body["began_at"])
        return min(100, 100 * gone // INSTALLS)

    def _make(self, tx: WorldTx, kind: str, body: Mapping[str, Any], number: int | None = None) -> Thing:
        number = number or tx.next_number(kind)
        return tx.make(kind, account=self.name, body={**body, "number": number}, id=f"{kind}:{number:08d}")

    def _all(self, tx: WorldTx, kind: str) -> list[Thing]:
        return tx.things(kind, account=self.name)

    def _one(self, tx: WorldTx, kind: str, number: str) -> Thing | None:
        return tx.get(self.name, f"{kind}:{int(number):08d}") if number.isdigit() else None

    def _of(self, tx: WorldTx, kind: str, server: Thing) -> list[Thing]:
        return [each for each in self._all(tx, kind) if each.body["server"] == server.body["number"]]

    def _shown(self, tx: WorldTx, server: Thing) -> dict[str, Any]:
        body = server.body
        owners = [each for each in self._of(tx, "access", server) if each.body["is_primary"]]
        access = {**access_row(owners[0]), "client": {"id": owners[0].body["client"]}} if owners else None
        return {
            "id": body["number"],
            "nickname": body["nickname"],
            "billing": {"id": body["billing_id"], "max_bandwidth": None} if body["billing_id"] else None,
            "access": access,
            "usage": {"used": body["used"], "max": None} if owners else None,
            "entity": {"name": f"192.0.2.{8 * body['number']}/29"} if owners else None,
        }
