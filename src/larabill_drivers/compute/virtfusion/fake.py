"""A pretended VirtFusion control server: its global API, with a memory and a queue whose jobs take their time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import attrs

from larabill_drivers.compute.virtfusion import fake_answers as shown
from larabill_drivers.compute.virtfusion.fake_answers import GROUPS, PACKAGES, TEMPLATES
from larabill_drivers.compute.virtfusion.fake_jobs import Jobs
from larabill_drivers.world import Fault, Thing, WorldTx
from larabill_drivers.world.http_api import Reply, Request

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"  # noqa: S105 - of the fake
MOST_RESULTS = 200
USUAL_RESULTS = 20
LOGINS = ("root", "Administrator")


class FakeVirtFusion(Jobs):
    """Its users are unique by e-mail address and relation; nothing of ours stands at a server before its build."""

    name = "virtfusion"
    prefix = "/api/v1"
    environment: ClassVar[Mapping[str, str]] = {"VIRTFUSION_TOKEN": TOKEN}
    secrets = ("Fake-0s-passw0rd", "Fake-panel-passw0rd")
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": {"provider_plan": "small", "region": "lon", "config": {"package": 1, "os": 8}},
        "large": {"provider_plan": "large", "region": "lon", "config": {"package": 2, "os": 8}},
    }
    routes: ClassVar[Mapping[str, str]] = {
        "GET /servers": "list_servers",
        "POST /servers": "create_server",
        "GET /servers/user/{user}": "servers_of_user",
        "GET /servers/{id}": "server",
        "DELETE /servers/{id}": "delete_server",
        "POST /servers/{id}/build": "build",
        "POST /servers/{id}/suspend": "suspend",
        "POST /servers/{id}/unsuspend": "unsuspend",
        "PUT /servers/{id}/package/{package}": "change_package",
        "PUT /servers/{id}/modify/{what}": "modify",
        "POST /servers/{id}/power/{action}": "power",
        "POST /servers/{id}/resetPassword": "reset_password",
        "GET /servers/{id}/traffic": "traffic",
        "GET /queue/{id}": "job",
        "POST /users": "create_user",
        "GET /users/{relation}/byExtRelation": "user",
        "PUT /users/{relation}/byExtRelation": "change_user",
        "POST /users/{relation}/serverAuthenticationTokens/{id}": "tokens",
        "GET /packages": "packages",
        "GET /packages/{id}": "package",
        "GET /media/templates/fromServerPackageSpec/{id}": "templates",
        "GET /compute/hypervisors/groups/{id}/resources": "resources",
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {"base_url": base_url, "api_token": {"env": "VIRTFUSION_TOKEN"}, "regions": {"lon": 1}}

    def login(self, request: Request) -> Reply | None:
        return None if request.headers.get("authorization") == f"Bearer {TOKEN}" else Reply(status=401)

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return shown.refused(*faults)

    def no_such_path(self) -> Reply:
        """Without a word: so a wrong address cannot be told from what is gone."""
        return Reply(status=404)

    def refusal(self) -> Reply:
        return shown.refused("This is not allowed")

    def server_error(self, status: int) -> Reply:
        return Reply(status=status, body={"message": "Server Error"})

    def too_many(self, fault: Fault) -> Reply:
        return attrs.evolve(super().too_many(fault), body={"message": "Too Many Attempts."})

    # Servers

    def list_servers(self, tx: WorldTx, request: Request) -> Reply:
        return self._page([shown.line(each.body) for each in self._servers(tx)], request)

    def servers_of_user(self, tx: WorldTx, request: Request, user: str) -> Reply:
        if tx.get(self.name, f"user:{user}") is None:
            return shown.absent("user not found")
        theirs = [each for each in self._servers(tx) if str(each.body["user"]) == user]
        return Reply(body={"data": [shown.own_line(each.body) for each in theirs]})

    def create_server(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json
        package = PACKAGES.get(asked["packageId"])
        if tx.get(self.name, f"user:{asked['userId']}") is None:
            return shown.refused("Invalid user")
        if package is None or not package["enabled"] or asked["hypervisorId"] not in GROUPS:
            return shown.refused("Invalid package or hypervisor group")
        number = tx.next_number("server")
        body = {
            "number": number,
            "uuid": str(UUID(int=(number << 64) + 0x5DE5)),
            "name": "",
            "hostname": None,
            "user": asked["userId"],
            "state": "allocated",
            "suspended": False,
            "power": "shutoff",
            "builds": 0,
            "sizes": {
                "memory": asked.get("memory", package["memory"]),
                "cpuCores": asked.get("cpuCores", package["cpuCores"]),
                "storage": asked.get("storage", package["primaryStorage"]),
                "traffic": asked.get("traffic", package["traffic"]),
            },
            "ipv4": asked.get("ipv4", 0),
            "job": None,
        }
        made = tx.make("server", account=self.name, body=body, id=f"server:{number}")
        return Reply(status=201, body={"data": shown.server(made.body)})

    def server(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = tx.get(self.name, f"server:{id}")
        if found is None:
            return shown.absent()
        remote = request.first("remoteState") == "true"
        return Reply(body={"data": shown.server(found.body, remote=remote)})

    def delete_server(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return self._unlocked(tx, id, lambda found: self._begin(tx, found, "delete"))

    def build(self, tx: WorldTx, request: Request, id: str) -> Reply:
        asked = request.json

        def begin(found: Thing) -> Reply:
            if asked["operatingSystemId"] not in TEMPLATES:
                return shown.refused("Invalid operating system template")
            named = {name: asked.get(name, found.body[name]) for name in ("name", "hostname")}
            queued = tx.change(found, state="queued", os=asked["operatingSystemId"], **named)
            self._begin(tx, queued, "build")
            built = shown.server({**queued.body, "job": {}}, password="Fake-0s-passw0rd")  # noqa: S106
            return Reply(body={"data": built})

        return self._unlocked(tx, id, begin)

    def suspend(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return self._unlocked(tx, id, lambda found: self._begin(tx, found, "suspend"))

    def unsuspend(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return self._unlocked(tx, id, lambda found: self._begin(tx, found, "unsuspend"))

    def change_package(self, tx: WorldTx, request: Request, id: str, package: str) -> Reply:
        new, asked = PACKAGES.get(int(package)), request.json

        def change(found: Thing) -> Reply:
            if new is None or not new["enabled"]:
                return shown.refused("Invalid package")
            sizes, info = dict(found.body["sizes"]), []
            for flag, size, of_package in shown.FLAGS:
                if not asked.get(flag) or sizes[size] == new[of_package]:
                    info.append(f"{size} not updated. It matches the current value")
                elif size == "storage" and new[of_package] < sizes[size]:
                    info.append("primary disk not updated. It either matches or is lower than the current value")
                else:
                    sizes[size] = new[of_package]
            tx.change(found, sizes=sizes)
            return Reply(body={"info": info})

        return self._unlocked(tx, id, change)

    def modify(self, tx: WorldTx, request: Request, id: str, what: str) -> Reply:
        asked = request.json

        def change(found: Thing) -> Reply:
            value = asked["cores" if what == "cpuCores" else what]
            if what == "name":
                tx.change(found, name=value)
            else:
                tx.change(found, sizes={**found.body["sizes"], what: int(value)})
            return Reply(status=201)

        return self._unlocked(tx, id, change)

    def power(self, tx: WorldTx, request: Request, id: str, action: str) -> Reply:
        def begin(found: Thing) -> Reply:
            if found.body["suspended"] or found.body["state"] != "complete":
                return shown.refused("The server cannot be switched")
            return self._begin(tx, found, action, answers_job=True)

        return self._unlocked(tx, id, begin)

    def reset_password(self, tx: WorldTx, request: Request, id: str) -> Reply:
        def begin(found: Thing) -> Reply:
            if found.body["state"] != "complete" or request.json["user"] not in LOGINS:
                return shown.refused("The password cannot be reset")
            queue = self._queue(tx, "resetPassword", timedelta(seconds=3))
            return Reply(body={"data": {"queueId": queue, "expectedPassword": f"Fake-passw0rd-{queue}"}})

        return self._unlocked(tx, id, begin)

    def traffic(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return shown.TRAFFIC if tx.get(self.name, f"server:{id}") else shown.absent()

    # Users

    def create_user(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json
        known = tx.things("user", account=self.name)
        if any(each.body["email"] == asked["email"] for each in known):
            return shown.refused_fields(email=f"The email {asked['email']} has already been taken.")
        if any(each.ref == asked["relStr"] for each in known):
            return shown.refused_fields(relStr="The relation has already been taken.")
        number = tx.next_number("user")
        body = {"number": number, "name": asked["name"], "email": asked["email"]}
        made = tx.make("user", account=self.name, ref=asked["relStr"], body=body, id=f"user:{number}")
        return Reply(status=201, body={"data": {**shown.user(made.body), "password": "Fake-panel-passw0rd"}})

    def user(self, tx: WorldTx, request: Request, relation: str) -> Reply:
        return self._with_user(tx, request, relation, lambda user: Reply(body={"data": shown.user(user.body)}))

    def change_user(self, tx: WorldTx, request: Request, relation: str) -> Reply:
        def change(user: Thing) -> Reply:
            changed = tx.change(user, **request.json).body
            return Reply(status=201, body={"data": {name: changed[name] for name in ("name", "email")}})

        return self._with_user(tx, request, relation, change)

    def tokens(self, tx: WorldTx, request: Request, relation: str, id: str) -> Reply:
        def give(user: Thing) -> Reply:
            server = tx.get(self.name, f"server:{id}")
            if server is None or server.body["user"] != user.body["number"]:
                return shown.absent()
            return Reply(body={"data": {"authentication": shown.tokens(tx.next_number("token"))}})

        return self._with_user(tx, request, relation, give)

    def _with_user(self, tx: WorldTx, request: Request, relation: str, give: Callable[[Thing], Reply]) -> Reply:
        """A relation that is text is known only when `relStr` says so."""
        found = tx.things("user", account=self.name, ref=relation) if request.first("relStr") == "true" else []
        return give(found[0]) if found else shown.absent("user not found")

    # What it offers

    def packages(self, tx: WorldTx, request: Request) -> Reply:
        return Reply(body={"data": [*PACKAGES.values()]})

    def package(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = PACKAGES.get(int(id))
        return Reply(body={"data": found}) if found else shown.absent("package not found")

    def templates(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return shown.TEMPLATE_GROUPS if int(id) in PACKAGES else shown.absent("package not found")

    def resources(self, tx: WorldTx, request: Request, id: str) -> Reply:
        hosts = GROUPS.get(int(id))
        return self._page(hosts, request) if hosts is not None else shown.absent("group not found")

    def _page(self, lines: Sequence[Any], request: Request) -> Reply:
        size = min(int(request.first("results", str(USUAL_RESULTS))), MOST_RESULTS)
        return shown.page(lines, int(request.first("page", "1")), size)
