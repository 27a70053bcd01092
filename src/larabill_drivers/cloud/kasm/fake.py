"""A pretended Kasm server: users, their groups and sessions, with a memory. An ended session takes `SAVES` to be gone.

What the documentation leaves open it plays the hard way: ids with dashes in one answer and without in the next, dates
that say "None", a refusal for joining a group twice, and no word that says that a user is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import attrs

from larabill_core.ids import new_id
from larabill_drivers.cloud.kasm.settings import plain_id
from larabill_drivers.world import Fault, Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

KEY = "bXyZ0fakeKEY"
SECRET = "0fakeSECRET0123456789abcdefghijk"  # noqa: S105 - of the pretended server
EVERYBODY = "68d557ac4cac42cca9f31c7c853de0f3"
SMALL = "11111111aaaa4000800000000000000a"
LARGE = "22222222bbbb4000800000000000000b"
BY_HAND = "33333333cccc4000800000000000000c"
GROUPS = {EVERYBODY: "All Users", SMALL: "Small", LARGE: "Large", BY_HAND: "Friends of the house"}
IMAGE = "44444444dddd4000800000000000000d"
SAVES = timedelta(seconds=25)
ADMINISTRATOR = "admin@kasm.local"


class FakeKasm(FakeApi):
    """Users are unique by their name. Nobody is told that a user is not there: all refusals of `get_user` are alike."""

    name = "kasm"
    prefix = "/api/public"
    routes: ClassVar[Mapping[str, str]] = {
        f"POST /{call}": call
        for call in (
            "create_user",
            "get_user",
            "get_users",
            "update_user",
            "delete_user",
            "logout_user",
            "add_user_group",
            "remove_user_group",
            "get_login",
            "get_images",
            "request_kasm",
            "destroy_kasm",
        )
    }
    environment: ClassVar[Mapping[str, str]] = {"KASM_KEY": KEY, "KASM_SECRET": SECRET}
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": {"provider_plan": "small", "config": {"groups": [SMALL]}},
        "large": {"provider_plan": "large", "config": {"groups": [LARGE]}},
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {
            "base_url": base_url,
            "api_key": {"env": "KASM_KEY"},
            "api_key_secret": {"env": "KASM_SECRET"},
            "plan_groups": [SMALL, LARGE],
        }

    # How it says no

    def login(self, request: Request) -> Reply | None:
        if (request.json.get("api_key"), request.json.get("api_key_secret")) == (KEY, SECRET):
            return None
        return _error("Unauthorized", 403)

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return _error("; ".join(faults), 400)

    def no_such_path(self) -> Reply:
        return Reply(status=404, body={"message": "Not Found"})

    def refusal(self) -> Reply:
        return _error("The license does not allow this.", 400)

    def refusal_inside(self) -> Reply:
        return _error("No resources are available to create the requested Kasm.")

    def server_error(self, status: int) -> Reply:
        return Reply(status=status, body={"error_message": "An unexpected error occurred."})

    def too_many(self, fault: Fault) -> Reply:
        return attrs.evolve(super().too_many(fault), body={"error_message": "Too many requests."})

    # What tests look at and do

    def standing(self) -> list[str]:
        return [user.ref for user in self.things("user")]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return tx.things("user", account=self.name, ref=ref)

    def open_session(self, username: str) -> str:
        """The customer starts a workspace."""
        with self.world.transaction() as tx:
            return self.start(tx, self.things_of(tx, username)[0])

    def start(self, tx: WorldTx, user: Thing) -> str:
        body = {"status": "running", "user": user.id, "ends_at": ""}
        return tx.make("session", account=self.name, body=body, id=str(new_id())).id

    # Its calls

    def create_user(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.json["target_user"]
        if any(user.ref == asked["username"] for user in tx.things("user", account=self.name)):
            return _error("A user with this username already exists.")
        fields = {name: asked.get(name) for name in ("first_name", "last_name", "organization", "phone", "password")}
        states = {name: bool(asked.get(name)) for name in ("disabled", "locked")}
        body = {**fields, **states, "status": "", "groups": [EVERYBODY]}
        user = tx.make("user", account=self.name, ref=asked["username"], body=body, id=new_id().hex)
        return Reply(body={"user": self._shown(tx, user)})

    def get_user(self, tx: WorldTx, request: Request) -> Reply:
        user = self._user(tx, request)
        return _no_user() if user is None else Reply(body={"user": self._shown(tx, user, dashes=True)})

    def get_users(self, tx: WorldTx, request: Request) -> Reply:
        users = [_administrator(), *(self._shown(tx, user) for user in tx.things("user", account=self.name))]
        page, size = request.json.get("page", 0), request.json.get("page_size", len(users))
        return Reply(body={"users": users[page * size : (page + 1) * size]})

    def update_user(self, tx: WorldTx, request: Request) -> Reply:
        user = self._user(tx, request)
        if user is None:
            return _no_user()
        asked = {name: value for name, value in request.json["target_user"].items() if name != "user_id"}
        return Reply(body={"user": self._shown(tx, tx.change(user, **asked))})

    def delete_user(self, tx: WorldTx, request: Request) -> Reply:
        user = self._user(tx, request)
        if user is None:
            return _no_user()
        sessions = self._sessions(tx, user)
        if sessions and not request.json.get("force"):
            return _error("The user has sessions.")
        for each in (*sessions, user):
            tx.remove(each)
        return Reply(body={})

    def logout_user(self, tx: WorldTx, request: Request) -> Reply:
        return _no_user() if self._user(tx, request) is None else Reply(body={})

    def add_user_group(self, tx: WorldTx, request: Request) -> Reply:
        user, group = self._user(tx, request), plain_id(request.json["target_group"]["group_id"])
        if user is None or group not in GROUPS or group in user.body["groups"]:
            return _error("The user cannot be added to the group.")
        tx.change(user, groups=[*user.body["groups"], group])
        return Reply(body={})

    def remove_user_group(self, tx: WorldTx, request: Request) -> Reply:
        user, group = self._user(tx, request), plain_id(request.json["target_group"]["group_id"])
        if user is None or group not in user.body["groups"]:
            return _error("The user cannot be removed from the group.")
        tx.change(user, groups=[each for each in user.body["groups"] if each != group])
        return Reply(body={})

    def get_login(self, tx: WorldTx, request: Request) -> Reply:
        user = self._user(tx, request)
        if user is None or user.body["disabled"]:
            return _error("The user cannot log in.")
        return Reply(body={"url": f"https://kasm.example.com/#/connect/login/{new_id().hex}"})

    def get_images(self, tx: WorldTx, request: Request) -> Reply:
        image = {"image_id": IMAGE, "name": "kasmweb/chrome", "friendly_name": "Chrome", "cores": 2, "memory": 2**31}
        off = {**image, "image_id": str(UUID(int=5)), "friendly_name": "Retired", "enabled": False}
        return Reply(body={"images": [{**image, "enabled": True, "available": True}, off]})

    def request_kasm(self, tx: WorldTx, request: Request) -> Reply:
        user = tx.get(self.name, plain_id(request.json["user_id"]))
        if user is None or user.body["disabled"]:
            return _error("The user cannot start a session.")
        return Reply(body={"kasm_id": plain_id(self.start(tx, user)), "status": "starting"})

    def destroy_kasm(self, tx: WorldTx, request: Request) -> Reply:
        asked = plain_id(request.json["kasm_id"])
        user = tx.get(self.name, plain_id(request.json["user_id"]))
        session = next((each for each in self._sessions(tx, user) if plain_id(each.id) == asked), None)
        if session is None or session.status != "running":
            return _error("The session cannot be destroyed.")
        tx.change(session, status="stopping", ends_at=(self.clock.now() + SAVES).isoformat())
        return Reply(body={})

    def _user(self, tx: WorldTx, request: Request) -> Thing | None:
        asked = request.json["target_user"]
        if "user_id" in asked:
            return tx.get(self.name, plain_id(asked["user_id"]))
        return next(iter(tx.things("user", account=self.name, ref=asked["username"])), None)

    def _sessions(self, tx: WorldTx, user: Thing | None) -> list[Thing]:
        """Which are open, or being ended."""
        now = self.clock.now()
        return [
            each
            for each in tx.things("session", account=self.name)
            if user is not None
            and each.body["user"] == user.id
            and (each.status == "running" or now < datetime.fromisoformat(each.body["ends_at"]))
        ]

    def _shown(self, tx: WorldTx, user: Thing, *, dashes: bool = False) -> dict[str, Any]:
        body = user.body
        return {
            **_nobody(),
            **{name: body[name] for name in ("first_name", "last_name", "organization", "phone", "disabled", "locked")},
            "user_id": str(UUID(user.id)) if dashes else user.id,
            "username": user.ref,
            "groups": [{"name": GROUPS[each], "group_id": str(UUID(each))} for each in body["groups"]],
            "kasms": [
                {"kasm_id": each.id, "start_date": "None", "keepalive_date": "None", "expiration_date": "None"}
                for each in self._sessions(tx, user)
            ],
        }


def _nobody() -> dict[str, Any]:
    """What each user has."""
    return {
        "realm": "local",
        "notes": None,
        "two_factor": False,
        "created": "2026-01-01 00:00:00.000000",
        "password_set_date": "None",
        "last_session": "None",
        "program_id": None,
    }


def _administrator() -> dict[str, Any]:
    """Who is there before anybody else, and is nobody's service."""
    shown = {"user_id": str(UUID(int=1)), "username": ADMINISTRATOR, "disabled": False, "locked": False}
    return {**_nobody(), **shown, "groups": [], "kasms": []}


def _no_user() -> Reply:
    return _error("The request cannot be carried out.")


def _error(words: str, status: int = 200) -> Reply:
    return Reply(status=status, body={"error_message": words})
