"""generic_ssh holds to the contract, at a host that speaks the protocol, faults included."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("paramiko")
pytest.importorskip("asyncssh")

from tests.drivers.cloud.generic_ssh.peer import Peer, settings

from larabill_core.testing.clock import ManualClock
from larabill_drivers.cloud.generic_ssh.driver import make
from larabill_drivers.testing.provisioner import Script, ScriptedContract, Trouble

WORDS = {"provision": "create", "find": "status"}


class Host:
    """Accounts in a dict: name to state. `troubles`: what happens to the next call of an operation."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.troubles: dict[str, Trouble] = {}

    async def __call__(self, process: Any) -> None:
        await process.stdin.read()
        operation, *rest = shlex.split(process.command)[1:]
        trouble = self.troubles.pop(operation, None)
        code, body = (0, {}) if trouble == "lost_before" else self.answer(operation, *rest)
        if trouble in ("lost_before", "lost_after"):
            process.channel.get_connection().abort()
            return
        if trouble:
            code, body = 75 if trouble == "rate_limited" else 1, {"status": "failed"}
            self.accounts.clear()
        process.stdout.write(json.dumps(body).encode())
        process.exit(code)

    def answer(self, operation: str, ref: str = "") -> tuple[int, dict[str, Any]]:
        if operation == "list":
            found = [{"ref": name, "external_id": name, "state": state} for name, state in self.accounts.items()]
            return 0, {"status": "ok", "resources": found}
        if operation == "create":
            known = ref in self.accounts
            self.accounts.setdefault(ref, "active")
            return 4 if known else 0, self.body(ref)
        if ref not in self.accounts:
            return 3, {"status": "failed"}
        if operation == "terminate":
            del self.accounts[ref]
            return 0, {"status": "ok"}
        self.accounts[ref] = {"suspend": "suspended", "resume": "active"}.get(operation, self.accounts[ref])
        return 0, self.body(ref)

    def body(self, ref: str) -> dict[str, Any]:
        return {"status": "ok", "external_id": ref, "details": {"state": self.accounts[ref]}}


class TestGenericSsh(ScriptedContract):
    @pytest.fixture
    def host(self) -> Host:
        return Host()

    @pytest.fixture
    def driver(self, host: Host, clock: ManualClock) -> Iterator[Any]:
        with Peer(host) as peer:
            yield make(settings(peer.port), account="main", clock=clock)

    @pytest.fixture
    def script(self, host: Host) -> Script:
        return lambda method, trouble: host.troubles.update({WORDS[method]: trouble})
