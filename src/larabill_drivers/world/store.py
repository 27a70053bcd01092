"""How a world is kept: things, calls, faults and webhooks in a SQLite file or in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

import attrs

from larabill_core.ids import new_id
from larabill_drivers.world.faults import Fault, fault_from_json, fault_to_json

SCHEMA = """
CREATE TABLE IF NOT EXISTS thing (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, ref TEXT NOT NULL, key TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS thing_ref ON thing (kind, account, ref);
CREATE INDEX IF NOT EXISTS thing_key ON thing (account, key);
CREATE TABLE IF NOT EXISTS fault (
  n INTEGER PRIMARY KEY, name TEXT UNIQUE, body TEXT NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS call (
  n INTEGER PRIMARY KEY, account TEXT NOT NULL, method TEXT NOT NULL, ref TEXT NOT NULL, key TEXT NOT NULL,
  phase TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS webhook (
  n INTEGER PRIMARY KEY, account TEXT NOT NULL, body TEXT NOT NULL, sent INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


@attrs.frozen(kw_only=True)
class Thing:
    """A resource, payment, refund or task that stands in the world. `body` is its state."""

    id: str
    kind: str
    account: str
    ref: str
    key: str
    body: Mapping[str, Any]

    @property
    def status(self) -> str:
        return str(self.body["status"])


@attrs.frozen(kw_only=True)
class LoggedCall:
    """A step of a call. `phase`: asked, effect (it happened) or answered."""

    account: str
    method: str
    ref: str
    key: str
    phase: str


class WorldTx:
    """One atomic step in the world."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.changed = False
        """Whether something was made, changed or removed."""

    def things(self, kind: str, *, account: str = "", ref: str = "") -> list[Thing]:
        """In the order of their making; "" means any."""
        rows = self._connection.execute(
            "SELECT id, kind, account, ref, key, body FROM thing"
            " WHERE kind = :kind AND (:account = '' OR account = :account) AND (:ref = '' OR ref = :ref) ORDER BY id",
            {"kind": kind, "account": account, "ref": ref},
        )
        return [_thing(row) for row in rows]

    def by_key(self, account: str, key: str) -> Thing | None:
        """What this key has made before."""
        rows = self._connection.execute(
            "SELECT id, kind, account, ref, key, body FROM thing WHERE account = ? AND key = ? ORDER BY id LIMIT 1",
            (account, key),
        ).fetchall()
        return _thing(rows[0]) if rows else None

    def get(self, account: str, id: str) -> Thing | None:
        rows = self._connection.execute(
            "SELECT id, kind, account, ref, key, body FROM thing WHERE account = ? AND id = ?", (account, id)
        ).fetchall()
        return _thing(rows[0]) if rows else None

    def next_number(self, name: str, first: int = 1) -> int:
        """The next of a provider's numbers, which are never used again."""
        self._connection.execute("INSERT OR IGNORE INTO sequence VALUES (?, ?)", (name, first - 1))
        self._connection.execute("UPDATE sequence SET last = last + 1 WHERE name = ?", (name,))
        (last,) = self._connection.execute("SELECT last FROM sequence WHERE name = ?", (name,)).fetchone()
        return int(last)

    def make(
        self, kind: str, *, account: str, ref: str = "", key: str = "", body: Mapping[str, Any], id: str = ""
    ) -> Thing:
        """`id` is unique in the world, whatever the kind."""
        thing = Thing(
            id=id or f"{kind[:3]}_{new_id().hex}", kind=kind, account=account, ref=ref, key=key, body=dict(body)
        )
        self.changed = True
        row = (thing.id, kind, account, ref, key, json.dumps(thing.body))
        self._connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?)", row)
        return thing

    def change(self, thing: Thing, **body: Any) -> Thing:
        self.changed = True
        changed = attrs.evolve(thing, body={**thing.body, **body})
        self._connection.execute("UPDATE thing SET body = ? WHERE id = ?", (json.dumps(changed.body), thing.id))
        return changed

    def remove(self, thing: Thing) -> None:
        self.changed = True
        self._connection.execute("DELETE FROM thing WHERE id = ?", (thing.id,))

    def announce(self, thing: Thing, type: str, data: Mapping[str, Any]) -> None:
        """Queue a webhook; `FakeWorld.deliver_webhooks` sends it."""
        body = {
            "id": f"evt_{new_id().hex}",
            "type": type,
            "account": thing.account,
            "data": {"ref": thing.ref, **data},
        }
        self._connection.execute(
            "INSERT INTO webhook (account, body, sent) VALUES (?, ?, 0)", (thing.account, json.dumps(body))
        )

    def unsent(self, account: str, *, again: bool) -> list[bytes]:
        """The webhooks that were not sent yet (`again`: all), marked as sent."""
        rows = self._connection.execute(
            "SELECT body FROM webhook WHERE (:account = '' OR account = :account) AND (:again OR sent = 0) ORDER BY n",
            {"account": account, "again": again},
        ).fetchall()
        self._connection.execute(
            "UPDATE webhook SET sent = 1 WHERE (:account = '' OR account = :account) AND sent = 0", {"account": account}
        )
        return [body.encode() for (body,) in rows]

    def script(self, name: str, index: int, fault: Fault) -> None:
        """Add a fault; one of the same (name, index) is kept as it is, also when it is used up."""
        row = (f"{name}:{index}" if name else None, fault_to_json(fault), fault.times)
        self._connection.execute("INSERT OR IGNORE INTO fault (name, body, remaining) VALUES (?, ?, ?)", row)

    def drop_faults(self) -> None:
        """None is left; their names stay taken."""
        self._connection.execute("UPDATE fault SET remaining = 0")

    def take_fault(self, method: str, ref: str) -> Fault | None:
        """The next fault meant for this call; it is used up by that."""
        for n, body in self._connection.execute("SELECT n, body FROM fault WHERE remaining > 0 ORDER BY n").fetchall():
            fault = fault_from_json(body)
            if fault.method in ("*", method) and fault.ref in ("", ref):
                self._connection.execute("UPDATE fault SET remaining = remaining - 1 WHERE n = ?", (n,))
                return fault
        return None

    def calls(self, method: str, ref: str) -> list[LoggedCall]:
        """In their order; "" means any."""
        rows = self._connection.execute(
            "SELECT account, method, ref, key, phase FROM call"
            " WHERE (:method = '' OR method = :method) AND (:ref = '' OR ref = :ref) ORDER BY n",
            {"method": method, "ref": ref},
        )
        return [LoggedCall(account=a, method=m, ref=r, key=k, phase=p) for a, m, r, k, p in rows]

    def log(self, call: LoggedCall) -> None:
        self._connection.execute(
            "INSERT INTO call (account, method, ref, key, phase) VALUES (?, ?, ?, ?, ?)", attrs.astuple(call)
        )


def connect(name: str) -> sqlite3.Connection:
    target = ":memory:" if name.startswith(":memory:") else name
    connection = sqlite3.connect(target, timeout=60, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = OFF")  # what a killed process wrote is safe; power cuts are not played
    return connection


def _thing(row: tuple[str, str, str, str, str, str]) -> Thing:
    id, kind, account, ref, key, body = row
    return Thing(id=id, kind=kind, account=account, ref=ref, key=key, body=json.loads(body))
