"""The world of the fakes: what stands at a pretended provider, what it was asked, and what shall go wrong there.

A world is a SQLite file, shared by all processes that name it, or lives in this process. Every effect is one
transaction, so a worker that is killed leaves either all of it or nothing, as at a real provider. For tests and
demonstrations; the production database is never involved.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import attrs

from larabill_core.contracts.outcome import Outcome
from larabill_core.errors import InvalidInput, NotFound
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world.faults import Fault
from larabill_drivers.world.store import SCHEMA, LoggedCall, Thing, WorldTx, connect

__all__ = ["SIGNATURE_HEADER", "FakeWorld", "Fault", "LoggedCall", "Thing", "WorldTx", "dispute_data", "payment_data"]

T = TypeVar("T")

SIGNATURE_HEADER = "Fake-Signature"


class FakeWorld:
    """A world; `FakeWorld.open` gives it by its name."""

    _memory: dict[str, FakeWorld] = {}  # noqa: RUF012 - shared on purpose: worlds of this process by name
    _opening = threading.Lock()

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.RLock()
        self._kept = connect(name) if name.startswith(":memory:") else None
        if self._kept is not None:
            weakref.finalize(self, self._kept.close)
        with self._connection() as connection:
            connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}COMMIT;")

    @classmethod
    def open(cls, name: str) -> FakeWorld:
        """The world in the SQLite file `name`; ":memory:NAME" is one of this process, ":memory:" always a new one."""
        if name == ":memory:" or not name.startswith(":memory:"):
            return cls(name)
        with cls._opening:
            if name not in cls._memory:
                cls._memory[name] = cls(name)
            return cls._memory[name]

    @classmethod
    def forget(cls, name: str) -> None:
        """Let the in-process world `name` go, with all that stands in it."""
        with cls._opening:
            cls._memory.pop(name, None)

    # What tests and demonstrations look at and do

    def resources(self, ref: str = "") -> list[Thing]:
        """What stands, in the order of its making."""
        return self._look("resource", ref)

    def payments(self, ref: str = "") -> list[Thing]:
        return self._look("payment", ref)

    def refunds(self, ref: str = "") -> list[Thing]:
        return self._look("refund", ref)

    def duplicates(self) -> dict[str, int]:
        """The refs that more than one resource, or more than one payment that took money, carries; and how many."""
        took = [thing for thing in self.payments() if thing.status in ("authorised", "captured")]
        counts = Counter((thing.kind, thing.ref) for thing in [*self.resources(), *took])
        return {ref: count for (_, ref), count in counts.items() if count > 1}

    def calls(self, method: str = "", ref: str = "") -> list[LoggedCall]:
        """The log: every call that reached the world, step by step."""
        with self.transaction() as tx:
            return tx.calls(method, ref)

    def script(self, *faults: Fault, name: str = "") -> None:
        """Let these go wrong, in this order for each call. With a `name` a second scripting of it changes nothing."""
        with self.transaction() as tx:
            for index, fault in enumerate(faults):
                tx.script(name, index, fault)

    def snapshot(self) -> bytes:
        """All that this world in memory holds, for `restore`."""
        with self._connection() as connection:
            return connection.serialize()

    def restore(self, snapshot: bytes) -> None:
        """Be as the world was of which this is the snapshot."""
        with self._connection() as connection:
            connection.deserialize(snapshot)

    def heal(self) -> None:
        """Nothing goes wrong any more of what was scripted."""
        with self.transaction() as tx:
            tx.drop_faults()

    def drift_delete(self, ref: str) -> None:
        """Someone removes the resource at the provider, and does not tell."""
        with self.transaction() as tx:
            tx.remove(_one(tx, "resource", ref))

    def drift_suspend(self, ref: str) -> None:
        """Someone suspends the resource at the provider, and does not tell."""
        with self.transaction() as tx:
            tx.change(_one(tx, "resource", ref), status="suspended")

    def finish(self, ref: str) -> None:
        """Pending work on the resource ends now: the webhook is out before anybody polls."""
        with self.transaction() as tx:
            resource = _one(tx, "resource", ref)
            for task in tx.things("task", account=resource.account, ref=ref):
                tx.change(task, polls_left=0)
            if resource.status == "building":
                tx.change(resource, status="active")
                tx.announce(resource, "resource.active", {"id": resource.id, "state": "active"})

    def settle(self, ref: str, *, paid: bool = True) -> None:
        """A delayed payment comes in, or is returned."""
        with self.transaction() as tx:
            payment = _one(tx, "payment", ref)
            if payment.status != "pending":
                raise InvalidInput.one("ref", f"the payment is {payment.status}, not pending", ref)
            status = "captured" if paid else "declined"
            tx.announce(tx.change(payment, status=status), f"payment.{status}", payment_data(payment, status))

    def dispute(self, ref: str, *, amount: str = "", fee: str = "15.00", reason: str = "fraudulent") -> str:
        """A customer has a payment called back, all of it or `amount`; the id of the dispute."""
        with self.transaction() as tx:
            payment = _one(tx, "payment", ref)
            if payment.status != "captured":
                raise InvalidInput.one("ref", f"the payment is {payment.status}, not captured", ref)
            body = {
                "status": "opened",
                "payment": payment.id,
                "amount": amount or payment.body["amount"],
                "currency": payment.body["currency"],
                "fee": fee,
                "reason": reason,
            }
            made = tx.make("dispute", account=payment.account, ref=ref, key="", body=body)
            tx.change(payment, disputed=True)
            tx.announce(made, "dispute.opened", dispute_data(made))
            return made.id

    def decide_dispute(self, dispute: str, state: Literal["under_review", "won", "lost"]) -> None:
        """It goes on, or ends."""
        with self.transaction() as tx:
            found = next(thing for thing in tx.things("dispute") if thing.id == dispute)
            changed = tx.change(found, status=state)
            if state == "won":
                tx.change(_one(tx, "payment", found.ref), disputed=False)
            tx.announce(changed, f"dispute.{state}", dispute_data(changed))

    def deliver_webhooks(
        self,
        send: Callable[[Mapping[str, str], bytes], object],
        *,
        secret: Secret,
        at: datetime,
        account: str = "",
        times: int = 1,
        again: bool = False,
    ) -> int:
        """Call `send(headers, body)` `times` times for each webhook not sent yet (`again`: for all). How many."""
        with self.transaction() as tx:
            bodies = tx.unsent(account, again=again)
        for body in bodies:
            headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, secret, at)}
            for _ in range(times):
                send(headers, body)
        return len(bodies)

    # What the fakes do

    def act(
        self, call: LoggedCall, effect: Callable[[WorldTx], Outcome], *, latency: timedelta = timedelta(0)
    ) -> Outcome:
        """One call with an effect: log it, let go wrong what is scripted, and answer."""
        fault = self._begin(call, latency)
        if fault is not None and fault.when == "before":
            return fault.outcome()
        with self.transaction() as tx:
            outcome = effect(tx)
            if tx.changed:
                tx.log(attrs.evolve(call, phase="effect"))
        _wait(latency)
        if fault is not None:
            return fault.outcome()
        self._log(call, "answered")
        return outcome

    def ask(self, call: LoggedCall, look: Callable[[WorldTx], Any], *, latency: timedelta = timedelta(0)) -> Any:
        """One call that only looks. Raises `RetryLater` where a fault is scripted."""
        fault = self._begin(call, latency)
        if fault is not None:
            fault.raise_instead()
        with self.transaction() as tx:
            return look(tx)

    def serve(
        self, call: LoggedCall, effect: Callable[[WorldTx], T], armed: Fault | None = None
    ) -> tuple[Fault | None, T | None]:
        """One call of a provider that is told itself how to go wrong: the fault, and what `effect` gave unless before.

        `armed` goes before what is scripted.
        """
        fault = armed or self._begin(call, timedelta(0))
        if fault is not None and fault.when == "before":
            return fault, None
        with self.transaction() as tx:
            result = effect(tx)
            if tx.changed:
                tx.log(attrs.evolve(call, phase="effect"))
        return fault, result

    @contextmanager
    def transaction(self) -> Iterator[WorldTx]:
        """All or nothing, and one at a time, across threads and processes."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield WorldTx(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _begin(self, call: LoggedCall, latency: timedelta) -> Fault | None:
        """Log the call and take the next fault that is meant for it."""
        with self.transaction() as tx:
            tx.log(attrs.evolve(call, phase="asked"))
            fault = tx.take_fault(call.method, call.ref)
        _wait(latency)
        return fault

    def _log(self, call: LoggedCall, phase: str) -> None:
        with self.transaction() as tx:
            tx.log(attrs.evolve(call, phase=phase))

    def _look(self, kind: str, ref: str) -> list[Thing]:
        with self.transaction() as tx:
            return tx.things(kind, ref=ref)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Memory: the one that keeps the world alive. File: a new one, which survives neither fork nor thread."""
        if self._kept is not None:
            with self._lock:
                yield self._kept
            return
        connection = connect(self.name)
        try:
            yield connection
        finally:
            connection.close()


def payment_data(payment: Thing, state: str) -> dict[str, str]:
    """What a webhook says about a payment or refund."""
    body = payment.body
    words = {name: str(body[name]) for name in ("amount", "currency", "invoice") if name in body}
    return {"transaction": payment.id, "state": state, **words}


def dispute_data(dispute: Thing) -> dict[str, str]:
    """What a webhook says about a dispute."""
    words = {name: str(dispute.body[name]) for name in ("amount", "currency", "fee", "reason")}
    return {"dispute": dispute.id, "transaction": dispute.body["payment"], "state": dispute.status, **words}


def _one(tx: WorldTx, kind: str, ref: str) -> Thing:
    found = tx.things(kind, ref=ref)
    if not found:
        raise NotFound(kind, ref)
    return found[0]


def _wait(latency: timedelta) -> None:
    if latency:
        time.sleep(latency.total_seconds())
