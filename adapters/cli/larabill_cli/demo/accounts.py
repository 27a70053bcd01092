"""The accounts of the demo's web server: one JSON file each, in a folder.

It answers as a real script would that calls `useradd`, `usermod` and `userdel`: asked twice, it says that it is done
already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DONE: Final = 0
MISSING: Final = 3
ALREADY: Final = 4
WRONG: Final = 64
"""Exit codes of the contract: not found, already in that state; 64 (EX_USAGE) is a permanent failure."""

Answer = tuple[int, dict[str, Any]]


class Accounts:
    """The store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir()

    def list(self) -> Answer:
        """All accounts, for the reconciler."""
        found = [
            {"ref": file.stem, "external_id": file.stem, "state": json.loads(file.read_text(encoding="utf-8"))["state"]}
            for file in sorted(self._folder.glob("*.json"))
        ]
        return DONE, {"status": "ok", "resources": found}

    def run(self, operation: str, ref: str, request: Mapping[str, Any]) -> Answer:
        """Carry out one operation: the exit code, and what goes to stdout."""
        if not ref.isidentifier():
            return refused("that is no account name")
        match operation:
            case "provision":
                return self._create(ref, request)
            case "status":
                return self._with(ref, lambda known: (DONE, _ok(ref, known)))
            case "suspend":
                return self._turn(ref, "suspended")
            case "resume":
                return self._turn(ref, "active")
            case "deprovision":
                return self._remove(ref)
        return refused("that is no operation")

    def _create(self, ref: str, request: Mapping[str, Any]) -> Answer:
        known = self._read(ref)
        if known is not None:
            return ALREADY, _ok(ref, known)
        return self._keep(ref, {"state": "active", "plan": request.get("plan", ""), "user_name": ref})

    def _turn(self, ref: str, state: str) -> Answer:
        def turn(known: dict[str, Any]) -> Answer:
            if known["state"] == state:
                return ALREADY, _ok(ref, known)
            return self._keep(ref, {**known, "state": state})

        return self._with(ref, turn)

    def _remove(self, ref: str) -> Answer:
        known = self._read(ref)
        if known is None:
            return MISSING, _failed("there is no such account")
        self._file(ref).unlink()
        return DONE, _ok(ref, {**known, "state": "gone"})

    def _with(self, ref: str, act: Any) -> Answer:
        known = self._read(ref)
        answer: Answer = (MISSING, _failed("there is no such account")) if known is None else act(known)
        return answer

    def _keep(self, ref: str, account: dict[str, Any]) -> Answer:
        self._file(ref).write_text(json.dumps(account), encoding="utf-8")
        return DONE, _ok(ref, account)

    def _read(self, ref: str) -> dict[str, Any] | None:
        if not self._file(ref).exists():
            return None
        found: dict[str, Any] = json.loads(self._file(ref).read_text(encoding="utf-8"))
        return found

    def _file(self, ref: str) -> Path:
        return self._folder / f"{ref}.json"


def refused(why: str) -> Answer:
    """A request that makes no sense; a second try would not help."""
    return WRONG, _failed(why)


def _ok(ref: str, account: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": "ok", "external_id": ref, "details": dict(account)}


def _failed(why: str) -> dict[str, Any]:
    return {"status": "failed", "details": {"reason": why}}
