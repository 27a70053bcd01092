"""A pretended Enhance panel: its orchd API, with a memory. What is changed is seen after `SETTLES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from larabill_drivers.panels.enhance import fake_shapes as shapes
from larabill_drivers.panels.enhance.fake_shapes import absent, given, no, page
from larabill_drivers.world import Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

TOKEN = "0123456789abcdef.enhance-organisation-access-token"  # noqa: S105 - of the fake
SELLER = "5e0d8a3c-0000-4000-8000-000000000001"
STAFF_EMAIL = "root@panel.example.com"
STAFF_LOGIN = "5e0d8a3c-0000-4000-8000-0000000000a1"
SETTLES = timedelta(seconds=2)
BANDWIDTH = 123_456_789
KINDS = {"org": 0x10, "login": 0x20, "member": 0x30, "website": 0x40}


class FakeEnhance(FakeApi):
    """Logins are unique by e-mail address, domains everywhere; customers and subscriptions by nothing that we send."""

    name = "enhance"
    prefix = "/api"
    routes: ClassVar[Mapping[str, str]] = {
        "GET /orgs/{org}": "org",
        "PATCH /orgs/{org}": "update_org",
        "GET /orgs/{org}/customers": "customers",
        "POST /orgs/{org}/customers": "create_customer",
        "GET /orgs/{org}/customers/{customer}/subscriptions": "subscriptions",
        "POST /orgs/{org}/customers/{customer}/subscriptions": "create_subscription",
        "GET /orgs/{org}/subscriptions": "own_subscriptions",
        "GET /orgs/{org}/subscriptions/{id}": "subscription",
        "PATCH /orgs/{org}/subscriptions/{id}": "update_subscription",
        "DELETE /orgs/{org}/subscriptions/{id}": "delete_subscription",
        "GET /orgs/{org}/subscriptions/{id}/bandwidth": "bandwidth",
        "GET /orgs/{org}/websites": "websites",
        "POST /orgs/{org}/websites": "create_website",
        "GET /orgs/{org}/plans": "list_plans",
        "POST /logins": "create_login",
        "GET /orgs/{org}/logins": "logins",
        "PUT /v2/logins/{login}/password": "set_password",
        "GET /orgs/{org}/members": "members",
        "POST /orgs/{org}/members": "create_member",
        "GET /orgs/{org}/members/{member}/sso": "sso",
        "GET /servers/groups": "groups",
    }

    environment: ClassVar[Mapping[str, str]] = {"ENHANCE_TOKEN": TOKEN}
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "small": {"provider_plan": "small", "region": "fra", "config": {"plan_id": 1, "php": "php83"}},
        "large": {"provider_plan": "large", "region": "fra", "config": {"plan_id": 2}},
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {
            "base_url": base_url,
            "access_token": {"env": "ENHANCE_TOKEN"},
            "organisation": SELLER,
            "regions": {"fra": shapes.GROUP},
        }

    @classmethod
    def spec(cls, number: int) -> dict[str, Any]:
        """A domain of their own: the panel has each once."""
        return {"domain": f"site-{number}.example.com"}

    def login(self, request: Request) -> Reply | None:
        is_known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        return None if is_known else no(401, "unauthorized", "session")

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return no(400, "invalid_input", "body", message="; ".join(faults))

    def refusal(self) -> Reply:
        return no(400, "invalid_input", "name", message="The name may not be used.")

    def standing(self) -> list[str]:
        """By their names, also where that is not yet a ref."""
        return [each.body["friendlyName"] for each in self.things("subscription") if each.status != "deleted"]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return [each for each in self._all(tx, "subscription") if each.body["friendlyName"] == ref]

    # Organisations, logins, members

    def org(self, tx: WorldTx, request: Request, org: str) -> Reply:
        found = self._get(tx, "org", org)
        return Reply(body=self._org(tx, found)) if found else absent("org")

    def update_org(self, tx: WorldTx, request: Request, org: str) -> Reply:
        found = self._get(tx, "org", org)
        if found is None:
            return absent("org")
        asked = dict(request.json)
        if "isSuspended" in asked:
            asked["suspendedBy"] = SELLER if asked.pop("isSuspended") else None
        tx.change(found, **asked)
        return Reply(status=204)

    def customers(self, tx: WorldTx, request: Request, org: str) -> Reply:
        return page([self._org(tx, each) for each in self._all(tx, "org")], request)

    def create_customer(self, tx: WorldTx, request: Request, org: str) -> Reply:
        made = self._make(tx, "org", name=request.json["name"], suspendedBy=None)
        return Reply(status=201, body={"id": made.id})

    def create_login(self, tx: WorldTx, request: Request) -> Reply:
        email = request.json["email"]
        if email.lower() in [STAFF_EMAIL, *(each.body["email"].lower() for each in self._all(tx, "login"))]:
            return no(409, "already_exists", "email", message=f"{email} already exists")
        made = self._make(tx, "login", **request.json)
        return Reply(status=201, body={"id": made.id})

    def logins(self, tx: WorldTx, request: Request, org: str) -> Reply:
        staff = shapes.login(STAFF_LOGIN, STAFF_EMAIL, "Root")
        made = [shapes.login(each.id, each.body["email"], each.body["name"]) for each in self._all(tx, "login")]
        return page([staff, *made], request)

    def set_password(self, tx: WorldTx, request: Request, login: str) -> Reply:
        found = self._get(tx, "login", login)
        if found is None:
            return absent("login")
        tx.change(found, password=request.json["newPassword"])
        return Reply(status=200)

    def members(self, tx: WorldTx, request: Request, org: str) -> Reply:
        staff = [shapes.member("5e0d8a3c-0000-4000-8000-0000000000a2", STAFF_LOGIN, STAFF_EMAIL, ["Owner"])]
        made = [each for each in self._all(tx, "member") if each.body["org"] == org]
        shown = [shapes.member(each.id, each.body["login"], each.body["email"], each.body["roles"]) for each in made]
        return page([*(staff if org == SELLER else []), *shown], request)

    def create_member(self, tx: WorldTx, request: Request, org: str) -> Reply:
        asked, login = request.json, self._get(tx, "login", request.json["loginId"])
        if self._get(tx, "org", org) is None or login is None:
            return absent("login" if login is None else "org")
        if any((each.body["org"], each.body["login"]) == (org, login.id) for each in self._all(tx, "member")):
            return no(409, "already_exists", "member")
        made = self._make(tx, "member", org=org, login=login.id, email=login.body["email"], roles=asked["roles"])
        return Reply(status=201, body={"id": made.id})

    def sso(self, tx: WorldTx, request: Request, org: str, member: str) -> Reply:
        if self._get(tx, "member", member) is None:
            return no(403, "forbidden", "member")
        host = request.headers.get("host", "")
        scheme = "http" if host.startswith("127.0.0.1") else "https"
        return Reply(status=201, body=f"{scheme}://{host}/login?otp=once-{tx.next_number('sso')}")

    # Subscriptions and websites

    def subscriptions(self, tx: WorldTx, request: Request, org: str, customer: str) -> Reply:
        if self._get(tx, "org", customer) is None:
            return absent("org")
        found = [each for each in self._all(tx, "subscription") if each.body["org"] == customer]
        return page([self._shown(tx, each) for each in found], request)

    def create_subscription(self, tx: WorldTx, request: Request, org: str, customer: str) -> Reply:
        if self._get(tx, "org", customer) is None:
            return absent("org")
        asked = request.json
        if asked["planId"] not in shapes.PLANS:
            return absent("plan")
        number = tx.next_number("subscription")
        body = {
            "status": "active",
            "number": number,
            "org": customer,
            "friendlyName": asked.get("friendlyName", ""),
            "planId": asked["planId"],
            "suspendedBy": None,
            "soon": {},
            "settles_at": self.clock.now().isoformat(),
        }
        tx.make("subscription", account=self.name, body=body, id=f"subscription:{number:010}")
        return Reply(status=201, body={"id": number})

    def own_subscriptions(self, tx: WorldTx, request: Request, org: str) -> Reply:
        """To the parent: this seller is a reseller."""
        return page([shapes.subscription(900, SELLER, 3, "Reseller", used=len(self._all(tx, "org")))], request)

    def subscription(self, tx: WorldTx, request: Request, org: str, id: str) -> Reply:
        found = self._subscription(tx, org, id)
        return Reply(body=self._shown(tx, found)) if found else absent("subscription")

    def update_subscription(self, tx: WorldTx, request: Request, org: str, id: str) -> Reply:
        """Accepted: the name at once, the others a little later."""
        found, asked = self._subscription(tx, org, id), request.json
        if found is None or found.status == "deleted":
            return absent("subscription")
        if asked.get("planId", 1) not in shapes.PLANS:
            return absent("plan")
        soon = {"planId": asked["planId"]} if "planId" in asked else {}
        if "isSuspended" in asked:
            soon["suspendedBy"] = SELLER if asked["isSuspended"] else None
        now = self._now(found)
        tx.change(
            found,
            **{**now, "friendlyName": asked.get("friendlyName", found.body["friendlyName"])},
            soon=soon,
            settles_at=(self.clock.now() + SETTLES).isoformat(),
        )
        return Reply(status=204)

    def delete_subscription(self, tx: WorldTx, request: Request, org: str, id: str) -> Reply:
        """Marked as deleted with its websites; wiped by `force`."""
        found = self._subscription(tx, org, id)
        if found is None:
            return absent("subscription")
        websites = [each for each in self._all(tx, "website") if each.body["subscriptionId"] == found.body["number"]]
        for each in [found, *websites]:
            if request.first("force") == "true":
                tx.remove(each)
            else:
                tx.change(each, status="deleted")
        return Reply(status=204)

    def bandwidth(self, tx: WorldTx, request: Request, org: str, id: str) -> Reply:
        return Reply(body=BANDWIDTH) if self._subscription(tx, org, id) else absent("subscription")

    def websites(self, tx: WorldTx, request: Request, org: str) -> Reply:
        wanted = request.first("search").lower()
        found = [
            shapes.website(each)
            for each in self._all(tx, "website")
            if each.body["org"] == org and wanted in each.body["domain"]
        ]
        return page(found, request)

    def create_website(self, tx: WorldTx, request: Request, org: str) -> Reply:
        asked = request.json
        found = self._subscription(tx, org, str(asked["subscriptionId"]))
        if found is None or found.status == "deleted":
            return absent("subscription")
        taken = [each for each in self._all(tx, "website") if each.status != "deleted"]
        if any(each.body["domain"] == asked["domain"] for each in taken):
            return no(400, "already_exists", "domain")
        if asked.get("serverGroupId", shapes.GROUP) != shapes.GROUP:
            return absent("serverGroup")
        made = self._make(tx, "website", org=org, **asked)
        return Reply(status=201, body={"id": made.id})

    def list_plans(self, tx: WorldTx, request: Request, org: str) -> Reply:
        return page([shapes.plan(id, name, SELLER) for id, name in shapes.PLANS.items()], request)

    def groups(self, tx: WorldTx, request: Request) -> Reply:
        group = {"id": shapes.GROUP, "name": "Frankfurt", "serverCount": 2, "createdAt": shapes.EPOCH}
        return Reply(body={"items": [group]})

    # What stands

    def _all(self, tx: WorldTx, kind: str) -> list[Thing]:
        return tx.things(kind, account=self.name)

    def _get(self, tx: WorldTx, kind: str, id: str) -> Thing | None:
        found = tx.get(self.name, id)
        return found if found is not None and found.kind == kind else None

    def _make(self, tx: WorldTx, kind: str, **body: Any) -> Thing:
        id = str(UUID(int=(KINDS[kind] << 64) + tx.next_number(kind)))
        created_at = self.clock.now().isoformat()
        return tx.make(kind, account=self.name, body={"status": "active", "createdAt": created_at, **body}, id=id)

    def _subscription(self, tx: WorldTx, org: str, id: str) -> Thing | None:
        found = self._get(tx, "subscription", f"subscription:{int(id):010}")
        return found if found is not None and found.body["org"] == org else None

    def _now(self, subscription: Thing) -> dict[str, Any]:
        """What the panel shows of a change that it has accepted."""
        body = subscription.body
        seen = {name: body[name] for name in ("planId", "suspendedBy")}
        return {**seen, **body["soon"]} if self.clock.now() >= datetime.fromisoformat(body["settles_at"]) else seen

    def _shown(self, tx: WorldTx, subscription: Thing) -> dict[str, Any]:
        body, now = subscription.body, self._now(subscription)
        websites = [each for each in self._all(tx, "website") if each.body["subscriptionId"] == body["number"]]
        shown = shapes.subscription(
            body["number"], body["org"], now["planId"], body["friendlyName"], used=len(websites), status=body["status"]
        )
        return {**shown, **given(suspendedBy=now["suspendedBy"])}

    def _org(self, tx: WorldTx, org: Thing) -> dict[str, Any]:
        sold = [each for each in self._all(tx, "subscription") if each.body["org"] == org.id]
        names = ("name", "status", "createdAt")
        return {
            "id": org.id,
            "parentId": SELLER,
            **{name: org.body[name] for name in names},
            **given(suspendedBy=org.body["suspendedBy"]),
            "subscriptionsCount": len(sold),
            "websitesCount": 0,
            "locale": "en",
        }
