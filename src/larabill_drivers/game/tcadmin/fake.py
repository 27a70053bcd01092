"""A pretended TCAdmin 2 panel: its billing API, and the part of its REST API that shows what came of it.

Described by nobody, and so assumed for the worse: a second create of a billing id makes a second server; an end of what
is not there is queued as any other; all else on what is not there is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from larabill_drivers.world import Fault, Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

USERNAME, PASSWORD = "billing-robot", "panel-Passw0rd-of-the-robot"
REST_KEY = "3#0123456789abcdef-rest"
WAITS = timedelta(minutes=5)
"""How long a task waits in the panel's queue, where nobody sees it: longer than LaraBill looks before it sends anew."""
INSTALLS = timedelta(seconds=90)
DELETES = timedelta(seconds=30)
GAMES = {5: "Paper & Co", 7: "Quake"}
DATACENTERS = ("1", "2")
SERVERS = ("11",)


def _plan(slots: int) -> dict[str, Any]:
    variables = {"MAP": "start", "RAM": "2048"}
    config = {"game": 5, "slots": slots, "variables": variables, "choices": ["MAP"]}
    return {"provider_plan": "paper", "region": "fra", "config": config}


class FakeTcadmin(FakeApi):
    """Services are known by their billing id, which need not be unique, and users by that of the client."""

    name = "tcadmin"
    routes: ClassVar[Mapping[str, str]] = {
        "POST /billingapi.aspx": "billing",
        "GET /api/service/gameservices": "game_services",
        "GET /api/user/{id}": "user",
    }
    functions: ClassVar[Mapping[str, str]] = {
        "AddPendingSetup": "add_pending_setup",
        "SuspendGameAndVoiceByBillingID": "suspend",
        "UnSuspendGameAndVoiceByBillingID": "unsuspend",
        "DeleteGameAndVoiceByBillingID": "delete",
        "UpdateSettings": "update_settings",
        "ChangePassword": "change_password",
        "StartByBillingId": "start",
        "StopByBillingId": "stop",
        "RestartByBillingId": "start",
        "GetSupportedGames": "get_supported_games",
    }
    allowed = True
    """Whether our address may use the billing API."""
    environment: ClassVar[Mapping[str, str]] = {"TCADMIN_PASSWORD": PASSWORD, "TCADMIN_REST_KEY": REST_KEY}
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {"small": _plan(8), "large": _plan(16)}

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {
            "base_url": base_url,
            "username": USERNAME,
            "password": {"env": "TCADMIN_PASSWORD"},
            "rest_key": {"env": "TCADMIN_REST_KEY"},
            "regions": {"fra": "1"},
        }

    @classmethod
    def spec(cls, number: int) -> dict[str, Any]:
        return {"name": "Canary", "slots": 2, "variables": {"MAP": "dust"}}

    def login(self, request: Request) -> Reply | None:
        if request.path.startswith("/api/"):
            if request.headers.get("api_key") == REST_KEY:
                return None
            return Reply(status=401, body={"Success": False, "Message": "Unauthorized"})
        if not self.allowed:
            return Reply(body=b"")
        if (request.form.get("tcadmin_username"), request.form.get("tcadmin_password")) == (USERNAME, PASSWORD):
            return None
        return _no("Access denied")

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return _no("; ".join(faults))

    def no_such_path(self) -> Reply:
        return Reply(status=404, body=b"<html><body>The resource cannot be found.</body></html>")

    def refusal(self) -> Reply:
        """It has no other status than 200 for a no."""
        return _no("No servers were found in the datacenter with the files for the game.")

    def server_error(self, status: int) -> Reply:
        return Reply(status=status, body=b"<html><body>Server Error in '/' Application.</body></html>")

    def too_many(self, fault: Fault) -> Reply:
        """Of the proxy before it: the panel has none of its own."""
        return Reply(status=429, body=b"<html><body>slow down</body></html>", headers=super().too_many(fault).headers)

    def spoilt(self, body: bytes, by: Any) -> bytes:
        if body.startswith(b"{"):
            return super().spoilt(body, by)
        return "\t".join([by if isinstance(by, str) else json.dumps(by)] * 4).encode()

    def standing(self) -> list[str]:
        """What stands, or will when the panel has worked off its queue."""
        return [each.ref for each in self.things("service") if not each.body["gone_at"]]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return tx.things("service", account=self.name, ref=ref)

    def billing(self, tx: WorldTx, request: Request) -> Reply:
        handler: Callable[..., Reply] = getattr(self, self.functions[request.form["function"]])
        return handler(tx, request.form)

    def add_pending_setup(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        """Half a wish is accepted too: then there is a user, and no server."""
        user = self._user_of(tx, asked)
        place = asked.get("game_datacenter") in DATACENTERS or asked.get("game_server") in SERVERS
        game = int(asked["game_id"]) if asked.get("game_id", "").isdigit() else 0
        if asked.get("skip_page") == "1" and place and game in GAMES and asked.get("game_slots"):
            now = self.clock.now()
            number = tx.next_number("service", 100)
            body = {
                "number": number,
                "status": "",
                "user": user.body["number"],
                "game": game,
                "slots": int(asked["game_slots"]),
                "cpu": int(asked.get("game_cpu", "0")),
                "memory": int(asked.get("game_memory", "0")),
                "shown_at": (now + WAITS).isoformat(),
                "ready_at": (now + WAITS + INSTALLS).isoformat(),
                "gone_at": "",
                "suspended": False,
                "process": 4 if asked.get("game_start", "1") == "1" else 1,
                "variables": {name: value for name, value in asked.items() if name.startswith("gamevar_")},
            }
            tx.make("service", account=self.name, ref=asked["game_package_id"], body=body, id=f"service:{number}")
        return _yes(user.body["name"])

    def suspend(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        return self._each(tx, asked, suspended=True, process=0)

    def unsuspend(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        return self._each(tx, asked, suspended=False, process=4)

    def start(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        return self._each(tx, asked, process=4)

    def stop(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        return self._each(tx, asked, process=1)

    def update_settings(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        """What it knows nothing of stays as it is: cpu and memory among it."""
        return self._each(tx, asked, slots=int(asked["game_slots"])) if asked.get("game_slots") else _yes()

    def delete(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        for each in self._alive(tx, asked["client_package_id"]):
            if not each.body["gone_at"]:
                tx.change(each, gone_at=(self.clock.now() + DELETES).isoformat())
        return _yes()

    def change_password(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        users = tx.things("user", account=self.name, ref=asked["client_id"])
        if not users:
            return _no("The user was not found.")
        tx.change(users[0], password=asked["user_password"])
        return _yes()

    def get_supported_games(self, tx: WorldTx, asked: Mapping[str, str]) -> Reply:
        if asked.get("response_type") == "xml":
            games = (f"<game><gameid>{id}</gameid><name>{escape(name)}</name></game>" for id, name in GAMES.items())
            return Reply(body=f"<results>{''.join(games)}<errorcode>0</errorcode><errortext/></results>".encode())
        return Reply(body="\r\n".join(f"{id}\t{name}\t{id}" for id, name in GAMES.items()).encode())

    def game_services(self, tx: WorldTx, request: Request) -> Reply:
        """All at once, also what was made by hand and carries no billing id."""
        by_hand = {"ServiceId": 1, "UserId": 1, "GameId": 5, "Slots": 10, "BillingId": None, "BillingStatus": 1}
        shown = [self._shown(each) for each in self._alive(tx) if self._is_past(each.body["shown_at"])]
        return Reply(body={"Success": True, "Message": "", "Result": [{**by_hand, "ServiceStatus": 4}, *shown]})

    def user(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = tx.get(self.name, f"user:{id}")
        if found is None:
            return Reply(status=404, body={"Success": False, "Message": "Not found"})
        user = {"UserId": found.body["number"], "UserName": found.body["name"], "BillingId": found.ref}
        return Reply(body={"Success": True, "Message": "", "Result": user})

    def _user_of(self, tx: WorldTx, asked: Mapping[str, str]) -> Thing:
        """One for each client: name and password of a later create are ignored. A name that is taken gets a number."""
        known = tx.things("user", account=self.name, ref=asked["client_id"])
        if known:
            return known[0]
        number, name = tx.next_number("user", 2), asked["user_name"]
        while any(user.body["name"] == name for user in tx.things("user", account=self.name)):
            name = f"{asked['user_name'][:12]}{number}"
        body = {"number": number, "status": "", "name": name, "password": asked.get("user_password", "")}
        return tx.make("user", account=self.name, ref=asked["client_id"], body=body, id=f"user:{number}")

    def _each(self, tx: WorldTx, asked: Mapping[str, str], **changes: Any) -> Reply:
        found = self._alive(tx, asked["client_package_id"])
        for each in found:
            tx.change(each, **changes)
        return _yes() if found else _no("The service was not found.")

    def _alive(self, tx: WorldTx, ref: str = "") -> list[Thing]:
        every = tx.things("service", account=self.name, ref=ref)
        return [each for each in every if not (each.body["gone_at"] and self._is_past(each.body["gone_at"]))]

    def _is_past(self, at: str) -> bool:
        return self.clock.now() >= datetime.fromisoformat(at)

    def _shown(self, service: Thing) -> dict[str, Any]:
        body = service.body
        is_ready = self._is_past(body["ready_at"])
        return {
            "ServiceId": body["number"],
            "UserId": body["user"],
            "GameId": body["game"],
            "Slots": body["slots"],
            "BillingId": service.ref,
            "BillingStatus": 2 if body["suspended"] else 1,
            "ServiceStatus": body["process"] if is_ready else -3,
            "Private": False,
            "Branded": False,
            "CpuLimit": body["cpu"],
            "MemoryLimitMB": body["memory"],
            "CurrentCpu": 12.5 if body["process"] == 4 else 0.0,
            "CurrentPlayers": 3 if body["process"] == 4 else 0,
            "ConnectionInfo": f"192.0.2.1:{27000 + body['number']}",
        }


def _yes(text: str = "") -> Reply:
    return Reply(body=f"0\t{text}\t0\t\r\n".encode())


def _no(text: str) -> Reply:
    return Reply(body=f"-1\t\t-1\t{text}\r\n".encode())
