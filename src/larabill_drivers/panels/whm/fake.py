"""A pretended WHM server: API 1 with a memory, for root's token and that of a reseller, `acme`.

Its quirks are the real one's: every no of a function comes under HTTP 200; a reseller does not see the accounts of
others, whose names and domains are taken all the same; what is removed twice is refused; the raw output shows the
password unless told not to. `takes`: how long a createacct goes on after its caller has given up, the name being taken
from the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from larabill_drivers.panels.whm.fake_shapes import PACKAGES, package_row, shown, traffic_row
from larabill_drivers.world import Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

RESELLER = "acme"
TOKEN = "WHM0TOKEN9ABCDEFGHIJKLMNOPQRSTUV"  # noqa: S105 - of the fake
ROOT_TOKEN = "WHM0ROOT9ABCDEFGHIJKLMNOPQRSTUVW"  # noqa: S105 - of the fake
TOKENS = {f"whm {RESELLER}:{TOKEN}": RESELLER, f"whm root:{ROOT_TOKEN}": "root"}
LICENCE = 100
ABSENT = "Account does not exist."


class FakeWhm(FakeApi):
    """Accounts are unique by name, by its first eight characters and by domain."""

    name = "whm"
    prefix = "/json-api"
    plans: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        code: {"provider_plan": code, "region": "fra", "config": {"package": code}} for code in ("small", "large")
    }
    environment: ClassVar[Mapping[str, str]] = {"WHM_TOKEN": TOKEN}
    takes: ClassVar[timedelta] = timedelta(0)
    routes: ClassVar[Mapping[str, str]] = {
        f"POST /{function}": function
        for function in (
            "createacct",
            "verify_new_username",
            "accountsummary",
            "listaccts",
            "suspendacct",
            "unsuspendacct",
            "changepackage",
            "removeacct",
            "passwd",
            "create_user_session",
            "showbw",
            "get_disk_usage",
            "listpkgs",
            "get_current_users_count",
            "get_maximum_users",
        )
    }

    @classmethod
    def settings(cls, base_url: str) -> dict[str, Any]:
        return {
            "base_url": base_url,
            "username": RESELLER,
            "token": {"env": "WHM_TOKEN"},
            "package_prefix": f"{RESELLER}_",
            "region": "fra",
        }

    @classmethod
    def spec(cls, number: int) -> dict[str, Any]:
        """A domain stands on a server once."""
        return {"domain": f"customer-{number}.example.com"}

    def login(self, request: Request) -> Reply | None:
        return None if request.headers.get("authorization", "") in TOKENS else _forbidden()

    def bad_request(self, faults: Sequence[str]) -> Reply:
        return _no("bad_request", "; ".join(faults))

    def no_such_path(self) -> Reply:
        return _no("unknown", "There is no such function in this version of the API.")

    def refusal(self) -> Reply:
        """Of a token that lacks the right."""
        return _forbidden()

    def refusal_inside(self) -> Reply:
        return _no("any", "API failure: (XID 7gk2m9) The server does not do that now.")

    def standing(self) -> list[str]:
        return [account.ref for account in self.things("account")]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return tx.things("account", account=self.name, ref=ref)

    # Accounts

    def createacct(self, tx: WorldTx, request: Request) -> Reply:
        asked, who = request.form, _caller(request)
        user = asked["username"].lower()
        fault = self._name_fault(tx, user) or self._fault_of_new(tx, asked, who)
        if fault:
            return _no("createacct", fault)
        now = self.clock.now()
        body = {
            "status": "active",
            "domain": asked["domain"].lower(),
            "owner": asked.get("owner", who) if who == "root" else who,
            "plan": asked.get("plan", "default"),
            "email": asked.get("contactemail", ""),
            "password": asked.get("password") or asked.get("pass", ""),
            "made_at": now.isoformat(),
            "stands_at": (now + self.takes).isoformat(),
            "locked": False,
            "reason": "not suspended",
        }
        tx.make("account", account=self.name, ref=user, body=body, id=f"account:{user}")
        password = body["password"] if asked.get("showpass", "y") == "y" else "*"
        raw = f"<pre>UserName: {user}\nPassWord: {password}</pre>"
        data = {"ip": "192.0.2.53", "package": body["plan"], "nameserver": "ns1.example.net", "nameserver2": None}
        return _yes("createacct", data, raw=raw)

    def verify_new_username(self, tx: WorldTx, request: Request) -> Reply:
        fault = self._name_fault(tx, request.form.get("user", ""))
        return _no("verify_new_username", fault) if fault else _yes("verify_new_username")

    def accountsummary(self, tx: WorldTx, request: Request) -> Reply:
        found = self._visible(tx, request)
        if found is None:
            return _no("accountsummary", ABSENT)
        return _yes("accountsummary", {"acct": [shown(found)]})

    def listaccts(self, tx: WorldTx, request: Request) -> Reply:
        asked = request.form
        found = [each for each in self._all_visible(tx, request) if _matches(each, asked)]
        found.sort(key=lambda each: each.ref)
        if asked.get("api.chunk.enable") == "1":
            start = int(asked.get("api.chunk.start", "1")) - 1
            found = found[start : start + int(asked["api.chunk.size"])]
        return _yes("listaccts", {"acct": [shown(each) for each in found]})

    def suspendacct(self, tx: WorldTx, request: Request) -> Reply:
        found, asked = self._visible(tx, request), request.form
        if found is None or found.status == "suspended":
            return _no("suspendacct", ABSENT if found is None else "Account Already Suspended")
        tx.change(found, status="suspended", reason=asked.get("reason", ""), locked=asked.get("disallowun") == "1")
        return _yes("suspendacct", raw="<pre>Suspending websites</pre>")

    def unsuspendacct(self, tx: WorldTx, request: Request) -> Reply:
        found = self._visible(tx, request)
        if found is None or found.status != "suspended":
            return _no("unsuspendacct", ABSENT if found is None else "The account is not suspended")
        if found.body["locked"] and _caller(request) != "root":
            return _no("unsuspendacct", "The account was locked by root")
        tx.change(found, status="active", reason="not suspended", locked=False)
        return _yes("unsuspendacct")

    def changepackage(self, tx: WorldTx, request: Request) -> Reply:
        found, package = self._visible(tx, request), request.form["pkg"]
        if found is None or package not in _usable(_caller(request)):
            return _no("changepackage", ABSENT if found is None else "The package does not exist")
        tx.change(found, plan=package)
        return _yes("changepackage", raw="<pre>Updating quotas</pre>")

    def removeacct(self, tx: WorldTx, request: Request) -> Reply:
        found = self._visible(tx, request, "username")
        if found is None:
            return _no("removeacct", "API failure: (XID k3mm2a) The system has no such user")
        tx.remove(found)
        return _yes("removeacct", raw="<pre>Removing user</pre>")

    # Entrance

    def passwd(self, tx: WorldTx, request: Request) -> Reply:
        found, password = self._visible(tx, request), request.form["password"]
        if found is None or len(password) < 5:
            return _no("passwd", ABSENT if found is None else f"The password {password} is too weak")
        tx.change(found, password=password)
        return _yes("passwd", {"app": ["system", "ftp", "mail", "mysql"]})

    def create_user_session(self, tx: WorldTx, request: Request) -> Reply:
        found = self._visible(tx, request)
        if found is None:
            return _no("create_user_session", ABSENT)
        number = tx.next_number("session", 1_000_000_000)
        url = f"https://whm.example.com:2083/cpsess{number}/login/?session={found.ref}%3as{number}%2cCREATE"
        data = {"url": url, "service": request.form["service"], "session": f"{found.ref}:s{number}"}
        expires = int(self.clock.now().timestamp()) + 900
        return _yes("create_user_session", {**data, "cp_security_token": f"/cpsess{number}", "expires": expires})

    # Figures

    def showbw(self, tx: WorldTx, request: Request) -> Reply:
        """The search is a regular expression, and is not anchored."""
        now = self.clock.now()
        pattern = re.compile(request.form.get("search", ""))
        rows = [traffic_row(each, now) for each in self._all_visible(tx, request) if pattern.search(each.ref)]
        gone = [{**row, "deleted": 1, "totalbytes": 7} for row in rows]
        return _yes("showbw", {"acct": [*gone, *rows], "month": now.month, "year": now.year})

    def get_disk_usage(self, tx: WorldTx, request: Request) -> Reply:
        user = request.form.get("api.filter.a.arg0", "")
        found = [each for each in self._all_visible(tx, request) if user in ("", each.ref)]
        rows = [{"user": each.ref, "blocks_used": 14_336, "blocks_limit": None, "inodes_used": 90} for each in found]
        return _yes("get_disk_usage", {"accounts": rows})

    def listpkgs(self, tx: WorldTx, request: Request) -> Reply:
        return _yes("listpkgs", {"pkg": [package_row(name) for name in _usable(_caller(request))]})

    def get_current_users_count(self, tx: WorldTx, request: Request) -> Reply:
        return _yes("get_current_users_count", {"users": len(tx.things("account", account=self.name))})

    def get_maximum_users(self, tx: WorldTx, request: Request) -> Reply:
        return _yes("get_maximum_users", {"users": LICENCE})

    # What it knows

    def _all_visible(self, tx: WorldTx, request: Request) -> list[Thing]:
        who, now = _caller(request), self.clock.now()
        return [
            each
            for each in tx.things("account", account=self.name)
            if who in ("root", each.body["owner"]) and now >= datetime.fromisoformat(each.body["stands_at"])
        ]

    def _visible(self, tx: WorldTx, request: Request, field: str = "user") -> Thing | None:
        name = request.form.get(field, "")
        return next((each for each in self._all_visible(tx, request) if each.ref == name), None)

    def _name_fault(self, tx: WorldTx, user: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9]{0,15}", user) or user.startswith("test"):
            return f"The name {user} is not valid"
        taken = any(each.ref[:8] == user[:8] for each in tx.things("account", account=self.name))
        return f"This system already has an account named {user}" if taken else ""

    def _fault_of_new(self, tx: WorldTx, asked: Mapping[str, str], who: str) -> str:
        if any(each.body["domain"] == asked["domain"].lower() for each in tx.things("account", account=self.name)):
            return "API failure: (XID a2b3c4) The domain exists already in the server's configuration"
        if {"quota", "bwlimit"} & asked.keys() or asked.get("plan", "default") not in _usable(who):
            return "The package does not exist"
        if asked.get("owner", who) != who and who != "root":
            return "You may not set the owner"
        if "invalid" in asked.get("contactemail", ""):
            return f"The address {asked['contactemail']} is not valid"
        return "" if asked.get("password") else "The password is missing"


def _caller(request: Request) -> str:
    return TOKENS[request.headers["authorization"]]


def _usable(who: str) -> list[str]:
    """A reseller has what is named after it."""
    return [name for name in PACKAGES if who == "root" or name.startswith(f"{who}_")]


def _matches(account: Thing, asked: Mapping[str, str]) -> bool:
    if "search" not in asked:
        return True
    fields: Mapping[str, Callable[[], str]] = {
        "user": lambda: account.ref,
        "domain": lambda: account.body["domain"],
        "owner": lambda: account.body["owner"],
        "package": lambda: account.body["plan"],
    }
    value = fields[asked.get("searchtype", "user")]()
    if asked.get("searchmethod") == "exact":
        return value == asked["search"]
    return re.search(asked["search"], value) is not None


def _forbidden() -> Reply:
    return Reply(
        status=403, body={"cpanelresult": {"apiversion": "2", "error": "Access denied", "data": {"result": "0"}}}
    )


def _no(function: str, reason: str) -> Reply:
    return Reply(body={"metadata": {"command": function, "reason": reason, "result": 0, "version": 1}})


def _yes(function: str, data: Mapping[str, Any] | None = None, *, raw: str = "") -> Reply:
    metadata: dict[str, Any] = {"command": function, "reason": "OK", "result": 1, "version": 1}
    if raw:
        metadata["output"] = {"raw": raw}
    return Reply(body={"metadata": metadata, **({"data": data} if data is not None else {})})
