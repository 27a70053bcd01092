"""A pretended Pterodactyl panel: its application API, with a memory. Servers take `INSTALLS` to be installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import attrs

from larabill_drivers.world import Fault, Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

KEY = "ptla_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
INSTALLS = timedelta(seconds=90)
LOCATIONS = (1, 2)
EGG = {
    "object": "egg",
    "attributes": {
        "id": 5,
        "uuid": "5e0d8a3c-0000-4000-8000-000000000005",
        "name": "Paper",
        "nest": 1,
        "docker_image": "ghcr.io/example/java:21",
        "startup": "java -jar {{SERVER_JARFILE}}",
        "relationships": {
            "variables": {
                "object": "list",
                "data": [
                    {
                        "object": "egg_variable",
                        "attributes": {"env_variable": "SERVER_JARFILE", "default_value": "server.jar"},
                    }
                ],
            }
        },
    },
}
NEST = {"object": "nest", "attributes": {"id": 1, "uuid": "5e0d8a3c-0000-4000-8000-000000000001", "name": "Minecraft"}}


def _plan(**limits: int) -> dict[str, Any]:
    return {"provider_plan": "paper", "region": "fra", "config": {"nest": 1, "egg": 5, **limits}}


class FakePterodactyl(FakeApi):
    """Servers and users are unique by `external_id`, and by nothing else that we send."""

    name = "pterodactyl"
    prefix = "/api/application"
    routes: ClassVar[Mapping[str, str]] = {
        "GET /servers": "list_servers",
        "POST /servers": "create_server",
        "GET /servers/external/{external_id}": "server_by_external_id",
        "GET /servers/{id}": "server",
        "DELETE /servers/{id}": "delete_server",
        "PATCH /servers/{id}/build": "update_build",
        "POST /servers/{id}/suspend": "suspend",
        "POST /servers/{id}/unsuspend": "unsuspend",
        "POST /users": "create_user",
        "GET /users/external/{external_id}": "user_by_external_id",
        "GET /nests": "nests",
        "GET /nests/{nest}/eggs/{egg}": "egg",
    }

    environment: ClassVar[Mapping[str, str]] = {"PTERODACTYL_KEY": KEY}
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": _plan(memory=2048, disk=10_240),
        "large": _plan(memory=8192, disk=40_960, databases=2, backups=3),
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {"base_url": base_url, "application_key": {"env": "PTERODACTYL_KEY"}, "regions": {"fra": [1]}}

    def login(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") == f"Bearer {KEY}":
            return None
        return _error(401, "AuthenticationException", "Unauthenticated.")

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return _error(422, "ValidationException", "; ".join(faults), meta={"source_field": "body", "rule": "schema"})

    def no_such_path(self) -> Reply:
        return Reply(status=404, body={"message": "The route could not be found."})

    def refusal(self) -> Reply:
        return _error(
            422, "ValidationException", "The name may not be used.", meta={"source_field": "name", "rule": "x"}
        )

    def server_error(self, status: int) -> Reply:
        return _error(status, "HttpException", "An unexpected error was encountered while processing this request.")

    def too_many(self, fault: Fault) -> Reply:
        plain = super().too_many(fault)
        return attrs.evolve(_error(429, "ThrottleRequestsException", "Too Many Attempts."), headers=plain.headers)

    def standing(self) -> list[str]:
        return [server.ref for server in self.things("server")]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return tx.things("server", account=self.name, ref=ref)

    def list_servers(self, tx: WorldTx, request: Request) -> Reply:
        return _page([self._shown(each) for each in self._servers(tx)], request)

    def create_server(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json
        if any(each.ref == asked.get("external_id") for each in self._servers(tx)):
            return _taken("external_id")
        if tx.get(self.name, f"user:{asked['user']}") is None:
            meta = {"source_field": "user", "rule": "exists"}
            return _error(422, "ValidationException", "The selected user is invalid.", meta=meta)
        if not set(asked["deploy"]["locations"]) <= set(LOCATIONS):
            return _error(400, "NoViableNodeException", "No nodes satisfying the requirements could be found.")
        number = tx.next_number("server")
        body = {
            "status": "installing",
            "number": number,
            "ready_at": (self.clock.now() + INSTALLS).isoformat(),
            "suspended": False,
            **{name: asked[name] for name in ("name", "user", "egg", "limits", "feature_limits", "environment")},
        }
        made = tx.make("server", account=self.name, ref=asked["external_id"], body=body, id=f"server:{number}")
        return Reply(status=201, body=self._shown(made))

    def server_by_external_id(self, tx: WorldTx, request: Request, external_id: str) -> Reply:
        found = [each for each in self._servers(tx) if each.ref == external_id]
        return Reply(body=self._shown(found[0])) if found else _absent()

    def server(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = tx.get(self.name, f"server:{id}")
        return Reply(body=self._shown(found)) if found else _absent()

    def delete_server(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = tx.get(self.name, f"server:{id}")
        if found is None:
            return _absent()
        tx.remove(found)
        return Reply(status=204)

    def update_build(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found, asked = tx.get(self.name, f"server:{id}"), request.json
        if found is None:
            return _absent()
        changed = tx.change(found, limits=asked["limits"], feature_limits=asked["feature_limits"])
        return Reply(body=self._shown(changed))

    def suspend(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return self._set(tx, id, suspended=True)

    def unsuspend(self, tx: WorldTx, request: Request, id: str) -> Reply:
        return self._set(tx, id, suspended=False)

    def create_user(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json
        for field in ("external_id", "email", "username"):
            if any(user.body[field] == asked[field] for user in tx.things("user", account=self.name)):
                return _taken(field)
        number = tx.next_number("user")
        made = tx.make(
            "user",
            account=self.name,
            ref=asked["external_id"],
            body={**asked, "status": "", "number": number},
            id=f"user:{number}",
        )
        return Reply(status=201, body=_user(made))

    def user_by_external_id(self, tx: WorldTx, request: Request, external_id: str) -> Reply:
        found = tx.things("user", account=self.name, ref=external_id)
        return Reply(body=_user(found[0])) if found else _absent()

    def nests(self, tx: WorldTx, request: Request) -> Reply:
        return _page([NEST], request)

    def egg(self, tx: WorldTx, request: Request, nest: str, egg: str) -> Reply:
        return Reply(body=EGG) if (nest, egg) == ("1", "5") else _absent()

    def _set(self, tx: WorldTx, id: str, *, suspended: bool) -> Reply:
        """As the panel does: suspending overwrites that it is being installed."""
        found = tx.get(self.name, f"server:{id}")
        if found is None:
            return _absent()
        if found.body["suspended"] is not suspended:
            tx.change(found, suspended=suspended, status="ready")
        return Reply(status=204)

    def _servers(self, tx: WorldTx) -> list[Thing]:
        return tx.things("server", account=self.name)

    def _shown(self, server: Thing) -> dict[str, Any]:
        body = server.body
        is_ready = body["status"] == "ready" or self.clock.now() >= datetime.fromisoformat(body["ready_at"])
        status = "suspended" if body["suspended"] else (None if is_ready else "installing")
        uuid = str(UUID(int=body["number"]))
        return {
            "object": "server",
            "attributes": {
                "id": body["number"],
                "external_id": server.ref,
                "uuid": uuid,
                "identifier": f"{body['number']:08x}",
                "name": body["name"],
                "description": "",
                "status": status,
                "suspended": body["suspended"],
                "limits": {**body["limits"], "threads": None, "oom_disabled": True},
                "feature_limits": body["feature_limits"],
                "user": body["user"],
                "node": 1,
                "allocation": 1000 + body["number"],
                "nest": 1,
                "egg": body["egg"],
                "container": {
                    "startup_command": EGG["attributes"]["startup"],  # type: ignore[index]
                    "image": EGG["attributes"]["docker_image"],  # type: ignore[index]
                    "installed": int(is_ready),
                    "environment": body["environment"],
                },
                "updated_at": None,
                "created_at": "2026-01-01T00:00:00+00:00",
            },
        }


def _user(user: Thing) -> dict[str, Any]:
    shown = {name: user.body[name] for name in ("external_id", "username", "email", "first_name", "last_name")}
    number = user.body["number"]
    return {"object": "user", "attributes": {"id": number, "uuid": str(UUID(int=number)), "language": "en", **shown}}


def _page(items: Sequence[Any], request: Request) -> Reply:
    per_page, page = int(request.first("per_page", "50")), int(request.first("page", "1"))
    shown = items[(page - 1) * per_page : page * per_page]
    pagination = {
        "total": len(items),
        "count": len(shown),
        "per_page": per_page,
        "current_page": page,
        "total_pages": max(1, -(-len(items) // per_page)),
        "links": {},
    }
    return Reply(body={"object": "list", "data": [*shown], "meta": {"pagination": pagination}})


def _absent() -> Reply:
    return _error(404, "NotFoundHttpException", "The requested resource could not be found on the server.")


def _taken(field: str) -> Reply:
    detail = f"The {field} has already been taken."
    return _error(422, "ValidationException", detail, meta={"source_field": field, "rule": "unique"})


def _error(status: int, code: str, detail: str, meta: Mapping[str, str] | None = None) -> Reply:
    error = {"code": code, "status": str(status), "detail": detail, **({"meta": meta} if meta else {})}
    return Reply(status=status, body={"errors": [error]})
