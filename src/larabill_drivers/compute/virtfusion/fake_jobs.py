"""What the pretended VirtFusion does in its queue, and when it is done. A job locks its server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from larabill_drivers.compute.virtfusion import fake_answers as shown
from larabill_drivers.compute.virtfusion.fake_answers import BROKEN, FLAKY
from larabill_drivers.world import Thing, WorldTx
from larabill_drivers.world.http_api import FakeApi, Reply, Request

TAKES = {"build": timedelta(seconds=90), "delete": timedelta(seconds=20)}
SHORT = timedelta(seconds=8)
RUNS = {"boot": "running", "restart": "running", "shutdown": "shutoff", "poweroff": "shutoff"}


class Jobs(FakeApi):
    """The servers and their jobs. Before a request is carried out all jobs are that are due."""

    def standing(self) -> list[str]:
        return [server.body["name"] for server in self.things("server")]

    def things_of(self, tx: WorldTx, ref: str) -> list[Thing]:
        return [server for server in self._servers(tx) if server.body["name"] == ref]

    def job(self, tx: WorldTx, request: Request, id: str) -> Reply:
        found = tx.get(self.name, f"job:{id}")
        if found is None:
            return shown.absent("queue item not found")
        return Reply(body={"data": shown.job(found.body, self.clock.now())})

    def _servers(self, tx: WorldTx) -> list[Thing]:
        """In the order of their ids."""
        return sorted(tx.things("server", account=self.name), key=lambda each: int(each.body["number"]))

    def _carry_out(self, tx: WorldTx, handler: Callable[..., Reply], request: Request, names: Any) -> Reply:
        for server in self._servers(tx):
            job = server.body["job"]
            if job and self.clock.now() >= datetime.fromisoformat(job["until"]):
                self._finish(tx, server, job["does"])
        return super()._carry_out(tx, handler, request, names)

    def _unlocked(self, tx: WorldTx, id: str, act: Callable[[Thing], Reply]) -> Reply:
        """Of a server that no job has locked."""
        found = tx.get(self.name, f"server:{id}")
        if found is None:
            return shown.absent()
        return Reply(status=423, body={"msg": "The server is locked by a task"}) if found.body["job"] else act(found)

    def _begin(self, tx: WorldTx, server: Thing, does: str, *, answers_job: bool = False) -> Reply:
        takes = TAKES.get(does, SHORT)
        queue = self._queue(tx, does, takes)
        tx.change(server, job={"does": does, "until": (self.clock.now() + takes).isoformat(), "queue": queue})
        return Reply(body={"data": {"queueId": queue}}) if answers_job else Reply(status=204)

    def _queue(self, tx: WorldTx, does: str, takes: timedelta) -> int:
        number = tx.next_number("job")
        until = (self.clock.now() + takes).isoformat()
        tx.make("job", account=self.name, body={"number": number, "does": does, "until": until}, id=f"job:{number}")
        return number

    def _finish(self, tx: WorldTx, server: Thing, does: str) -> None:
        match does:
            case "delete":
                tx.remove(server)
            case "build":
                builds = server.body["builds"] + 1
                fails = server.body["os"] == BROKEN or (server.body["os"] == FLAKY and builds == 1)
                state, power = ("failed", "shutoff") if fails else ("complete", "running")
                tx.change(server, job=None, builds=builds, state=state, power=power)
            case "suspend":
                tx.change(server, job=None, suspended=True, power="shutoff")
            case "unsuspend":
                tx.change(server, job=None, suspended=False)
            case _:
                deaf = does == "shutdown" and server.body.get("is_deaf")
                tx.change(server, job=None, power=server.body["power"] if deaf else RUNS[does])
